"""Files: attachments and what is made to take away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LOOSE = sa.text("submission IS NULL")


def upgrade() -> None:
    """Makes one table."""
    op.create_table(
        "file",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("conversation", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("submission", sa.String(64)),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("kept", sa.DateTime(), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_file"),
    )
    op.create_index("ix_file_conversation", "file", ["conversation"])
    op.create_index("ix_file_submission", "file", ["submission"])
    op.create_index("ix_file_expires", "file", ["expires"])
    op.create_index(
        "loose_file",
        "file",
        ["conversation", "fingerprint", "kind"],
        unique=True,
        sqlite_where=LOOSE,
        postgresql_where=LOOSE,
    )


def downgrade() -> None:
    """Takes it away with all it holds."""
    op.drop_table("file")
