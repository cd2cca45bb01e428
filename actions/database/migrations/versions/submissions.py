"""Submissions and what somebody lets us remember."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('asking', 'later', 'sending')")


def upgrade() -> None:
    """Makes two tables."""
    op.create_table(
        "submission",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("conversation", sa.String(32), nullable=False),
        sa.Column("procedure", sa.String(12), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("message", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made", sa.DateTime(), nullable=False),
        sa.Column("changed", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
    )
    op.create_index("ix_submission_conversation_state", "submission", ["conversation", "state"])
    op.create_index(
        "open_submission",
        "submission",
        ["conversation", "procedure"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_submission_changed", "submission", ["changed"])
    op.create_table(
        "remembered",
        sa.Column("conversation", sa.String(32), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("changed", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", name="pk_remembered"),
    )


def downgrade() -> None:
    """Takes them away with all they hold."""
    op.drop_table("remembered")
    op.drop_table("submission")
