"""The audit chain holds, and shows where somebody laid hands on it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from steward.core.audit import Action, AuditLog
from steward.core.audit.rules import FIRST, Fact, canonical, storable_details
from steward.db.database import Database, Transaction
from steward.db.tables import AuditEntry, Tenant
from steward.kit.actor import Actor
from steward.kit.clock import SettableClock
from steward.kit.secrets import KeyRing, key_ring_from_text


async def write_entries(database: Database, audit: AuditLog, count: int) -> None:
    for number in range(count):
        await database.write(
            lambda tx, number=number: audit.record(
                tx, action=Action.USER_CHANGED, resource=f"user/{number}", ip="192.0.2.7", details={"number": number}
            )
        )


async def change(database: Database, key: int, **values: Any) -> None:
    await database.write(
        lambda tx: tx.session.execute(update(AuditEntry).where(AuditEntry.key == key).values(**values))
    )


async def test_an_empty_chain_is_whole(database: Database, audit: AuditLog) -> None:
    report = await audit.verify(database)
    assert (report.good, report.is_whole, report.head) == (0, True, FIRST.hex())


async def test_every_entry_of_an_untouched_chain_is_good_whatever_the_batch(
    database: Database, audit: AuditLog
) -> None:
    await write_entries(database, audit, 7)
    reports = [await audit.verify(database, batch=size) for size in (1, 3, 7, 100)]
    assert all(report.is_whole and report.good == 7 for report in reports)
    assert len({report.head for report in reports}) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"action": "login.failed"},
        {"resource": "user/99"},
        {"result": "denied"},
        {"ip": "198.51.100.1"},
        {"details": {"number": 4}},
        {"details": {"number": "3"}},
        {"user_key": 5},
        {"at": datetime(2026, 3, 1, 9, 0, 0, 123457, tzinfo=UTC)},
        {"id": UUID(int=1)},
        {"mac": bytes(32)},
    ],
    ids=lambda values: "-".join(values),
)
async def test_a_changed_field_is_found_at_its_entry(
    database: Database, audit: AuditLog, values: dict[str, Any]
) -> None:
    await write_entries(database, audit, 6)
    await change(database, 4, **values)
    report = await audit.verify(database, batch=2)
    assert (report.good, report.broken_key, report.is_whole) == (3, 4, False)
    assert report.broken_id is not None


async def test_a_removed_entry_breaks_the_one_after_it(database: Database, audit: AuditLog) -> None:
    await write_entries(database, audit, 5)
    await database.write(lambda tx: tx.session.execute(delete(AuditEntry).where(AuditEntry.key == 2)))
    report = await audit.verify(database)
    assert (report.good, report.broken_key) == (1, 3)


async def test_two_entries_that_changed_places_are_found(database: Database, audit: AuditLog) -> None:
    await write_entries(database, audit, 5)

    def swap(tx: Transaction) -> None:
        for old, new in ((2, 100), (3, 2), (100, 3)):
            tx.session.execute(update(AuditEntry).where(AuditEntry.key == old).values(key=new))

    await database.write(swap)
    assert (await audit.verify(database)).broken_key == 2


async def test_entries_cut_off_the_end_show_by_the_head(database: Database, audit: AuditLog) -> None:
    await write_entries(database, audit, 5)
    before = await audit.verify(database)
    await database.write(lambda tx: tx.session.execute(delete(AuditEntry).where(AuditEntry.key == 5)))
    after = await audit.verify(database)
    assert after.is_whole
    assert after.head != before.head


async def test_who_has_another_key_cannot_write_a_good_entry(database: Database, audit: AuditLog) -> None:
    await write_entries(database, audit, 2)
    stranger = AuditLog(key_ring_from_text("the secret of somebody else entirely"))
    await write_entries(database, stranger, 1)
    assert (await audit.verify(database)).broken_key == 3


async def test_entries_of_an_older_key_stay_good_after_the_ring_turned(
    database: Database, audit: AuditLog, ring: KeyRing
) -> None:
    await write_entries(database, audit, 2)
    turned = AuditLog(KeyRing((("new", bytes(range(32))), *ring.keys)))
    await write_entries(database, turned, 2)
    assert (await turned.verify(database)).good == 4
    assert (await audit.verify(database)).broken_key == 3


async def test_parallel_writers_make_one_chain(database: Database, audit: AuditLog) -> None:
    await asyncio.gather(*(write_entries(database, audit, 3) for _ in range(8)))
    report = await audit.verify(database)
    assert (report.good, report.is_whole) == (24, True)


async def test_several_entries_of_one_transaction_follow_each_other(database: Database, audit: AuditLog) -> None:
    def work(tx: Transaction) -> None:
        for _ in range(3):
            audit.record(tx, action=Action.SESSION_ENDED)

    await database.write(work)
    assert (await audit.verify(database)).good == 3


async def test_an_entry_lives_and_dies_with_its_transaction(database: Database, audit: AuditLog) -> None:
    def work(tx: Transaction) -> None:
        audit.record(tx, action=Action.SESSION_ENDED)
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(work)
    assert await database.read(lambda tx: tx.session.scalar(select(func.count(AuditEntry.key)))) == 0


async def test_an_actor_gives_person_tenant_and_address(
    database: Database, audit: AuditLog, clock: SettableClock
) -> None:
    def work(tx: Transaction) -> int:
        tenant = tx.add(Tenant(name="Home", plan="personal", created_at=tx.now))
        tx.session.flush()
        actor = Actor(7, UUID(int=7), tenant.key, tenant.id, "user", ip="192.0.2.9")
        audit.record(tx, action=Action.USER_CHANGED, actor=actor)
        return tenant.key

    tenant_key = await database.write(work)
    entry = await database.read(lambda tx: tx.session.scalars(select(AuditEntry)).one())
    assert (entry.tenant_key, entry.user_key, entry.ip) == (tenant_key, 7, "192.0.2.9")
    assert entry.at == clock.now()


async def test_texts_that_databases_change_are_made_storable_first(database: Database, audit: AuditLog) -> None:
    await database.write(
        lambda tx: audit.record(
            tx,
            action=Action.LOGIN_FAILED,
            ip="x" * 500,
            details={"a\0b": "nul\0 and \ud800 and é", "n": None, "t": True},
        )
    )
    assert (await audit.verify(database)).good == 1


FACT = Fact(UUID(int=1), datetime(2026, 1, 1, tzinfo=UTC), 1, 2, "user.changed", "user/1", "success", "", {})
TEXTS = st.dictionaries(st.text(max_size=20), st.one_of(st.text(max_size=50), st.integers(), st.booleans(), st.none()))


@given(TEXTS, TEXTS)
def test_different_details_never_have_the_same_canonical_bytes(left: dict[str, Any], right: dict[str, Any]) -> None:
    one, two = (Fact(*(getattr(FACT, name) for name in Fact.__slots__[:-1]), details) for details in (left, right))
    same_content = repr(sorted(left.items())) == repr(sorted(right.items()))
    assert (canonical(one, FIRST) == canonical(two, FIRST)) == same_content


def test_the_canonical_bytes_are_the_documented_ones() -> None:
    assert canonical(FACT, bytes(32)) == (
        b'["steward-audit-1","' + b"0" * 64 + b'","00000000-0000-0000-0000-000000000001",'
        b'"2026-01-01T00:00:00.000000+00:00",1,2,"user.changed","user/1","success","",{}]'
    )


def test_the_same_instant_in_another_zone_is_the_same_entry() -> None:
    from datetime import timezone

    moved = FACT.at.astimezone(timezone(timedelta(hours=5)))
    other = Fact(FACT.id, moved, *(getattr(FACT, name) for name in Fact.__slots__[2:]))
    assert canonical(other, FIRST) == canonical(FACT, FIRST)


def test_details_keep_their_kinds() -> None:
    assert storable_details({"a": 1, "b": True, "c": None, "d": "x"}) == {"a": 1, "b": True, "c": None, "d": "x"}
