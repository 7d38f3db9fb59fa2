"""Alembic's entry: it runs on the connection that `data upgrade` hands over."""

from alembic import context

from reviewer import models
from reviewer.db import Base

assert models  # imported so that every table is known
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
