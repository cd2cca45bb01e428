"""What comes, what goes, who is where, and codes that link two channels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "g001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes four tables."""
    op.create_table(
        "incoming",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("chat", sa.String(32), nullable=False),
        sa.Column("sent", sa.DateTime(), nullable=False),
        sa.Column("received", sa.DateTime(), nullable=False),
        sa.Column("ready", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(32)),
        sa.Column("leased_until", sa.DateTime()),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incoming"),
        sa.UniqueConstraint("channel", "event", name="uq_incoming_channel_event"),
    )
    op.create_index("ix_incoming_state_ready", "incoming", ["state", "ready"])
    op.create_index("ix_incoming_chat_state", "incoming", ["chat", "state"])
    op.create_index("ix_incoming_received", "incoming", ["received"])
    op.create_table(
        "outgoing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("chat", sa.String(32), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("in_group", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made", sa.DateTime(), nullable=False),
        sa.Column("ready", sa.DateTime(), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("started", sa.DateTime()),
        sa.Column("finished", sa.DateTime()),
        sa.Column("lease", sa.String(32)),
        sa.Column("leased_until", sa.DateTime()),
        sa.Column("trouble", sa.String(80), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outgoing"),
        sa.UniqueConstraint("cause", "part", name="uq_outgoing_cause_part"),
    )
    op.create_index("ix_outgoing_state_ready", "outgoing", ["state", "ready"])
    op.create_index("ix_outgoing_chat_state", "outgoing", ["chat", "state"])
    op.create_index("ix_outgoing_finished", "outgoing", ["finished"])
    op.create_table(
        "chat",
        sa.Column("chat", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("in_group", sa.Boolean(), nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("last", sa.DateTime(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("menu", sa.Text(), nullable=False),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("chat", name="pk_chat"),
    )
    op.create_index("ix_chat_conversation", "chat", ["conversation"])
    op.create_table(
        "link",
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("used_by", sa.String(32)),
        sa.PrimaryKeyConstraint("code", name="pk_link"),
    )
    op.create_index("ix_link_conversation", "link", ["conversation"])


def downgrade() -> None:
    """Takes them away."""
    for table in ("link", "chat", "outgoing", "incoming"):
        op.drop_table(table)
