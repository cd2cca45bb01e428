"""Who opened which dossier, how often it failed, and the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the three tables."""
    op.create_table(
        "dossier_grant",
        sa.Column("ref", sa.String(32), nullable=False),
        sa.Column("conversation", sa.String(32), nullable=False),
        sa.Column("dossier", sa.String(32), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("opened", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_dossier_grant"),
        sa.UniqueConstraint("conversation", "dossier", name="uq_dossier_grant_conversation_dossier"),
    )
    op.create_index("ix_dossier_grant_opened", "dossier_grant", ["opened"])
    op.create_table(
        "dossier_tries",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("last", sa.DateTime(), nullable=False),
        sa.Column("locked", sa.DateTime()),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_dossier_tries"),
    )
    op.create_index("ix_dossier_tries_last", "dossier_tries", ["last"])
    op.create_table(
        "dossier_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("conversation", sa.String(32), nullable=False),
        sa.Column("address", sa.String(32), nullable=False),
        sa.Column("dossier", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dossier_audit"),
    )
    op.create_index("ix_dossier_audit_at", "dossier_audit", ["at"])
    op.create_index("ix_dossier_audit_dossier", "dossier_audit", ["dossier"])


def downgrade() -> None:
    """Takes them away with all they hold."""
    for table in ("dossier_audit", "dossier_tries", "dossier_grant"):
        op.drop_table(table)
