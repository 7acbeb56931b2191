from datetime import UTC, date, datetime, timedelta

import pytest
from planning_fixtures import HeardHints, People

from steward.core.calendar import CalendarService, EventChange, EventUnknown, EventView, Invitee, NewEvent
from steward.core.reminders import Alert, ReminderService
from steward.db.database import Database, Transaction
from steward.db.tables import UserSettings
from steward.kit.clock import SettableClock
from steward.kit.errors import Invalid
from steward.kit.ids import new_id
from steward.kit.pages import Window

TWO = datetime(2024, 1, 16, 14)
THREE = datetime(2024, 1, 16, 15)


def emails(event: EventView) -> list[tuple[str, str | None]]:
    return [(each.name, each.email) for each in event.attendees]


async def test_the_documented_event_comes_back_whole(calendar: CalendarService, people: People) -> None:
    made = await calendar.create(
        people.ann,
        NewEvent(
            "Team Meeting",
            TWO.replace(tzinfo=UTC),
            THREE.replace(tzinfo=UTC),
            "Weekly team sync meeting",
            "Conference Room A",
            attendees=[Invitee("John Doe", "John@Example.com")],
            reminders=[Alert("email", 15), Alert("push", 5)],
        ),
    )
    assert (made.starts_at, made.ends_at) == (TWO.replace(tzinfo=UTC), THREE.replace(tzinfo=UTC))
    assert (made.status, made.calendar_id, made.location) == ("confirmed", "primary", "Conference Room A")
    assert [(each.name, each.email, each.response) for each in made.attendees] == [
        ("John Doe", "john@example.com", "pending")
    ]
    assert [(each.type, each.minutes_before) for each in made.reminders] == [("email", 15), ("push", 5)]
    assert len({each.id for each in made.reminders}) == 2
    assert await calendar.get(people.ann, made.id) == made


async def test_a_naive_time_is_wall_time_in_the_persons_zone_or_the_named_one(
    calendar: CalendarService, people: People
) -> None:
    here = await calendar.create(people.ann, NewEvent("Here", TWO, THREE))
    there = await calendar.create(people.ann, NewEvent("There", TWO, THREE, zone="Asia/Tokyo"))
    assert here.starts_at == datetime(2024, 1, 16, 19, tzinfo=UTC)
    assert there.starts_at == datetime(2024, 1, 16, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", {"title": " <script>x</script> "}),
        ("title", {"title": "x" * 301}),
        ("end_time", {"end": TWO}),
        ("end_time", {"end": TWO - timedelta(hours=1)}),
        ("end_time", {"end": TWO + timedelta(days=400)}),
        ("start_time", {"start": datetime(1, 1, 1)}),
        ("timezone", {"zone": "Nowhere"}),
        ("location", {"location": "x" * 301}),
        ("description", {"description": "x" * 10_001}),
        ("calendar_id", {"calendar_id": ""}),
        ("status", {"status": "maybe"}),
        ("recurrence", {"recurrence": "FREQ=SECONDLY"}),
        ("attendees", {"attendees": [Invitee()]}),
        ("attendees", {"attendees": [Invitee("x", "no address")]}),
        ("attendees", {"attendees": [Invitee("x", "a@b\r\nBcc: c@d")]}),
        ("attendees", {"attendees": [Invitee(f"p{number}") for number in range(201)]}),
        ("reminders", {"reminders": [Alert("pigeon", 5)]}),
        ("reminders", {"reminders": [Alert("push", -1)]}),
        ("reminders", {"reminders": [Alert("push", 50_000)]}),
        ("reminders", {"reminders": [Alert("push", 5)] * 21}),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_kept(
    calendar: CalendarService, people: People, field: str, wrong: dict[str, object]
) -> None:
    with pytest.raises(Invalid) as refused:
        await calendar.create(people.ann, NewEvent(**{"title": "x", "start": TWO, "end": THREE, **wrong}))  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]
    assert (await calendar.list(people.ann)).total == 0


async def test_a_title_loses_active_markup(calendar: CalendarService, people: People) -> None:
    made = await calendar.create(
        people.ann, NewEvent("Tea<img src=x onerror=alert(1)> & <b>cake</b>\x00'); DROP TABLE x;--", TWO, THREE)
    )
    assert made.title == "Tea & cake'); DROP TABLE x;--"


