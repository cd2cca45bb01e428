"""The embedded register of dossiers, with its drafts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the register's tables."""
    op.create_table(
        "register_dossier",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("updated", sa.DateTime(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_register_dossier"),
    )
    op.create_index("ix_register_dossier_status", "register_dossier", ["status"])
    op.create_index("ix_register_dossier_updated", "register_dossier", ["updated"])
    op.create_table(
        "register_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("dossier", sa.String(32), nullable=False),
        sa.Column("made", sa.DateTime(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_register_draft"),
        sa.UniqueConstraint("key", name="uq_register_draft_key"),
        sa.UniqueConstraint("dossier", name="uq_register_draft_dossier"),
    )
    op.create_index("ix_register_draft_made", "register_draft", ["made"])
    op.create_table(
        "register_draft_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft", sa.Integer(), sa.ForeignKey("register_draft.id", ondelete="CASCADE"), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_register_draft_file"),
    )
    op.create_index("ix_register_draft_file_draft", "register_draft_file", ["draft"])
    op.create_table(
        "register_number",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_register_number"),
    )


def downgrade() -> None:
    """Takes them away with all they hold."""
    for table in ("register_number", "register_draft_file", "register_draft", "register_dossier"):
        op.drop_table(table)
