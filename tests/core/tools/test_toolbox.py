from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planning_fixtures import People
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from talking import Talk

from steward.core.tools import Moment, Toolbox, ToolOutcome
from steward.db.database import Database, Transaction
from steward.db.tables import CalendarEvent, Task, ToolCall
from steward.kit.errors import Conflict

NAMES = {
    "create_event",
    "find_events",
    "move_event",
    "cancel_event",
    "find_free_time",
    "set_reminder",
    "list_reminders",
    "cancel_reminder",
    "add_task",
    "complete_task",
    "delete_task",
    "list_tasks",
    "create_note",
    "list_notes",
    "calculate",
    "convert_units",
    "current_time",
    "days_until",
    "daily_summary",
    "undo_last",
}


def test_every_tool_has_a_slim_object_schema(toolbox: Toolbox, people: People) -> None:
    specs = toolbox.specs(people.ann)
    assert {spec.name for spec in specs} == NAMES
    for spec in specs:
        assert spec.parameters["type"] == "object"
        text = str(spec.parameters)
        assert "$ref" not in text
        assert "anyOf" not in text
    create = next(spec for spec in specs if spec.name == "create_event").parameters
    assert create["properties"]["title"]["type"] == "string"
    assert create["required"] == ["title", "start"]
    remind = next(spec for spec in specs if spec.name == "set_reminder").parameters
    assert remind["properties"]["before_event"]["properties"]["minutes"]["type"] == "integer"


def test_who_lacks_a_permission_is_not_offered_the_tool_and_cannot_run_it(
    toolbox: Toolbox, people: People, database: Database
) -> None:
    viewer = replace(people.ann, permissions=frozenset({"calendar:read", "tasks:read"}))
    names = {spec.name for spec in toolbox.specs(viewer)}
    assert "find_events" in names
    assert not names & {"create_event", "add_task", "set_reminder", "list_notes"}
    outcome = database.write_now(lambda tx: toolbox.run(tx, viewer, "add_task", {"title": "x"}, moment=Moment(tx.now)))
    assert outcome.data["error"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("text", ["", "  ", "{}"])
def test_no_arguments_at_all_are_an_empty_object(toolbox: Toolbox, text: str) -> None:
    assert toolbox.validate("current_time", text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "[]",
        "7",
        "{",
        '{"title": "x"',
        "{'title': 'x'}",
        "\ud800",
        '{"title":"\\ud800","start":"x"}',
        "[" * 9_999,
    ],
)
def test_broken_arguments_are_an_outcome(toolbox: Toolbox, text: str) -> None:
    outcome = toolbox.validate("create_event", text)
    assert isinstance(outcome, ToolOutcome)
    assert outcome.data["error"]["code"] == "INVALID_ARGUMENTS"


def test_an_unknown_tool_is_an_outcome(ann: Talk, toolbox: Toolbox, people: People, database: Database) -> None:
    assert ann.failed("rm_rf")["code"] == "NOT_FOUND"
    outcome = database.write_now(lambda tx: toolbox.run(tx, people.ann, "rm_rf", {}, moment=Moment(tx.now)))
    assert outcome.data["error"]["code"] == "NOT_FOUND"


def test_validated_arguments_are_plain_and_validate_again(toolbox: Toolbox) -> None:
    checked = toolbox.validate("find_events", '{"from": "2024-01-16", "to": null}')
    assert checked == {"from": "2024-01-16", "only_next": False, "limit": 20}


def test_effect_and_record_stand_or_fall_together(
    ann: Talk, toolbox: Toolbox, people: People, database: Database
) -> None:
    ann.done("add_task", title="Milk")

    def twice(tx: Transaction) -> None:
        toolbox.run(tx, people.ann, "add_task", {"title": "Bread"}, moment=Moment(tx.now))
        tx.add(
            ToolCall(
                turn_key=ann.turn_key,
                user_key=people.ann.user_key,
                step=ann.step,  # the unique place of the call that ran
                position=0,
                call_id="again",
                name="add_task",
                arguments={},
                ok=True,
                result={},
                created_at=tx.now,
            )
        )

    with pytest.raises(IntegrityError):
        database.write_now(twice)
    assert ann.done("list_tasks")["total"] == 1


def test_a_tool_that_fails_halfway_leaves_nothing_behind(
    ann: Talk, calendar: Any, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise Conflict("The alerts cannot be written.")

    monkeypatch.setattr(calendar._alerts, "add", fails)
    assert ann.failed("create_event", title="x", start="2024-01-16T14:00:00")["code"] == "CONFLICT"
    assert database.read_now(lambda tx: tx.session.scalars(select(CalendarEvent.id)).all()) == []


WORDS = st.text(max_size=30) | st.sampled_from(["2024-01-16", "16:00", "the", "%", "event_00", "\x00", "FREQ=DAILY"])
VALUES = st.none() | st.booleans() | st.integers() | WORDS | st.lists(WORDS, max_size=2) | st.floats(allow_nan=False)
SPELLED = (
    "title start end query person on_date at_time new_time new_date shift_minutes date due text number id all limit "
    "from to value from_unit to_unit expression recurrence zone minutes before_event list priority status"
)
KEYS = st.sampled_from(SPELLED.split())


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(NAMES)), st.dictionaries(KEYS, VALUES, max_size=4))
def test_no_arguments_ever_raise(ann: Talk, name: str, arguments: dict[str, Any]) -> None:
    outcome = ann.run(name, **arguments)
    assert outcome.data["ok"] is outcome.ok


def test_names_in_the_shape_of_an_attack_change_only_what_they_say(ann: Talk, database: Database) -> None:
    ann.done("add_task", title="x'); DROP TABLE tasks;--")
    ann.done("add_task", title="keep")
    ann.done("delete_task", title="x'); DROP TABLE tasks;--")
    assert database.read_now(lambda tx: tx.session.scalars(select(Task.title)).all()) == ["keep"]
