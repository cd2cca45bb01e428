"""Runs the steps in the transaction that actions/database/engine.py has begun."""

from __future__ import annotations

from alembic import context

from actions.database.every_table import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
