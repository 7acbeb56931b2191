"""The second wall between tenants: row-level security of PostgreSQL. SQLite has none; there the gates stand alone.

Every table of tenants has a policy that shows and takes only rows of the tenant that ``steward.tenant`` names for the
transaction, and everything while it names none: the server itself. A gate that forgets its tenant then finds nothing
of others. The policies bind the owner of the tables too, but no superuser and no role with BYPASSRLS.
"""

from __future__ import annotations

import psycopg
from psycopg.pq import ExecStatus
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

_SEEING = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")


def begin_behind(connection: Connection, tenant: int) -> None:
    """Begin the transaction behind the wall of the tenant, in the one round trip that BEGIN takes anyway.

    So a read costs what it did: where statements are counted, BEGIN and its end are not among them.

    Raises:
        OperationalError: the server is gone.
    """
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, psycopg.Connection), "only PostgreSQL has walls"
    statement = f"BEGIN; SET LOCAL steward.tenant = '{int(tenant)}'"
    try:
        result = raw.pgconn.exec_(statement.encode())
        if result.status != ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError(result.get_error_message())
    except psycopg.OperationalError as error:
        connection.invalidate()
        raise OperationalError(statement, None, error) from error


def show_everything(connection: Connection) -> None:
    """Take the wall away, until ``stand_again`` or the end of the transaction."""
    connection.exec_driver_sql("SET LOCAL steward.tenant = ''")


def stand_again(connection: Connection, tenant: int) -> None:
    """Put the wall of the tenant up in a transaction that has begun."""
    connection.exec_driver_sql(f"SET LOCAL steward.tenant = '{int(tenant)}'")


def sees_through(connection: Connection) -> bool:
    """Return whether the role of the connection is one that no policy binds."""
    return connection.dialect.name == "postgresql" and bool(connection.execute(_SEEING).scalar())
