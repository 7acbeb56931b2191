"""Row-level security: which rows of which table lie behind the wall of a tenant.

A table with ``tenant_key`` is judged by it; rows without a tenant, such as the built-in roles, are for all. What hangs
on another table is judged by the row that it hangs on. The migration has the same statements.
"""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

from steward.db.tables.base import Base

_NOW = "(SELECT nullif(current_setting('steward.tenant', true), '')::bigint)"
"""The tenant of the transaction, looked up once for each statement; null for the server itself."""

HANGING = {
    "event_attendees": ("calendar_events", "event_key"),
    "idempotency_keys": ("users", "user_key"),
    "login_sessions": ("users", "user_key"),
    "messages": ("conversations", "conversation_key"),
    "role_permissions": ("roles", "role_key"),
    "tool_calls": ("users", "user_key"),
    "turn_events": ("turns", "turn_key"),
    "user_roles": ("users", "user_key"),
}
"""Tables without a tenant of their own: the table that they hang on, and the column that says on which row."""


def wall_of(table: Table) -> tuple[str, ...]:
    """Return the statements that put the wall up around a table.

    Raises:
        KeyError: nothing says whose the rows of the table are.
    """
    name = table.name
    column = "key" if name == "tenants" else "tenant_key"
    if name in HANGING:
        parent, link = HANGING[name]
        mine = f"EXISTS (SELECT 1 FROM {parent} AS parent WHERE parent.key = {name}.{link})"  # noqa: S608 - names of our own tables
    else:
        mine = f"{column} = {_NOW}"
        if table.columns[column].nullable:
            mine += f" OR {column} IS NULL"
    return (
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {name}_of_tenant ON {name} USING ({_NOW} IS NULL OR {mine})",
    )


def build_walls() -> None:
    """Have every table that is made on PostgreSQL get its wall; called once, when all tables are known."""
    for table in Base.metadata.tables.values():
        for statement in wall_of(table):
            after_all = DDL(statement.replace("%", "%%")).execute_if(dialect="postgresql")  # type: ignore[no-untyped-call]
            event.listen(Base.metadata, "after_create", after_all)
