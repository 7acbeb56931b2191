from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from planning_fixtures import People

from steward.core.calendar import CalendarService, EventChange, EventView, EventWish, Invitee, NewEvent
from steward.core.calendar.rules import MOST_OCCURRENCES
from steward.core.reminders import Alert
from steward.db.database import Database
from steward.kit.errors import Invalid
from steward.kit.pages import Window


@pytest.fixture
async def standup(calendar: CalendarService, people: People) -> EventView:
    return await calendar.create(
        people.ann,
        NewEvent(
            "Standup",
            datetime(2024, 3, 4, 9),
            datetime(2024, 3, 4, 9, 15),
            recurrence="FREQ=WEEKLY;BYDAY=MO,WE",
            attendees=[Invitee("John", "john@example.com")],
        ),
    )


async def test_within_a_range_a_series_is_its_occurrences_at_the_same_wall_time(
    calendar: CalendarService, people: People, standup: EventView
) -> None:
    page = await calendar.list(people.ann, start=date(2024, 3, 5), end=date(2024, 3, 13))
    assert [each.starts_at for each in page.items] == [
        datetime(2024, 3, 6, 14, tzinfo=UTC),
        datetime(2024, 3, 11, 13, tzinfo=UTC),  # clocks went forward on the 10th
        datetime(2024, 3, 13, 13, tzinfo=UTC),
    ]
    assert page.total == 3
    assert {each.id for each in page.items} == {standup.id}
    assert page.items[0].attendees[0].email == "john@example.com"


async def test_two_series_in_one_range_are_each_shown_as_itself(
    calendar: CalendarService, people: People, standup: EventView
) -> None:
    lunch = await calendar.create(
        people.ann,
        NewEvent(
            "Lunch",
            datetime(2024, 3, 4, 12),
            datetime(2024, 3, 4, 13),
            location="Canteen",
            recurrence="FREQ=DAILY",
            attendees=[Invitee("Ann", "ann@example.com")],
        ),
    )
    page = await calendar.list(people.ann, start=date(2024, 3, 4), end=date(2024, 3, 6))
    shown = [
        (f"{each.starts_at:%d %H}", each.title, each.id, each.location, len(each.reminders)) for each in page.items
    ]
    assert shown == [
        ("04 14", "Standup", standup.id, "", 1),
        ("04 17", "Lunch", lunch.id, "Canteen", 1),
        ("05 17", "Lunch", lunch.id, "Canteen", 1),
        ("06 14", "Standup", standup.id, "", 1),
        ("06 17", "Lunch", lunch.id, "Canteen", 1),
    ]
    assert [each.attendees[0].name for each in page.items] == ["John", "Ann", "Ann", "John", "Ann"]
    assert [(each.ends_at - each.starts_at) / timedelta(minutes=15) for each in page.items] == [1, 4, 4, 1, 4]
    assert [each.recurrence for each in page.items][:2] == [standup.recurrence, lunch.recurrence]


async def test_two_series_that_begin_at_once_are_each_found_as_itself(
    calendar: CalendarService, people: People, database: Database
) -> None:
    begin = datetime(2024, 3, 4, 9, tzinfo=UTC)
    for title in ("Yoga", "Mail"):
        await calendar.create(people.ben, NewEvent(title, begin, begin + timedelta(hours=1), recurrence="FREQ=DAILY"))
    end = begin + timedelta(days=2)
    between, busy, found = database.read_now(
        lambda tx: (
            calendar.between_in(tx, people.ben, begin, end, 10)[0],
            calendar.busy_in(tx, people.ben, begin, end),
            calendar.find_in(tx, people.ben, EventWish("mail", start=begin, end=end, each_once=False)),
        )
    )
    assert [each.title for each in between] == [each.title for each in busy] == ["Yoga", "Mail"] * 2
    assert [(each.title, each.starts_at.day) for each in found] == [("Mail", 4), ("Mail", 5)]


async def test_without_a_range_a_series_is_one_row(
    calendar: CalendarService, people: People, standup: EventView
) -> None:
    page = await calendar.list(people.ann)
    assert ([each.starts_at for each in page.items], page.total) == ([standup.starts_at], 1)


