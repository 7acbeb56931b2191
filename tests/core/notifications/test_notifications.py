import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from planning_fixtures import HeardHints, People

from steward.core.notifications import Notice, NotificationService, NotificationUnknown, Recipient
from steward.db.database import Database
from steward.kit.actor import Actor
from steward.kit.errors import Invalid
from steward.kit.ids import new_id
from steward.kit.pages import Window


def tell(database: Database, notifications: NotificationService, to: Actor, **notice: object) -> bool:
    recipient = Recipient(to.tenant_key, to.user_key, to.user_id)
    whole = Notice(**{"type": "system", "title": "Hello", "message": "World", **notice})  # type: ignore[arg-type]
    return database.write_now(lambda tx: notifications.notify(tx, recipient, whole))


async def test_the_newest_comes_first_in_pages_with_totals(
    database: Database, notifications: NotificationService, people: People
) -> None:
    for number in range(5):
        tell(database, notifications, people.ann, title=f"{number}")
    page = await notifications.list(people.ann, window=Window(2, 2))
    assert ([each.title for each in page.items], page.total, page.pages) == (["2", "1"], 5, 3)


async def test_type_and_read_filter_rows_and_total(
    database: Database, notifications: NotificationService, people: People
) -> None:
    for type in ("calendar", "voice", "system", "calendar"):
        tell(database, notifications, people.ann, type=type)
    first = (await notifications.list(people.ann, type="calendar")).items[0]
    await notifications.read(people.ann, first.id)
    assert (await notifications.list(people.ann, type="calendar")).total == 2
    assert (await notifications.list(people.ann, type="calendar", read=True)).total == 1
    assert (await notifications.list(people.ann, read=False)).total == 3


async def test_an_unknown_type_is_refused(notifications: NotificationService, people: People) -> None:
    with pytest.raises(Invalid) as refused:
        await notifications.list(people.ann, type="email")
    assert "type" in refused.value.fields


async def test_the_same_source_is_told_once_whoever_tells(
    database: Database, notifications: NotificationService, people: People, live: HeardHints
) -> None:
    assert tell(database, notifications, people.ann, source="reminder:1:2")
    assert not tell(database, notifications, people.ann, source="reminder:1:2")
    recipient = Recipient(people.ann.tenant_key, people.ann.user_key, people.ann.user_id)
    notice = Notice("system", "x", "y", source="reminder:1:3")
    made = await asyncio.gather(
        *(database.write(lambda tx: notifications.notify(tx, recipient, notice)) for _ in range(8))
    )
    assert sorted(made) == [False] * 7 + [True]
    assert (await notifications.list(people.ann)).total == 2
    assert len(live.told) == 2


async def test_without_a_source_each_telling_is_one(
    database: Database, notifications: NotificationService, people: People
) -> None:
    assert tell(database, notifications, people.ann)
    assert tell(database, notifications, people.ann)
    assert (await notifications.list(people.ann)).total == 2


async def test_nothing_is_hinted_when_the_transaction_fails(
    database: Database, notifications: NotificationService, people: People, live: HeardHints
) -> None:
    recipient = Recipient(people.ann.tenant_key, people.ann.user_key, people.ann.user_id)

    def fails(tx: object) -> None:
        notifications.notify(tx, recipient, Notice("system", "x", "y"))  # type: ignore[arg-type]
        raise Invalid

    with pytest.raises(Invalid):
        await database.write(fails)
    assert live.told == []
    assert (await notifications.list(people.ann)).total == 0


async def test_reading_is_remembered_with_its_first_time(
    database: Database, notifications: NotificationService, people: People, clock: object
) -> None:
    tell(database, notifications, people.ann)
    notice = (await notifications.list(people.ann)).items[0]
    assert (notice.is_read, notice.read_at) == (False, None)
    first = await notifications.read(people.ann, notice.id)
    clock.advance(60)  # type: ignore[attr-defined]
    again = await notifications.read(people.ann, notice.id)
    assert first.is_read
    assert first.read_at == again.read_at is not None


async def test_read_all_counts_what_was_unread_and_only_ones_own(
    database: Database, notifications: NotificationService, people: People
) -> None:
    for person in (people.ann, people.ann, people.ben):
        tell(database, notifications, person)
    assert await notifications.read_all(people.ann) == 2
    assert await notifications.read_all(people.ann) == 0
    assert (await notifications.list(people.ben, read=False)).total == 1


async def test_somebody_elses_notification_does_not_exist(
    database: Database, notifications: NotificationService, people: People
) -> None:
    tell(database, notifications, people.ann)
    notice = (await notifications.list(people.ann)).items[0]
    for other in (people.ben, people.eve):
        with pytest.raises(NotificationUnknown):
            await notifications.read(other, notice.id)
        with pytest.raises(NotificationUnknown):
            await notifications.remove(other, notice.id)
    with pytest.raises(NotificationUnknown):
        await notifications.read(people.ann, new_id())
    assert not (await notifications.list(people.ann)).items[0].is_read


async def test_a_removed_one_is_gone_the_second_time(
    database: Database, notifications: NotificationService, people: People
) -> None:
    tell(database, notifications, people.ann)
    notice = (await notifications.list(people.ann)).items[0]
    await notifications.remove(people.ann, notice.id)
    with pytest.raises(NotificationUnknown):
        await notifications.remove(people.ann, notice.id)


async def test_a_list_takes_two_statements_however_long(
    database: Database,
    notifications: NotificationService,
    people: People,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    for _ in range(30):
        tell(database, notifications, people.ann)
    with statements() as seen:
        page = await notifications.list(people.ann, window=Window(limit=30))
    assert (len(page.items), len(seen)) == (30, 2)