async def test_a_name_gets_the_address_that_is_known_and_never_a_made_up_one(
    calendar: CalendarService, people: People
) -> None:
    await calendar.create(
        people.ann, NewEvent("Before", TWO, THREE, attendees=[Invitee("John Doe", "john@example.com")])
    )
    made = await calendar.create(
        people.ann,
        NewEvent("Now", TWO, THREE, attendees=[Invitee("john"), Invitee("Ben"), Invitee("Eve"), Invitee("Zoe")]),
    )
    assert emails(made) == [
        ("John Doe", "john@example.com"),
        ("Ben Baker", "ben@example.com"),
        ("Eve", None),
        ("Zoe", None),
    ]
    others = await calendar.create(people.ben, NewEvent("Ben's", TWO, THREE, attendees=[Invitee("John")]))
    assert emails(others) == [("John", None)]


async def test_two_people_of_one_name_leave_it_without_address(calendar: CalendarService, people: People) -> None:
    both = [Invitee("John Doe", "doe@example.com"), Invitee("John Smith", "smith@example.com")]
    await calendar.create(people.ann, NewEvent("Before", TWO, THREE, attendees=both))
    made = await calendar.create(
        people.ann, NewEvent("Now", TWO, THREE, attendees=[Invitee("John"), Invitee("john smith")])
    )
    assert emails(made) == [("John", None), ("John Smith", "smith@example.com")]


async def test_without_a_word_about_reminders_the_persons_own_ones_are_used(
    calendar: CalendarService, people: People, database: Database
) -> None:
    def set_preferences(tx: Transaction) -> None:
        data = {"default_reminders": [{"type": "push", "minutes_before": 30}, {"type": 7}]}
        ann = people.ann
        tx.add(
            UserSettings(
                tenant_key=ann.tenant_key, user_key=ann.user_key, section="calendar", data=data, updated_at=tx.now
            )
        )

    plain = await calendar.create(people.ann, NewEvent("x", TWO, THREE))
    assert [(each.type, each.minutes_before) for each in plain.reminders] == [("email", 15)]
    database.write_now(set_preferences)
    own = await calendar.create(people.ann, NewEvent("x", TWO, THREE))
    assert [(each.type, each.minutes_before) for each in own.reminders] == [("push", 30)]
    none = await calendar.create(people.ann, NewEvent("x", TWO, THREE, reminders=[]))
    assert len(none.reminders) == 0


async def test_a_change_merges_and_gives_the_whole_event_back(
    calendar: CalendarService, people: People, clock: SettableClock
) -> None:
    made = await calendar.create(
        people.ann,
        NewEvent("Sync", TWO, THREE, "Weekly", "Room A", attendees=[Invitee("John", "john@example.com")]),
    )
    clock.advance(60)
    changed = await calendar.change(
        people.ann, made.id, EventChange(title="Updated", start=THREE, end=THREE + timedelta(hours=1))
    )
    assert (changed.title, changed.description, changed.location) == ("Updated", "Weekly", "Room A")
    assert changed.starts_at == made.starts_at + timedelta(hours=1)
    assert (changed.created_at, changed.updated_at) == (made.created_at, clock.now())
    assert changed.attendees == made.attendees
    assert [each.id for each in changed.reminders] == [each.id for each in made.reminders]
    with pytest.raises(Invalid):
        await calendar.change(people.ann, made.id, EventChange(end=TWO))
    replaced = await calendar.change(
        people.ann, made.id, EventChange(attendees=[Invitee("Zoe")], reminders=[Alert("sms", 10)])
    )
    assert emails(replaced) == [("Zoe", None)]
    assert [(each.type, each.minutes_before) for each in replaced.reminders] == [("sms", 10)]


async def test_somebody_elses_event_does_not_exist(calendar: CalendarService, people: People) -> None:
    made = await calendar.create(people.ann, NewEvent("Mine", TWO, THREE))
    for other in (people.ben, people.eve):
        for attempt in (
            calendar.get(other, made.id),
            calendar.change(other, made.id, EventChange(title="x")),
            calendar.remove(other, made.id),
        ):
            with pytest.raises(EventUnknown):
                await attempt
        assert (await calendar.list(other)).total == 0
    with pytest.raises(EventUnknown):
        await calendar.get(people.ann, new_id())


