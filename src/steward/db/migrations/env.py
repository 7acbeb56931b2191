"""Alembic's entry: runs on the connection that ``steward.db.migrate`` hands over."""

from alembic import context

from steward.db.tables import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, transactional_ddl=False)
context.run_migrations()
