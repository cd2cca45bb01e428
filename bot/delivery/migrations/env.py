"""Runs the steps in the transaction that storage/engine.py has begun."""

from __future__ import annotations

from alembic import context

from bot.delivery.every_table import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    version_table="gateway_version",  # the actions' steps may be counted in the same database
)
with context.begin_transaction():
    context.run_migrations()
