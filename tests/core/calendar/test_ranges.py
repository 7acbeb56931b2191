"""What lies in a range is found whatever lies around it: on both databases, against plain arithmetic."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from planning_fixtures import People

from steward.core.calendar import CalendarService, EventWish, NewEvent
from steward.db.database import Database
from steward.kit.pages import Window

BEGIN = datetime(2024, 6, 1, tzinfo=UTC)
LENGTHS = (
    timedelta(minutes=30),
    timedelta(hours=24),
    timedelta(days=1, microseconds=1),
    timedelta(hours=25),
    timedelta(days=40),
    timedelta(days=366),
)


async def test_what_runs_into_a_range_is_found_however_long_ago_it_began(
    calendar: CalendarService, people: People, database: Database
) -> None:
    dice = random.Random(7)
    spans = {}
    for number in range(120):
        start = BEGIN + timedelta(hours=dice.randrange(-370 * 24, 30 * 24))
        end = start + dice.choice(LENGTHS)
        spans[f"Event {number}"] = (start, end)
        await calendar.create(people.ben, NewEvent(f"Event {number}", start, end, reminders=[]))
    for _ in range(25):
        start = BEGIN + timedelta(hours=dice.randrange(-20 * 24, 20 * 24))
        end = start + dice.choice((timedelta(hours=1), timedelta(days=2), timedelta(days=30)))
        expected = sorted(name for name, (begin, finish) in spans.items() if begin < end and finish > start)
        page = await calendar.list(people.ben, start=start, end=end, window=Window(0, 200))
        assert (sorted(each.title for each in page.items), page.total) == (expected, len(expected))
        few = await calendar.list(people.ben, start=start, end=end, window=Window(3, 4))
        assert (list(few.items), few.total) == (list(page.items[3:7]), page.total)
        busy, found, first = database.read_now(
            lambda tx, start=start, end=end: (
                calendar.busy_in(tx, people.ben, start, end),
                calendar.find_in(tx, people.ben, EventWish("event", start=start, end=end)),
                calendar.next_in(tx, people.ben, start, end),
            )
        )
        assert list(busy) == list(found) == list(page.items)
        assert list(first) == [each for each in page.items if each.starts_at >= start][:1]


async def test_an_event_of_exactly_a_day_ends_when_the_next_day_begins(
    calendar: CalendarService, people: People
) -> None:
    day = timedelta(days=1)
    await calendar.create(people.ben, NewEvent("All day", BEGIN, BEGIN + day, reminders=[]))
    at_midnight = await calendar.list(people.ben, start=BEGIN + day, end=BEGIN + 2 * day)
    before = await calendar.list(people.ben, start=BEGIN + day - timedelta(microseconds=1), end=BEGIN + 2 * day)
    assert (at_midnight.total, before.total) == (0, 1)