async def test_an_event_over_night_keeps_both_wall_times_when_clocks_change(
    calendar: CalendarService, people: People
) -> None:
    await calendar.create(
        people.ann,
        NewEvent("Shift", datetime(2024, 3, 8, 22), datetime(2024, 3, 9, 6), recurrence="FREQ=DAILY;COUNT=3"),
    )
    page = await calendar.list(people.ann, start=date(2024, 3, 1))
    assert [(each.ends_at - each.starts_at) / timedelta(hours=1) for each in page.items] == [8, 7, 8]


async def test_a_series_that_begins_in_the_night_of_a_clock_change_lasts_its_wall_time_afterwards(
    calendar: CalendarService, people: People
) -> None:
    await calendar.create(
        people.ann,
        NewEvent("Shift", datetime(2024, 3, 9, 22), datetime(2024, 3, 10, 6), recurrence="FREQ=DAILY;COUNT=2"),
    )
    page = await calendar.list(people.ann, start=date(2024, 3, 1))
    assert [(each.ends_at - each.starts_at) / timedelta(hours=1) for each in page.items] == [7, 8]


async def test_a_series_that_starts_on_a_day_that_does_not_fit_begins_at_the_first_that_does(
    calendar: CalendarService, people: People
) -> None:
    made = await calendar.create(
        people.ann, NewEvent("x", datetime(2024, 3, 5, 9), datetime(2024, 3, 5, 10), recurrence="FREQ=WEEKLY;BYDAY=FR")
    )
    assert made.starts_at == datetime(2024, 3, 8, 14, tzinfo=UTC)
    assert made.ends_at == datetime(2024, 3, 8, 15, tzinfo=UTC)


async def test_a_series_that_has_ended_is_not_in_later_ranges(calendar: CalendarService, people: People) -> None:
    for rule in ("FREQ=DAILY;COUNT=3", "FREQ=DAILY;UNTIL=20240303"):
        await calendar.create(
            people.ann, NewEvent("x", datetime(2024, 3, 1, 9), datetime(2024, 3, 1, 10), recurrence=rule)
        )
    assert (await calendar.list(people.ann, start=date(2024, 3, 3), end=date(2024, 3, 9))).total == 2
    assert (await calendar.list(people.ann, start=date(2024, 3, 4), end=date(2024, 3, 9))).total == 0


async def test_an_occurrence_that_began_before_the_range_is_in_it_while_it_lasts(
    calendar: CalendarService, people: People
) -> None:
    await calendar.create(
        people.ann, NewEvent("x", datetime(2024, 3, 1, 9), datetime(2024, 3, 1, 12), recurrence="FREQ=DAILY")
    )
    page = await calendar.list(people.ann, start=datetime(2024, 3, 20, 11), end=datetime(2024, 3, 20, 11, 5))
    assert [each.starts_at for each in page.items] == [datetime(2024, 3, 20, 13, tzinfo=UTC)]


async def test_an_endless_series_in_an_open_range_gives_at_most_a_thousand(
    calendar: CalendarService, people: People
) -> None:
    await calendar.create(
        people.ann, NewEvent("x", datetime(2024, 3, 1, 9), datetime(2024, 3, 1, 10), recurrence="FREQ=HOURLY")
    )
    page = await calendar.list(people.ann, start=date(2024, 3, 1), window=Window(990, 20))
    assert (page.total, len(page.items)) == (MOST_OCCURRENCES, 10)


async def test_single_events_and_occurrences_share_pages_in_order(calendar: CalendarService, people: People) -> None:
    begin = datetime(2024, 3, 1, tzinfo=UTC)
    for hour in range(0, 60, 3):
        start = begin + timedelta(hours=hour, minutes=30)
        await calendar.create(people.ben, NewEvent("one", start, start + timedelta(minutes=5), reminders=[]))
    await calendar.create(
        people.ben, NewEvent("many", begin, begin + timedelta(minutes=5), recurrence="FREQ=HOURLY", reminders=[])
    )
    whole = await calendar.list(people.ben, start=begin, end=begin + timedelta(hours=60), window=Window(0, 500))
    assert whole.total == 80
    assert [each.starts_at for each in whole.items] == sorted(each.starts_at for each in whole.items)
    pieces = []
    for offset in range(0, 90, 7):
        page = await calendar.list(people.ben, start=begin, end=begin + timedelta(hours=60), window=Window(offset, 7))
        assert page.total == 80
        pieces += page.items
    assert pieces == list(whole.items)


