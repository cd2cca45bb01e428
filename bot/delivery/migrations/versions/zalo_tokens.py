"""Tokens of the Zalo Official Account, and word of our own messages there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "g002"
down_revision = "g001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes two tables."""
    op.create_table(
        "zalo_token",
        sa.Column("app", sa.String(40), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("refresh", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("issued", sa.DateTime(), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("lease", sa.String(32)),
        sa.Column("leased", sa.DateTime()),
        sa.Column("not_before", sa.DateTime()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("refused", sa.String(20)),
        sa.PrimaryKeyConstraint("app", name="pk_zalo_token"),
    )
    op.create_table(
        "zalo_sent",
        sa.Column("message", sa.String(100), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("ours", sa.String(32)),
        sa.Column("noted", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("message", name="pk_zalo_sent"),
    )
    op.create_index("ix_zalo_sent_key", "zalo_sent", ["key"])
    op.create_index("ix_zalo_sent_ours", "zalo_sent", ["ours"])
    op.create_index("ix_zalo_sent_noted", "zalo_sent", ["noted"])


def downgrade() -> None:
    """Takes them away with all they hold."""
    for table in ("zalo_sent", "zalo_token"):
        op.drop_table(table)
