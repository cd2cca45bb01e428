"""Whether the assistant is switched off, since when and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "g003"
down_revision = "g002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table, empty: the assistant is on."""
    op.create_table(
        "pause",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pause"),
    )


def downgrade() -> None:
    """Drops it."""
    op.drop_table("pause")
