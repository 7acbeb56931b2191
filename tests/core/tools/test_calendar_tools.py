import pytest
from planning_fixtures import People
from talking import Talk

from steward.core.calendar import CalendarService

JOHN = {"title": "Meeting with John", "start": "2024-01-16T14:00:00", "attendees": ["John"]}


def test_a_created_event_tells_instants_in_utc_and_wall_times(ann: Talk) -> None:
    outcome = ann.run("create_event", **JOHN)
    event = outcome.data["event"]
    assert event == {
        "id": event["id"],
        "title": "Meeting with John",
        "start": "2024-01-16T19:00:00Z",
        "end": "2024-01-16T20:00:00Z",
        "start_local": "2024-01-16T14:00:00",
        "end_local": "2024-01-16T15:00:00",
        "zone": "America/New_York",
        "location": "",
        "attendees": [{"name": "John", "email": None}],
        "recurrence": None,
        "status": "confirmed",
    }
    assert event["id"].startswith("event_")
    assert outcome.data["conflicts"] == []
    assert outcome.action == {"type": "create_calendar_event", "data": event}


def test_a_known_attendee_gets_the_known_address(ann: Talk) -> None:
    event = ann.done("create_event", title="x", start="2024-01-16T14:00", attendees=["ben", "zoe@example.org"])["event"]
    assert event["attendees"] == [
        {"name": "Ben Baker", "email": "ben@example.com"},
        {"name": "", "email": "zoe@example.org"},
    ]


def test_times_follow_the_named_zone_or_their_offset(ann: Talk) -> None:
    tokyo = ann.done("create_event", title="x", start="2024-01-16T14:00:00", zone="Asia/Tokyo")["event"]
    assert (tokyo["start"], tokyo["zone"]) == ("2024-01-16T05:00:00Z", "Asia/Tokyo")
    fixed = ann.done("create_event", title="x", start="2024-01-16T14:00:00Z", end="2024-01-16T14:20:00Z")["event"]
    assert (fixed["start"], fixed["end"]) == ("2024-01-16T14:00:00Z", "2024-01-16T14:20:00Z")
    assert ann.done("create_event", "Europe/Paris", title="x", start="2024-01-16T14:00")["event"]["start"] == (
        "2024-01-16T13:00:00Z"
    )


def test_what_an_event_overlaps_is_told(ann: Talk) -> None:
    ann.done("create_event", **JOHN)
    ann.done("create_event", title="Lunch", start="2024-01-16T12:00:00", duration_minutes=120)
    clash = ann.done("create_event", title="Dentist", start="2024-01-16T14:30:00")
    assert [each["title"] for each in clash["conflicts"]] == ["Meeting with John"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"title": "x"},
        {"title": "", "start": "2024-01-16T14:00:00"},
        {"title": "<script></script>", "start": "2024-01-16T14:00:00"},
        {"title": "x", "start": "2024-01-16"},
        {"title": "x", "start": "tomorrow"},
        {"title": "x", "start": "2024-01-16T14:00:00", "end": "2024-01-16T13:00:00"},
        {"title": "x", "start": "2024-01-16T14:00:00", "duration_minutes": 0},
        {"title": "x", "start": "2024-01-16T14:00:00", "zone": "Nowhere"},
        {"title": "x", "start": "2024-01-16T14:00:00", "recurrence": "FREQ=MINUTELY"},
        {"title": "x", "start": "2024-01-16T14:00:00", "timezone": "UTC"},
        {"title": "x", "start": 5},
    ],
)
def test_wrong_arguments_are_an_outcome_and_nothing_is_written(ann: Talk, arguments: dict[str, object]) -> None:
    assert ann.failed("create_event", **arguments)["code"] == "INVALID_ARGUMENTS"
    assert ann.done("find_events", from_="2024-01-01")["total"] == 0


