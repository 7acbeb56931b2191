from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from planning_fixtures import People

from steward.core.reminders import NewReminder, ReminderChange, ReminderOver, ReminderService, ReminderUnknown
from steward.db.database import Database
from steward.kit.clock import SettableClock
from steward.kit.errors import Invalid
from steward.kit.ids import new_id
from steward.kit.pages import Window


async def test_a_wall_time_is_meant_in_the_persons_zone(reminders: ReminderService, people: People) -> None:
    made = await reminders.create(people.ann, NewReminder("Call mum", datetime(2024, 1, 15, 18)))
    assert made.due_at == datetime(2024, 1, 15, 23, tzinfo=UTC)
    assert (made.status, made.zone, made.recurrence) == ("pending", "America/New_York", None)


async def test_a_time_that_has_passed_is_refused(reminders: ReminderService, people: People) -> None:
    with pytest.raises(Invalid) as refused:
        await reminders.create(people.ann, NewReminder("Too late", datetime(2024, 1, 15, 5)))
    assert "due" in refused.value.fields


async def test_a_repeated_reminder_begins_at_its_next_time(reminders: ReminderService, people: People) -> None:
    made = await reminders.create(
        people.ann, NewReminder("Pills", datetime(2024, 1, 10, 8), recurrence="FREQ=DAILY;COUNT=30")
    )
    assert made.due_at == datetime(2024, 1, 15, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "  "},
        {"text": "x" * 2_001},
        {"recurrence": "FREQ=MINUTELY"},
        {"zone": "Mars/Base"},
        {"kind": "pigeon"},
        {"due_at": datetime(2500, 1, 1)},
    ],
)
async def test_what_cannot_be_kept_is_refused(
    reminders: ReminderService, people: People, wrong: dict[str, object]
) -> None:
    with pytest.raises(Invalid) as refused:
        await reminders.create(people.ann, NewReminder(**{"text": "x", "due_at": datetime(2024, 2, 1), **wrong}))  # type: ignore[arg-type]
    assert refused.value.fields


async def test_a_list_gives_pages_with_totals_by_due_time(reminders: ReminderService, people: People) -> None:
    for day in (5, 3, 4):
        await reminders.create(people.ann, NewReminder(f"Day {day}", datetime(2024, 2, day, 9)))
    await reminders.create(people.ben, NewReminder("Ben's", datetime(2024, 2, 1)))
    page = await reminders.list(people.ann, window=Window(1, 2))
    assert ([each.text for each in page.items], page.total) == (["Day 4", "Day 5"], 3)
    ranged = await reminders.list(people.ann, start=date(2024, 2, 3), end=date(2024, 2, 4))
    assert [each.text for each in ranged.items] == ["Day 3", "Day 4"]


async def test_a_list_takes_two_statements_however_long(
    reminders: ReminderService, people: People, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    for hour in range(20):
        await reminders.create(people.ann, NewReminder("x", datetime(2024, 2, 1, hour)))
    with statements() as seen:
        page = await reminders.list(people.ann, window=Window(limit=50))
    assert (len(page.items), len(seen)) == (20, 2)


async def test_an_unknown_status_is_refused(reminders: ReminderService, people: People) -> None:
    with pytest.raises(Invalid):
        await reminders.list(people.ann, status="lost")


async def test_somebody_elses_reminder_does_not_exist(reminders: ReminderService, people: People) -> None:
    made = await reminders.create(people.ann, NewReminder("Secret", datetime(2024, 2, 1)))
    for other in (people.ben, people.eve):
        for attempt in (
            reminders.get(other, made.id),
            reminders.cancel(other, made.id),
            reminders.change(other, made.id, ReminderChange(text="mine")),
        ):
            with pytest.raises(ReminderUnknown):
                await attempt
    assert (await reminders.get(people.ann, made.id)).text == "Secret"
    with pytest.raises(ReminderUnknown):
        await reminders.get(people.ann, new_id())


async def test_a_change_of_time_lets_it_wait_again_and_a_change_of_text_keeps_the_time(
    reminders: ReminderService, people: People
) -> None:
    made = await reminders.create(people.ann, NewReminder("Call", datetime(2024, 2, 1, 9)))
    renamed = await reminders.change(people.ann, made.id, ReminderChange(text="Call mum"))
    assert (renamed.text, renamed.due_at) == ("Call mum", made.due_at)
    moved = await reminders.change(people.ann, made.id, ReminderChange(due_at=datetime(2024, 2, 2, 9)))
    assert (moved.text, moved.due_at) == ("Call mum", made.due_at + timedelta(days=1))


async def test_a_cancelled_reminder_is_over(reminders: ReminderService, people: People) -> None:
    made = await reminders.create(people.ann, NewReminder("Call", datetime(2024, 2, 1, 9)))
    assert (await reminders.cancel(people.ann, made.id)).status == "cancelled"
    assert (await reminders.cancel(people.ann, made.id)).status == "cancelled"
    with pytest.raises(ReminderOver):
        await reminders.change(people.ann, made.id, ReminderChange(text="again"))


async def test_words_find_the_reminder_that_is_meant(
    reminders: ReminderService, people: People, database: Database
) -> None:
    for text in ("Call mum", "Buy milk", "Buy 100% wool_socks"):
        await reminders.create(people.ann, NewReminder(text, datetime(2024, 2, 1, 9)))
    await reminders.create(people.ben, NewReminder("Call mum", datetime(2024, 2, 1, 9)))

    def texts(words: str) -> list[str]:
        return [each.text for each in database.read_now(lambda tx: reminders.find_in(tx, people.ann, words))]

    assert texts("the mum") == ["Call mum"]
    assert texts("buy") == ["Buy milk", "Buy 100% wool_socks"]
    assert texts("' OR 1=1 --") == []
    assert texts("%") == []
    assert len(texts("")) == 3


async def test_hostile_texts_are_kept_as_plain_words(reminders: ReminderService, people: People) -> None:
    hostile = "Robert'); DROP TABLE reminders;-- \x00\x1b[31m ${jndi} \ud800 <script>x</script>"
    made = await reminders.create(people.ann, NewReminder(hostile, datetime(2024, 2, 1)))
    assert "DROP TABLE" in made.text
    assert not set("\x00\x1b\ud800") & set(made.text)


async def test_an_undone_cancellation_waits_again(
    reminders: ReminderService, people: People, database: Database, clock: SettableClock
) -> None:
    made = await reminders.create(people.ann, NewReminder("Call", datetime(2024, 2, 1, 9)))
    await reminders.cancel(people.ann, made.id)
    assert database.write_now(lambda tx: reminders.restore_in(tx, people.ben, [made.id])) == 0
    assert database.write_now(lambda tx: reminders.restore_in(tx, people.ann, [made.id])) == 1
    assert (await reminders.get(people.ann, made.id)).status == "pending"
