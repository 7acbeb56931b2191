"""A row that people delete is let go of by the rows that point at it without a scan of theirs."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from steward.db.database import make_engine
from steward.db.tables import Base
from steward.settings import Settings

KEPT = frozenset({"users", "tenants"})
"""No verb deletes their rows, so not every table that points at them pays for an index."""

POINTERS = sorted(
    (table.name, column.name)
    for table in Base.metadata.tables.values()
    for column in table.columns
    for key in column.foreign_keys
    if key.column.table.name not in KEPT
)


def test_conversations_events_and_turns_are_pointed_at() -> None:
    assert {("turns", "conversation_key"), ("messages", "conversation_key"), ("reminders", "event_key")} <= {*POINTERS}


@pytest.mark.parametrize(("table", "column"), POINTERS)
def test_what_points_at_a_deleted_row_is_found_by_an_index(house_settings: Settings, table: str, column: str) -> None:
    engine = make_engine(house_settings)
    statement = f"UPDATE {table} SET {column} = {column} WHERE {column} = 1"
    with engine.connect() as connection:
        if house_settings.is_postgres:
            connection.execute(text("SET enable_seqscan = off"))  # so few rows are scanned otherwise
            plan = connection.execute(text(f"EXPLAIN {statement}")).scalars().all()
        else:
            plan = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"))]
    engine.dispose()
    told = " ".join(plan)
    assert f"{column} = 1" in told or f"{column}=?" in told, told
    assert "SCAN" not in told
    assert "Seq Scan" not in told
