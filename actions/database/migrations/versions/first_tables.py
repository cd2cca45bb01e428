"""Hand-overs, sentences to review, feedback, survey."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

OPEN = sa.text("status IN ('waiting', 'taken')")


def upgrade() -> None:
    """Makes the first four tables."""
    op.create_table(
        "hand_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("procedure", sa.String(40)),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("opened", sa.DateTime(), nullable=False),
        sa.Column("taken", sa.DateTime()),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("closed", sa.DateTime()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hand_over"),
        sa.UniqueConstraint("number", name="uq_hand_over_number"),
    )
    op.create_index("ix_hand_over_status", "hand_over", ["status"])
    op.create_index(
        "open_hand_over", "hand_over", ["conversation"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("procedure", sa.String(40)),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
        sa.UniqueConstraint("fingerprint", name="uq_review_fingerprint"),
    )
    op.create_table(
        "helpful",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(64)),
        sa.Column("procedure", sa.String(40), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_helpful"),
        sa.UniqueConstraint("conversation", "procedure", "day", name="uq_helpful_conversation_procedure_day"),
    )
    op.create_table(
        "survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier", sa.String(64)),
        sa.Column("criterion", sa.String(40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_survey"),
        sa.UniqueConstraint("dossier", "criterion", name="uq_survey_dossier_criterion"),
    )


def downgrade() -> None:
    """Takes them away with all they hold."""
    for table in ("survey", "helpful", "review", "hand_over"):
        op.drop_table(table)
