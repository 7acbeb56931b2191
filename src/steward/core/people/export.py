"""A copy of everything that belongs to a person, as JSON files in a ZIP.

Which rows are theirs is read from the tables themselves: a table that points at ``users``, or at such a table, is in
it. A new table is therefore exported from its first day. Secrets are left out by their type: what is sealed or hashed.
"""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

import orjson
from sqlalchemy import Column, ColumnElement, LargeBinary, Select, Table, bindparam, or_, select

from steward.core.accounts import StepUp
from steward.core.accounts.gate import own_view
from steward.core.audit import Action, AuditLog
from steward.core.people import gate
from steward.core.people.gate import PersonKey
from steward.db.database import Database, Transaction
from steward.db.tables import AuditEntry, Base, User
from steward.kit.actor import Actor
from steward.settings import Settings

NOBODYS = frozenset({"audit_entries", "permissions", "role_permissions", "roles", "tenants"})
"""Tables that are a tenant's; of the audit log the entries about the person are taken."""

_USERS = "users"
_OWNER = "user_key"
_SECRET = frozenset({"password_hash", "hash", "recipient_hash", "mac"})
_ROWS_AT_ONCE = 500
_CHUNK_BYTES = 64 * 1024
_ABOUT = """This is everything that belongs to the account, one file for each kind of thing, as JSON lists.

Times are UTC. Passwords, keys, codes and tokens are not in it: the server keeps only what checks them.
"""


@dataclass(frozen=True, slots=True)
class Export:
    """A ZIP file that is read once; ``size`` in bytes. It has no name on the disk and is gone when closed."""

    file: IO[bytes]
    size: int
    user_id: UUID

    def chunks(self) -> Iterator[bytes]:
        """Yield the content in pieces and close the file."""
        with self.file:
            while piece := self.file.read(_CHUNK_BYTES):
                yield piece


class ExportService:
    """Makes copies of what belongs to people, one at a time: each reads much."""

    def __init__(self, db: Database, settings: Settings, audit: AuditLog, step_up: StepUp) -> None:
        self._db = db
        self._audit = audit
        self._step_up = step_up
        self._folder = settings.data_dir
        self._one_at_a_time = asyncio.Semaphore(1)

    async def of_me(self, actor: Actor, *, password: str | None = None, code: str | None = None) -> Export:
        """Return a copy of all that is the actor's.

        Raises:
            StepUpRequired: a second factor is asked for.
        """
        actor.need("profile:read")
        await self._step_up.check(actor, password=password, code=code)
        return await self._made(actor, actor.user_key, actor.user_id)

    async def of(self, actor: Actor, person: PersonKey) -> Export:
        """Return a copy of all that belongs to somebody whom the actor looks after.

        Raises:
            PersonUnknown: the actor looks after no such person.
            StepUpRequired: a second factor is asked for.
        """
        actor.need("users:write")
        await self._step_up.check(actor)
        view = await self._db.read(lambda tx: gate.person_of(tx, actor, person))
        return await self._made(actor, view.user_number, view.id)

    async def _made(self, actor: Actor, user_key: int, user_id: UUID) -> Export:
        def note(tx: Transaction) -> None:
            if user_key == actor.user_key:
                own_view(tx, actor)
            self._audit.record(tx, action=Action.USER_EXPORTED, resource=f"user/{user_id}", actor=actor)

        await self._db.write(note)
        async with self._one_at_a_time:
            file = await asyncio.to_thread(self._write, user_key, user_id)
        size = file.tell()
        file.seek(0)
        return Export(file, size, user_id)

    def _write(self, user_key: int, user_id: UUID) -> IO[bytes]:
        file = TemporaryFile(dir=self._folder)  # noqa: SIM115 - it goes on to whoever asked
        try:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("README.txt", _ABOUT)
                for name, statement in STATEMENTS.items():
                    with archive.open(f"{name}.json", "w") as entry:
                        self._fill(entry, statement, {"owner": user_key, "about": f"user/{user_id}"})
        except BaseException:
            file.close()
            raise
        return file

    def _fill(self, entry: IO[bytes], statement: Select[Any], who: Mapping[str, Any]) -> None:
        after, separator = 0, b"["
        while True:
            rows = self._db.read_now(
                lambda tx, start=after: tx.connection.execute(  # type: ignore[misc]  # mypy cannot infer a default
                    statement, {**who, "after": start, "most": _ROWS_AT_ONCE}
                ).all()
            )
            for row in rows:
                values = dict(row._mapping)
                after = values.pop("key")
                entry.write(separator + b"\n" + orjson.dumps(values, default=_plain))
                separator = b","
            if len(rows) < _ROWS_AT_ONCE:
                entry.write(b"[]\n" if separator == b"[" else b"\n]\n")
                return


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value)} cannot be exported")


def owned(tables: Mapping[str, Table]) -> dict[str, ColumnElement[bool]]:
    """Return, for each table that has rows of a person, the condition that a row is of the person ``:owner``."""
    found: dict[str, ColumnElement[bool]] = {_USERS: tables[_USERS].c.key == bindparam("owner")}
    is_growing = True
    while is_growing:
        is_growing = False
        for name, table in tables.items():
            if name not in found and name not in NOBODYS and (mine := _condition(table, found, tables)) is not None:
                found[name] = mine
                is_growing = True
    return found


def _condition(
    table: Table, found: Mapping[str, ColumnElement[bool]], tables: Mapping[str, Table]
) -> ColumnElement[bool] | None:
    if _OWNER in table.c and _target(table.c[_OWNER]) == _USERS:
        return table.c[_OWNER] == bindparam("owner")
    for column in table.c:
        parent = _target(column)
        if parent is not None and parent in found and parent != _USERS:
            return column.in_(select(tables[parent].c.key).where(found[parent]))
    return None


def _target(column: Column[Any]) -> str | None:
    """Return the table that the column points at."""
    return next((key.column.table.name for key in column.foreign_keys), None)


def _statement(table: Table, mine: ColumnElement[bool]) -> Select[Any]:
    shown: list[Any] = [table.c.key]
    for column in table.c:
        if column.name in _SECRET or isinstance(column.type, LargeBinary) or column.name == "key":
            continue
        parent = _target(column)
        if parent is None:
            shown.append(column)
        elif parent not in (_USERS, "tenants"):
            other = Base.metadata.tables[parent].alias()
            named = select(other.c.id).where(other.c.key == column).scalar_subquery()
            shown.append(named.label(f"{column.name.removesuffix('_key')}_id"))
    after = table.c.key > bindparam("after")
    return select(*shown).where(mine, after).order_by(table.c.key).limit(bindparam("most"))


def _statements() -> dict[str, Select[Any]]:
    tables = Base.metadata.tables
    made = {name: _statement(tables[name], mine) for name, mine in owned(tables).items()}
    entries = AuditEntry.__table__
    about = or_(AuditEntry.user_key == bindparam("owner"), AuditEntry.resource == bindparam("about"))
    their_tenant = select(User.tenant_key).where(User.key == bindparam("owner")).scalar_subquery()
    made["audit_entries"] = (
        select(*(column for column in entries.c if column.name not in ("mac", "tenant_key", "user_key")))
        .where(AuditEntry.tenant_key == their_tenant, about, AuditEntry.key > bindparam("after"))
        .order_by(AuditEntry.key)
        .limit(bindparam("most"))
    )
    return made


STATEMENTS: Mapping[str, Select[Any]] = _statements()
"""What is exported: the statement of each file, for ``owner``, ``about``, ``after`` and ``most``."""
