"""Brings the schema to the newest version, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

HEAD = "0003"
"""The newest version; a test keeps it in step with the files in ``migrations/versions``."""

_LOCK_KEY = 0x57E3A2D


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade the database; two processes that start together migrate it once.

    A database that is up to date is only looked at: Alembic costs 11 MB and a quarter of a second to load.
    """
    if revision == "head" and current(engine) == HEAD:
        return
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK_KEY})
            connection.commit()
            try:
                _upgrade(connection, revision)
            finally:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK_KEY})
                connection.commit()
        else:
            connection.execute(text("BEGIN EXCLUSIVE"))
            _upgrade(connection, revision)
            connection.commit()


def current(engine: Engine) -> str | None:
    """Return the version that the database has, None for an empty one."""
    try:
        with engine.connect() as connection:
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError:
        return None


def _upgrade(connection: Connection, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
