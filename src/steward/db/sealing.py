"""Which columns are sealed, what each value is sealed for, and sealing them anew under another key.

A column says so itself (``db.tables.base.SEALED``); there is no second list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, func, literal, select, true, update
from sqlalchemy.orm import InstrumentedAttribute

from steward.db.database import Transaction
from steward.db.tables import Base
from steward.kit.secrets import SealBroken, seal_mark


def seal_context(column: Column[bytes] | InstrumentedAttribute[bytes | None], tenant_key: int | None, row: UUID) -> str:
    """Return what a value is sealed for: table, tenant, row and column, so that it is of no use anywhere else.

    Source: security item 107.
    """
    table = column.table if isinstance(column, Column) else column.class_.__table__
    return f"{table.name}|{'' if tenant_key is None else tenant_key}|{row}|{column.key}"


def sealed_columns() -> list[Column[bytes]]:
    """Return every column that is sealed, of whichever table."""
    return [column for table in Base.metadata.sorted_tables for column in table.columns if column.info.get("sealed")]


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a run of values: ``last`` is the row it ended with, None when no row was left."""

    last: int | None
    sealed_anew: int
    unreadable: int


def count_sealed(tx: Transaction, column: Column[bytes], name: str) -> int:
    """Return how many values of the column are sealed under the key of that name."""
    return tx.session.scalar(select(func.count()).select_from(_table(column)).where(_under(column, name))) or 0


def seal_anew(tx: Transaction, column: Column[bytes], name: str, after: int, most: int) -> Batch:
    """Seal values of the column under the key of that name that are under others; ``most`` of them, behind ``after``.

    A value that no key opens is left as it is, and one that changes in this moment is left to whoever changes it.
    """
    table = _table(column)
    others = column.is_not(None) & ~_under(column, name) & _at_rest(table, tx.now)
    picked = select(table.c.key, table.c.id, table.c.tenant_key, column.label("value"))
    rows = tx.session.execute(picked.where(others, table.c.key > after).order_by(table.c.key).limit(most)).all()
    done = unreadable = 0
    for row in rows:
        context = seal_context(column, row.tenant_key, row.id)
        try:
            fresh = tx.sealer.seal(tx.sealer.open(row.value, context), context)
        except SealBroken:
            unreadable += 1
            continue
        same = (table.c.key == row.key) & (column == row.value) & _at_rest(table, tx.now)
        tx.session.execute(update(table).where(same).values({column.key: fresh}))
        done += 1
    return Batch(rows[-1].key if rows else None, done, unreadable)


def _table(column: Column[bytes]) -> Table:
    assert isinstance(column.table, Table)
    return column.table


def _at_rest(table: Table, now: datetime) -> ColumnElement[bool]:
    """Return the condition that nobody is about to replace the values: whoever renews tokens knows them by the seal."""
    until = table.columns.get("refreshing_until")
    return true() if until is None else until.is_(None) | (until <= now)


def _under(column: Column[bytes], name: str) -> ColumnElement[bool]:
    mark = seal_mark(name)
    return func.substr(column, 1, len(mark), type_=LargeBinary) == literal(mark, LargeBinary)
