"""Runs the steps in the transaction that the desk has begun."""

from __future__ import annotations

from alembic import context

from actions.desk.tables import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