async def test_pages_far_behind_stay_right(
    calendar: CalendarService, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    from steward.core.calendar import rules, store

    monkeypatch.setattr(rules, "MOST_OCCURRENCES", 5)
    monkeypatch.setattr(store, "MOST_OCCURRENCES", 5)
    begin = datetime(2024, 3, 1, tzinfo=UTC)
    for hour in range(30):
        start = begin + timedelta(hours=hour, minutes=30)
        await calendar.create(people.ben, NewEvent("one", start, start + timedelta(minutes=5), reminders=[]))
    await calendar.create(
        people.ben,
        NewEvent(
            "five", begin + timedelta(hours=10), begin + timedelta(hours=11), recurrence="FREQ=HOURLY", reminders=[]
        ),
    )
    whole = await calendar.list(people.ben, start=begin, window=Window(0, 500))
    pieces = [
        each
        for offset in range(0, 40, 4)
        for each in (await calendar.list(people.ben, start=begin, window=Window(offset, 4))).items
    ]
    assert whole.total == 35
    assert pieces == list(whole.items)


async def test_a_list_takes_three_statements_however_long_and_mixed(
    calendar: CalendarService, people: People, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    for hour in range(10):
        start = datetime(2024, 3, 1, hour)
        await calendar.create(
            people.ann,
            NewEvent(
                "x",
                start,
                start + timedelta(hours=1),
                recurrence="FREQ=DAILY" if hour % 2 else None,
                attendees=[Invitee("John", "john@example.com")],
                reminders=[Alert("push", 5), Alert("push", 10)],
            ),
        )
    with statements() as seen:
        page = await calendar.list(people.ann, start=date(2024, 3, 1), end=date(2024, 3, 31), window=Window(0, 100))
    assert (len(page.items), len(seen)) == (100, 3)
    with statements() as seen:
        await calendar.list(people.ann)
    assert len(seen) == 3


async def test_one_occurrence_can_be_cancelled_and_restored(
    calendar: CalendarService, people: People, standup: EventView, database: Database
) -> None:
    wednesday = (await calendar.list(people.ann, start=date(2024, 3, 6), end=date(2024, 3, 6))).items[0]
    database.write_now(lambda tx: calendar.cancel_in(tx, people.ann, wednesday))
    assert (await calendar.list(people.ann, start=date(2024, 3, 4), end=date(2024, 3, 12))).total == 2
    database.write_now(
        lambda tx: calendar.restore_in(tx, people.ann, standup.id, status="confirmed", occurrence=wednesday.starts_at)
    )
    assert (await calendar.list(people.ann, start=date(2024, 3, 4), end=date(2024, 3, 12))).total == 3


async def test_a_moved_occurrence_leaves_its_series_and_takes_everything_along(
    calendar: CalendarService, people: People, standup: EventView, database: Database
) -> None:
    wednesday = (await calendar.list(people.ann, start=date(2024, 3, 6), end=date(2024, 3, 6))).items[0]
    start = datetime(2024, 3, 7, 16, tzinfo=UTC)
    moved = database.write_now(
        lambda tx: calendar.move_in(tx, people.ann, wednesday, start, start + timedelta(minutes=15))
    )
    assert moved.series_id == standup.id
    assert (moved.event.title, moved.event.recurrence, moved.event.starts_at) == ("Standup", None, start)
    assert [each.email for each in moved.event.attendees] == ["john@example.com"]
    week = await calendar.list(people.ann, start=date(2024, 3, 4), end=date(2024, 3, 10))
    assert [each.starts_at.day for each in week.items] == [4, 7]


async def test_a_series_can_become_single_and_single_a_series(
    calendar: CalendarService, people: People, standup: EventView
) -> None:
    single = await calendar.change(people.ann, standup.id, EventChange(recurrence=None))
    assert single.recurrence is None
    assert (await calendar.list(people.ann, start=date(2024, 4, 1))).total == 0
    again = await calendar.change(people.ann, standup.id, EventChange(recurrence="FREQ=DAILY;COUNT=2"))
    assert again.recurrence == "FREQ=DAILY;COUNT=2"
    assert (await calendar.list(people.ann, start=date(2024, 3, 1))).total == 2
    with pytest.raises(Invalid):
        await calendar.change(people.ann, standup.id, EventChange(recurrence="FREQ=MINUTELY"))