async def test_a_removed_event_is_gone_with_its_reminders(
    calendar: CalendarService, reminders: ReminderService, people: People, clock: SettableClock
) -> None:
    made = await calendar.create(people.ann, NewEvent("Mine", TWO, THREE))
    await calendar.remove(people.ann, made.id)
    with pytest.raises(EventUnknown):
        await calendar.remove(people.ann, made.id)
    clock.advance(10**6)
    assert (await reminders.sweep()).queued == 0


async def test_every_change_is_hinted_after_its_commit(
    calendar: CalendarService, people: People, live: HeardHints
) -> None:
    made = await calendar.create(people.ann, NewEvent("Mine", TWO, THREE))
    await calendar.change(people.ann, made.id, EventChange(title="x"))
    with pytest.raises(Invalid):
        await calendar.change(people.ann, made.id, EventChange(title=""))
    await calendar.remove(people.ann, made.id)
    channel = f"user:{people.ann.user_id}"
    assert live.told == [(channel, f"calendar:{what}:{made.id}") for what in ("created", "updated", "deleted")]


async def test_a_range_of_dates_includes_its_last_day_where_the_person_lives(
    calendar: CalendarService, people: People
) -> None:
    late = await calendar.create(people.ann, NewEvent("Late", datetime(2024, 1, 16, 23), datetime(2024, 1, 16, 23, 30)))
    await calendar.create(people.ann, NewEvent("Next", datetime(2024, 1, 17, 0), datetime(2024, 1, 17, 1)))
    page = await calendar.list(people.ann, start=date(2024, 1, 16), end=date(2024, 1, 16))
    assert ([each.id for each in page.items], page.total) == ([late.id], 1)
    with pytest.raises(Invalid):
        await calendar.list(people.ann, start=date(2024, 1, 16), end=date(2024, 1, 14))


async def test_a_range_gives_what_overlaps_it_and_not_what_only_touches_it(
    calendar: CalendarService, people: People
) -> None:
    for title, start, end in (
        ("before", 8, 10),
        ("into", 9, 11),
        ("within", 10, 11),
        ("over", 8, 14),
        ("after", 12, 13),
    ):
        await calendar.create(people.ann, NewEvent(title, datetime(2024, 1, 16, start), datetime(2024, 1, 16, end)))
    page = await calendar.list(people.ann, start=datetime(2024, 1, 16, 10), end=datetime(2024, 1, 16, 12))
    assert [each.title for each in page.items] == ["over", "into", "within"]


async def test_filters_by_calendar_and_status_hold_for_rows_and_total(
    calendar: CalendarService, people: People
) -> None:
    await calendar.create(people.ann, NewEvent("a", TWO, THREE, calendar_id="work"))
    await calendar.create(people.ann, NewEvent("b", TWO, THREE, status="tentative"))
    gone = await calendar.create(people.ann, NewEvent("c", TWO, THREE))
    await calendar.change(people.ann, gone.id, EventChange(status="cancelled"))
    assert (await calendar.list(people.ann)).total == 3
    assert (await calendar.list(people.ann, calendar_id="work")).total == 1
    cancelled = await calendar.list(people.ann, status="cancelled", start=date(2024, 1, 1))
    assert ([each.title for each in cancelled.items], cancelled.total) == (["c"], 1)
    with pytest.raises(Invalid):
        await calendar.list(people.ann, status="lost")


async def test_pages_cover_everything_once(calendar: CalendarService, people: People) -> None:
    for hour in range(7):
        await calendar.create(
            people.ann, NewEvent(f"{hour}", TWO + timedelta(hours=hour), THREE + timedelta(hours=hour))
        )
    for start in (None, date(2024, 1, 1)):
        titles = []
        for offset in (0, 3, 6, 9):
            page = await calendar.list(people.ann, start=start, window=Window(offset, 3))
            assert page.total == 7
            titles += [each.title for each in page.items]
        assert titles == [f"{hour}" for hour in range(7)]
