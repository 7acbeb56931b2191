import json

import pytest
from planning_fixtures import People
from talking import Talk

from steward.core.calendar import CalendarService, EventChange
from steward.core.notes import NoteService
from steward.core.tasks import TaskService
from steward.core.tools import Toolbox
from steward.db.database import Database
from steward.kit.clock import SettableClock


def everything(ann: Talk) -> str:
    """All that the person has, as the tools show it."""
    return json.dumps(
        [
            ann.done("find_events", from_="2024-01-01", to="2024-03-01", limit=100)["events"],
            ann.done("list_reminders", limit=100),
            ann.done("list_tasks", limit=100),
            ann.done("list_tasks", status="completed", limit=100),
            ann.done("list_notes", limit=100),
        ],
        sort_keys=True,
    )


@pytest.fixture
def filled(ann: Talk) -> Talk:
    ann.done("create_event", title="Meeting with John", start="2024-01-16T14:00:00", attendees=["Ben"])
    ann.done("create_event", title="Dentist", start="2024-01-16T16:00:00")
    ann.done("create_event", title="Standup", start="2024-01-16T09:00:00", recurrence="FREQ=DAILY;COUNT=5")
    for text in ("Call mum", "Pay rent"):
        ann.done("set_reminder", text=text, due="2024-01-17T09:00:00")
    for title in ("Buy milk", "Write report", "Buy bread"):
        ann.done("add_task", title=title, due="2024-01-18", list="home")
    ann.done("create_note", text="The door code is 4711")
    return ann


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("create_event", {"title": "New", "start": "2024-01-20T10:00:00"}),
        ("move_event", {"person": "John", "new_date": "2024-01-19", "new_time": "08:00", "new_end_time": "08:20"}),
        ("move_event", {"title": "standup", "on_date": "2024-01-18", "new_time": "11:00"}),
        ("cancel_event", {"title": "Dentist"}),
        ("cancel_event", {"title": "standup", "on_date": "2024-01-17"}),
        ("cancel_event", {"title": "standup", "all": True}),
        ("cancel_event", {"on_date": "2024-01-16", "all": True}),
        ("set_reminder", {"text": "Tea", "due": "2024-01-17T10:00:00", "is_timer": True}),
        ("set_reminder", {"text": "Slides", "before_event": {"person": "John", "minutes": 30}}),
        ("cancel_reminder", {"text": "mum"}),
        ("cancel_reminder", {"all": True}),
        ("add_task", {"title": "Buy eggs"}),
        ("complete_task", {"title": "report"}),
        ("delete_task", {"number": 2}),
        ("create_note", {"text": "Remember"}),
    ],
)
def test_every_effect_can_be_taken_back(filled: Talk, name: str, arguments: dict[str, object]) -> None:
    before = everything(filled)
    filled.done(name, **arguments)
    assert everything(filled) != before
    undone = filled.done("undo_last")
    assert undone["undone"] == name
    assert undone["description"].endswith(".")
    assert everything(filled) == before


def test_effects_are_taken_back_newest_first_and_each_once(ann: Talk) -> None:
    ann.done("add_task", title="One")
    ann.done("add_task", title="Two")
    assert "Two" in ann.done("undo_last")["description"]
    assert "One" in ann.done("undo_last")["description"]
    assert ann.failed("undo_last")["code"] == "NOTHING_TO_UNDO"
    assert ann.done("list_tasks")["total"] == 0


def test_looking_and_failing_are_nothing_to_undo(ann: Talk) -> None:
    ann.done("find_events")
    ann.done("calculate", expression="1+1")
    ann.failed("complete_task", title="nothing")
    assert ann.failed("undo_last")["code"] == "NOTHING_TO_UNDO"


def test_nobody_undoes_what_somebody_else_did(ann: Talk, ben: Talk) -> None:
    ann.done("add_task", title="Mine")
    assert ben.failed("undo_last")["code"] == "NOTHING_TO_UNDO"
    assert ann.done("list_tasks")["total"] == 1


async def test_what_was_deleted_since_is_passed_over_with_a_conflict(
    ann: Talk, tasks: TaskService, people: People
) -> None:
    ann.done("create_note", text="Stays undoable")
    made = ann.done("add_task", title="Gone")["task"]
    await tasks.remove(people.ann, (await tasks.list(people.ann)).items[0].id)
    assert ann.failed("undo_last")["code"] == "CONFLICT", made
    assert ann.done("undo_last")["undone"] == "create_note"


async def test_a_moved_occurrence_that_was_deleted_since_does_not_half_come_back(
    ann: Talk, calendar: CalendarService, people: People
) -> None:
    ann.done("create_event", title="Standup", start="2024-01-16T09:00:00", recurrence="FREQ=DAILY;COUNT=3")
    ann.done("move_event", title="standup", on_date="2024-01-17", new_time="11:00")
    moved = next(each for each in (await calendar.list(people.ann)).items if each.recurrence is None)
    await calendar.remove(people.ann, moved.id)
    assert ann.failed("undo_last")["code"] == "CONFLICT"
    days = [each["start_local"] for each in ann.done("find_events")["events"]]
    assert days == ["2024-01-16T09:00:00", "2024-01-18T09:00:00"]


async def test_undoing_a_move_keeps_what_was_changed_since(
    ann: Talk, calendar: CalendarService, people: People
) -> None:
    ann.done("create_event", title="Dentist", start="2024-01-16T14:00:00")
    ann.done("move_event", title="Dentist", new_time="16:00")
    event = (await calendar.list(people.ann)).items[0]
    await calendar.change(people.ann, event.id, EventChange(location="Main Street"))
    ann.done("undo_last")
    after = ann.done("find_events")["events"][0]
    assert (after["start_local"], after["location"]) == ("2024-01-16T14:00:00", "Main Street")


async def test_a_restored_event_has_its_attendees_and_reminders(
    ann: Talk, calendar: CalendarService, people: People, clock: SettableClock
) -> None:
    ann.done("create_event", title="Dentist", start="2024-01-16T14:00:00", attendees=["Ben"])
    before = (await calendar.list(people.ann)).items[0]
    ann.done("cancel_event", title="Dentist")
    ann.done("undo_last")
    after = (await calendar.list(people.ann)).items[0]
    assert after == before


def test_the_toolbox_offers_undo_without_a_tool_call(
    ann: Talk, toolbox: Toolbox, people: People, database: Database, notes: NoteService
) -> None:
    ann.done("create_note", text="x")
    outcome = database.write_now(lambda tx: toolbox.undo(tx, people.ann))
    assert (outcome.ok, outcome.data["undone"]) == (True, "create_note")
    assert outcome.action == {"type": "undo", "data": {"undone": "create_note"}}