def test_events_are_found_by_range_words_and_person(ann: Talk) -> None:
    ann.done("create_event", **JOHN)
    ann.done("create_event", title="Dentist appointment", start="2024-01-17T09:00:00")
    ann.done("create_event", title="Budget review", start="2024-01-18T09:00:00", attendees=["Ben"])

    def found(**arguments: object) -> list[str]:
        return [each["title"] for each in ann.done("find_events", **arguments)["events"]]

    assert found(from_="2024-01-16", to="2024-01-17") == ["Meeting with John", "Dentist appointment"]
    assert found(query="the dentist") == ["Dentist appointment"]
    assert found(person="john") == ["Meeting with John"]
    assert found(person="Ben") == ["Budget review"]
    assert found(only_next=True) == ["Meeting with John"]
    assert found(query="nothing like it") == []
    assert found(from_="2024-01-18T10:30") == []
    limited = ann.done("find_events", from_="2024-01-01", limit=1)
    assert (len(limited["events"]), limited["total"]) == (1, 3)
    assert (limited["from_local"], limited["to_local"]) == ("2024-01-01T00:00:00", None)


def test_other_peoples_events_are_not_found(ann: Talk, ben: Talk) -> None:
    event = ann.done("create_event", **JOHN)["event"]
    assert ben.done("find_events", from_="2024-01-01")["total"] == 0
    assert ben.failed("cancel_event", title="John")["code"] == "NOT_FOUND"
    assert ben.failed("cancel_event", id=event["id"])["code"] == "NOT_FOUND"
    assert ben.failed("move_event", id=event["id"], new_time="16:00")["code"] == "NOT_FOUND"


def test_only_a_new_time_keeps_day_and_duration(ann: Talk) -> None:
    ann.done("create_event", **JOHN, duration_minutes=90)
    moved = ann.done("move_event", person="John", new_time="16:00")
    assert (moved["event"]["start_local"], moved["event"]["end_local"]) == (
        "2024-01-16T16:00:00",
        "2024-01-16T17:30:00",
    )
    assert moved["before"] == {"start_local": "2024-01-16T14:00:00", "end_local": "2024-01-16T15:30:00"}


def test_only_a_new_date_keeps_the_wall_time_even_over_a_clock_change(ann: Talk) -> None:
    ann.done("create_event", **JOHN)
    moved = ann.done("move_event", title="meeting with john", new_date="2024-03-15")["event"]
    assert (moved["start_local"], moved["start"]) == ("2024-03-15T14:00:00", "2024-03-15T18:00:00Z")


def test_a_shift_and_a_new_end_move_too(ann: Talk) -> None:
    ann.done("create_event", **JOHN)
    assert ann.done("move_event", title="John", shift_minutes=-30)["event"]["start_local"] == "2024-01-16T13:30:00"
    longer = ann.done("move_event", title="John", new_end_time="15:30")["event"]
    assert (longer["start_local"], longer["end_local"]) == ("2024-01-16T13:30:00", "2024-01-16T15:30:00")
    assert ann.failed("move_event", title="John", new_end_time="13:00")["code"] == "INVALID_ARGUMENTS"
    night = ann.done("move_event", title="John", new_time="23:00", new_end_time="01:00")["event"]
    assert night["end_local"] == "2024-01-17T01:00:00"
    assert ann.failed("move_event", title="John")["code"] == "INVALID_ARGUMENTS"


def test_several_equal_matches_are_candidates_and_nothing_changes(ann: Talk) -> None:
    ann.done("create_event", **JOHN)
    ann.done("create_event", title="Meeting with John", start="2024-01-18T09:00:00")
    for name, extra in (("move_event", {"new_time": "16:00"}), ("cancel_event", {})):
        error = ann.failed(name, title="meeting with john", **extra)
        assert error["code"] == "AMBIGUOUS"
        assert [each["start_local"] for each in error["candidates"]] == ["2024-01-16T14:00:00", "2024-01-18T09:00:00"]
    events = ann.done("find_events")["events"]
    assert [each["status"] for each in events] == ["confirmed", "confirmed"]
    assert ann.done("cancel_event", title="john", on_date="2024-01-18")["events"][0]["start_local"].startswith(
        "2024-01-18"
    )
    ann.done("create_event", title="John's lunch", start="2024-01-16T12:00:00")
    assert ann.done("cancel_event", person="john", at_time="14:00")["events"][0]["title"] == "Meeting with John"


def test_a_candidate_can_be_chosen_by_its_id(ann: Talk) -> None:
    ann.done("create_event", **JOHN)
    ann.done("create_event", **JOHN)
    chosen = ann.failed("cancel_event", title="John")["candidates"][1]
    assert [each["id"] for each in ann.done("cancel_event", id=chosen["id"])["events"]] == [chosen["id"]]
    for wrong in ("event_00000000000000000000000000000000", "nonsense", "1 OR 1=1"):
        assert ann.failed("cancel_event", id=wrong)["code"] == "NOT_FOUND"


def test_a_cancelled_event_stays_as_cancelled_and_is_not_found_again(
    ann: Talk, calendar: CalendarService, people: People
) -> None:
    ann.done("create_event", **JOHN)
    assert ann.done("cancel_event", title="John")["events"][0]["status"] == "cancelled"
    assert ann.done("find_events")["total"] == 0
    assert ann.failed("cancel_event", title="John")["code"] == "NOT_FOUND"
    assert ann.failed("move_event", title="John", new_time="09:00")["code"] == "NOT_FOUND"


def test_all_that_fit_can_be_cancelled_at_once_but_never_everything(ann: Talk) -> None:
    for hour in (9, 11):
        ann.done("create_event", title=f"Call {hour}", start=f"2024-01-16T{hour:02}:00:00")
    ann.done("create_event", title="Later", start="2024-01-17T09:00:00")
    assert ann.failed("cancel_event", all=True)["code"] == "INVALID_ARGUMENTS"
    assert len(ann.done("cancel_event", on_date="2024-01-16", all=True)["events"]) == 2
    assert ann.done("find_events")["total"] == 1
    assert ann.failed("cancel_event", on_date="2024-01-16", all=True)["code"] == "NOT_FOUND"


def test_of_a_recurring_event_one_occurrence_is_cancelled_or_moved_unless_all(ann: Talk) -> None:
    ann.done("create_event", title="Standup", start="2024-01-16T09:00:00", recurrence="FREQ=DAILY")
    assert ann.done("cancel_event", title="standup", on_date="2024-01-18")["events"][0]["start_local"] == (
        "2024-01-18T09:00:00"
    )
    moved = ann.done("move_event", title="standup", new_time="10:00")["event"]
    assert (moved["start_local"], moved["recurrence"]) == ("2024-01-16T10:00:00", None)
    days = [each["start_local"][8:] for each in ann.done("find_events", to="2024-01-19")["events"]]
    assert days == ["16T10:00:00", "17T09:00:00", "19T09:00:00"]
    ann.done("cancel_event", title="standup", on_date="2024-01-16", at_time="10:00")
    ann.done("cancel_event", title="standup", all=True)
    assert ann.done("find_events")["total"] == 0


def test_free_time_is_what_is_left_of_the_window(ann: Talk) -> None:
    ann.done("create_event", title="a", start="2024-01-16T10:00:00", duration_minutes=60)
    ann.done("create_event", title="b", start="2024-01-16T10:30:00", duration_minutes=90)
    ann.done("create_event", title="c", start="2024-01-16T12:30:00", duration_minutes=300)
    found = ann.done("find_free_time", date="2024-01-16")
    assert found["free"] == [{"from_local": "2024-01-16T09:00:00", "to_local": "2024-01-16T10:00:00"}]
    assert ([each["title"] for each in found["busy"]], found["is_free"]) == (["a", "b", "c"], False)
    short = ann.done("find_free_time", date="2024-01-16", duration_minutes=30)
    assert [each["from_local"][11:16] for each in short["free"]] == ["09:00", "12:00", "17:30"]
    assert ann.done("find_free_time", date="2024-01-16", from_time="18:00", to_time="20:00")["is_free"]
    assert not ann.done("find_free_time", date="2024-01-16", from_time="11:30")["is_free"]
    assert ann.done("find_free_time", date="2024-01-16", from_time="23:30")["is_free"]
    assert ann.failed("find_free_time", date="2024-01-16", from_time="12:00", to_time="10:00")["code"] == (
        "INVALID_ARGUMENTS"
    )
