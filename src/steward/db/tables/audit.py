"""The audit chain: who did what to what, each entry bound to the one before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, ForeignKey, Index, LargeBinary, String, event
from sqlalchemy.orm import Mapped, mapped_column

from steward.db.tables.base import Base, Identified, Key


class AuditEntry(Identified, Base):
    """One fact; never changed, never deleted. ``mac`` covers the entry and the ``mac`` before it."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_tenant", "tenant_key", "key"),)

    tenant_key: Mapped[int | None] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int | None] = mapped_column(Key)
    action: Mapped[str] = mapped_column(String(80))
    resource: Mapped[str] = mapped_column(String(120), default="")
    result: Mapped[str] = mapped_column(String(20))
    ip: Mapped[str] = mapped_column(String(64), default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


_SQLITE_GUARDS = tuple(
    f"CREATE TRIGGER audit_entries_no_{verb.lower()} BEFORE {verb} ON audit_entries"
    " BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END"
    for verb in ("UPDATE", "DELETE")
)
_POSTGRES_GUARDS = (
    "CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'audit entries are never changed'; END $$",
    "CREATE TRIGGER audit_entries_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_stay()",
    # The chain is one for all tenants: its end is found from behind every wall.
    "CREATE FUNCTION audit_head(lock_key bigint) RETURNS bytea LANGUAGE plpgsql AS $$"
    " DECLARE wall text := coalesce(current_setting('steward.tenant', true), ''); head bytea;"
    " BEGIN PERFORM pg_advisory_xact_lock(lock_key); PERFORM set_config('steward.tenant', '', true);"
    " SELECT mac INTO head FROM audit_entries ORDER BY key DESC LIMIT 1;"
    " PERFORM set_config('steward.tenant', wall, true); RETURN head; END $$",
)
AUDIT_GUARDS = {"sqlite": _SQLITE_GUARDS, "postgresql": _POSTGRES_GUARDS}
"""What makes the database itself refuse to change or delete entries, by its dialect; on PostgreSQL also the function
that holds and returns the end of the chain. The migration has the same."""

for _dialect, _guards in AUDIT_GUARDS.items():
    for _guard in _guards:
        event.listen(
            AuditEntry.__table__,
            "after_create",
            DDL(_guard).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )
