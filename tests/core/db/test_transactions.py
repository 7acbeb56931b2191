"""Transactions: alone, together, failing, and with a database that is away."""

from __future__ import annotations

import asyncio
import re
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from steward.db.database import Database, Transaction
from steward.db.jobs import RESUME_TURN
from steward.db.tables import Tenant
from steward.kit.clock import SettableClock
from steward.kit.errors import Unavailable
from steward.kit.secrets import KeyRing, Sealer
from steward.ports.jobs import Enqueued
from steward.settings import Settings
from tests.houses import Templates

NOW = datetime(2024, 1, 15, 15, 30, tzinfo=UTC)


class Noted:
    """A job queue that notes what it is told."""

    def __init__(self) -> None:
        self.put_in: list[Enqueued] = []
        self.woken: list[frozenset[str]] = []

    def put(self, connection: Any, work: list[Enqueued]) -> None:
        self.put_in += work

    def wake(self, queues: frozenset[str]) -> None:
        self.woken.append(queues)


@pytest.fixture
async def database(house_settings: Settings) -> AsyncIterator[Database]:
    made = Database(house_settings, SettableClock(NOW), Sealer(KeyRing((("k", b"k" * 32),))), Noted())  # type: ignore[arg-type]
    yield made
    made.close()


def tenant(name: str) -> Tenant:
    return Tenant(name=name, plan="personal", created_at=NOW)


async def names(database: Database) -> list[str]:
    return await database.read(lambda tx: list(tx.session.scalars(select(Tenant.name).order_by(Tenant.key))))


async def test_what_is_written_is_read_and_what_fails_is_not(database: Database) -> None:
    await database.write(lambda tx: tx.add(tenant("kept")))

    def fails(tx: Transaction) -> None:
        tx.add(tenant("lost"))
        tx.session.flush()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await database.write(fails)
    assert await names(database) == ["kept"]


async def test_of_many_at_once_those_that_fail_take_back_only_themselves(database: Database) -> None:
    def change(number: int, tx: Transaction) -> int:
        tx.add(tenant(f"tenant {number}"))
        tx.session.flush()
        if number % 3 == 0:
            raise ValueError(number)
        return number

    async def one(number: int) -> int:
        return await database.write(lambda tx: change(number, tx))

    found = await asyncio.gather(*(one(number) for number in range(60)), return_exceptions=True)
    kept = [number for number in range(60) if number % 3]
    assert [value for value in found if isinstance(value, int)] == kept
    assert sum(isinstance(value, ValueError) for value in found) == 20
    assert sorted(await names(database)) == sorted(f"tenant {number}" for number in kept)


async def test_a_broken_rule_of_the_database_takes_back_only_itself(database: Database) -> None:
    def twice(tx: Transaction) -> None:
        row = tenant("once")
        tx.add(row)
        tx.session.flush()
        tx.connection.execute(Tenant.__table__.insert(), {"id": row.id, "name": "x", "plan": "y", "created_at": NOW})

    results = await asyncio.gather(
        database.write(lambda tx: tx.add(tenant("before"))),
        database.write(twice),
        database.write(lambda tx: tx.add(tenant("after"))),
        return_exceptions=True,
    )
    assert type(results[1]).__name__ == "IntegrityError"
    assert sorted(await names(database)) == ["after", "before"]


async def test_a_row_that_breaks_a_rule_takes_back_only_itself(database: Database) -> None:
    row = await database.write(lambda tx: tx.add(tenant("first")))

    def again(tx: Transaction) -> None:
        tx.session.add(Tenant(id=row.id, name="again", plan="personal", created_at=NOW))

    def changes_and_fails(tx: Transaction) -> None:
        tx.connection.execute(Tenant.__table__.insert(), {"id": uuid4(), "name": "x", "plan": "y", "created_at": NOW})
        again(tx)

    works = [lambda tx, n=n: tx.add(tenant(f"good {n}")) for n in range(20)]
    works[5], works[11] = again, changes_and_fails
    found = await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
    assert [place for place, value in enumerate(found) if isinstance(value, Exception)] == [5, 11]
    assert sorted(await names(database)) == sorted(["first", *(f"good {n}" for n in range(20) if n not in (5, 11))])


async def test_those_that_were_together_all_fail_when_their_commit_fails(tmp_path: Path, templates: Templates) -> None:
    templates.sqlite(tmp_path)
    database = Database(Settings(data_dir=tmp_path), SettableClock(NOW), Sealer(KeyRing((("k", b"k" * 32),))))
    failing = True

    @event.listens_for(database.engine, "commit")
    def refuse(_connection: Any) -> None:
        if failing:
            raise OSError("the disk is gone")

    found = await asyncio.gather(
        *(database.write(lambda tx: tx.add(tenant("lost"))) for _ in range(5)), return_exceptions=True
    )
    assert [str(error) for error in found] == ["the disk is gone"] * 5
    failing = False
    await database.write(lambda tx: tx.add(tenant("kept")))
    assert await names(database) == ["kept"]
    database.close()


async def test_nobody_hears_of_success_before_the_commit(database: Database) -> None:
    told: list[int] = []

    def work(tx: Transaction) -> None:
        tx.add(tenant("new"))
        tx.after_commit(lambda: told.append(1))
        assert told == []

    def fails(tx: Transaction) -> None:
        tx.after_commit(lambda: told.append(2))
        raise ValueError("no")

    await database.write(work)
    with pytest.raises(ValueError, match="no"):
        await database.write(fails)
    assert told == [1]


async def test_a_promised_job_exists_exactly_if_the_transaction_commits(database: Database) -> None:
    noted = database.jobs
    assert isinstance(noted, Noted)

    def promises(tx: Transaction) -> None:
        tx.enqueue(RESUME_TURN, turn_key=1)

    def fails(tx: Transaction) -> None:
        tx.enqueue(RESUME_TURN, turn_key=2)
        raise ValueError("no")

    await database.write(promises)
    with pytest.raises(ValueError, match="no"):
        await database.write(fails)
    assert [work.arguments for work in noted.put_in] == [{"turn_key": 1}]
    assert noted.woken == [frozenset({"turns"})]


async def test_writing_waits_for_a_writer_of_another_process(database: Database, house_settings: Settings) -> None:
    other = Database(house_settings, SettableClock(NOW), Sealer(KeyRing((("k", b"k" * 32),))))
    await asyncio.gather(
        *(each.write(lambda tx: tx.add(tenant("one"))) for each in (database, other) for _ in range(40))
    )
    count = await database.read(lambda tx: tx.session.scalar(select(func.count()).select_from(Tenant)))
    assert count == 80
    other.close()


async def test_a_database_that_cannot_be_reached_is_unavailable(tmp_path: Path) -> None:
    away = Settings(data_dir=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")
    database = Database(away, SettableClock(NOW), Sealer(KeyRing((("k", b"k" * 32),))))
    with pytest.raises(Unavailable):
        await database.read(lambda tx: tx.connection.execute(text("SELECT 1")))
    with pytest.raises(Unavailable):
        await database.write(lambda tx: None)
    database.close()


SECRET = "hush-4711"
REFUSED = {
    "a row that is there already": "INSERT INTO tenants (id, name, plan, created_at, key) "
    "SELECT id, :secret, plan, created_at, key FROM tenants",
    "a value that is missing": "INSERT INTO tenants (name, plan) VALUES (:secret, NULL)",
    "a value of another kind": "UPDATE tenants SET key = CAST(:secret AS INTEGER) + length(json(:secret))",
    "a statement that is none": "SELECT :secret FROM nowhere",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED.keys())
async def test_what_the_database_refuses_is_told_without_the_values(database: Database, statement: str) -> None:
    await database.write(lambda tx: tx.add(tenant(SECRET)))
    with pytest.raises((DBAPIError, Unavailable)) as refused:
        await database.write(lambda tx: tx.connection.execute(text(statement), {"secret": SECRET}))
    told = "".join(traceback.format_exception(refused.value))
    assert "tenants" in told or "nowhere" in told
    assert SECRET not in told


async def test_a_unique_value_that_is_taken_is_told_by_its_name_alone(database: Database) -> None:
    same, other = tenant("one"), "another"
    await database.write(lambda tx: tx.add(same))
    with pytest.raises(IntegrityError) as refused:
        await database.write(lambda tx: tx.add(Tenant(id=same.id, name=other, plan="personal", created_at=NOW)))
    told = "".join(traceback.format_exception(refused.value))
    assert re.search(r"tenants.id|uq_tenants_id", str(refused.value.orig))
    assert str(same.id) not in told
    assert same.id.hex not in told
    assert "another" not in told
