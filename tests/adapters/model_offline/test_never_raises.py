from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steward.adapters.model.offline import OfflineModel
from steward.adapters.model.offline_previews import PREVIEWS
from steward.nlu import INTENTS
from steward.ports.model import Message, ModelRequest, Stopped, Surroundings, TextDelta, ToolCall
from tests.adapters.model_offline.conversation import SPECS
from tests.adapters.model_offline.played_tools import NAMES, NOW, ZONE, event, reminder, task

QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
SLOTS = st.sampled_from(
    [
        "person",
        "people",
        "title",
        "date",
        "time",
        "end_time",
        "duration",
        "recurrence",
        "date_from",
        "date_to",
        "part",
        "shift",
        "offset",
        "timezone",
        "from_time",
        "from_date",
        "text",
        "list",
        "priority",
        "status",
        "number",
        "scope",
        "query",
        "expression",
        "value",
        "from_unit",
        "to_unit",
        "location",
    ]
)
VALUES = (
    SCALARS
    | st.lists(st.text(max_size=6), max_size=3)
    | st.sampled_from(
        [
            "2024-01-16",
            "14:00:00",
            "FREQ=DAILY",
            "FREQ=WEEKLY;BYDAY=MO",
            "RRULE:FREQ=X",
            "all",
            "next",
            "afternoon",
            "9999-12-31",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=HOURLY;INTERVAL=99999999999",
            "it",
            "Asia/Tokyo",
            "../etc",
            "0001-01-01",
        ]
    )
)
FRAMES = st.fixed_dictionaries(
    {
        "intent": st.sampled_from(INTENTS) | SCALARS,
        "entities": st.dictionaries(SLOTS, VALUES, max_size=6) | SCALARS,
        "missing": st.lists(SLOTS, max_size=2) | SCALARS,
    }
)
ROWS = st.sampled_from([event("A", "2024-01-16T09:00:00"), task("B"), reminder("C", None)]) | st.dictionaries(
    st.sampled_from(
        ["title", "start_local", "end_local", "due_local", "text", "number", "attendees", "recurrence", "start"]
    ),
    VALUES,
    max_size=5,
)
KEYS = st.sampled_from(
    [
        "event",
        "events",
        "conflicts",
        "before",
        "free",
        "busy",
        "is_free",
        "reminder",
        "reminders",
        "task",
        "tasks",
        "note",
        "notes",
        "total",
        "expression",
        "result",
        "text",
        "now_local",
        "days",
        "date",
        "tasks_due",
        "tasks_overdue",
        "description",
        "error",
    ]
)
ERRORS = st.fixed_dictionaries(
    {
        "code": st.sampled_from(["AMBIGUOUS", "NOT_FOUND", "FORBIDDEN", "CONFLICT", "X"]) | SCALARS,
        "candidates": st.lists(ROWS, max_size=12) | SCALARS,
    }
)
RESULTS = st.builds(
    lambda ok, data, error: {"ok": ok, **data, "error": error},
    st.booleans() | SCALARS,
    st.dictionaries(KEYS, ROWS | st.lists(ROWS, max_size=4) | SCALARS, max_size=6),
    ERRORS | SCALARS,
)


def run(messages: list[Message]) -> list[Any]:
    request = ModelRequest("offline", messages, SPECS, surroundings=Surroundings(NOW, ZONE))
    events = list(OfflineModel().events(request))
    assert isinstance(events[-1], Stopped)
    assert any(isinstance(each, TextDelta | ToolCall) for each in events)
    for called in (each for each in events if isinstance(each, ToolCall)):
        assert isinstance(json.loads(called.arguments), dict)
        assert called.name in NAMES
    return events


@QUICK
@given(st.text(max_size=300))
def test_any_text_is_answered(text):
    run([Message("user", text)])


@QUICK
@given(
    text=st.text(max_size=40)
    | st.sampled_from(["yes", "no", "1", "the second", "tomorrow at 2", "both", "say that again"]),
    pending=FRAMES,
    kind=st.sampled_from(["slot", "confirm", "choose", "other"]),
    options=st.lists(st.dictionaries(st.sampled_from(["label", "calls", "intent"]), VALUES, max_size=3), max_size=3)
    | SCALARS,
)
def test_any_question_that_was_kept_is_survived(text, pending, kind, options):
    kept = {"pending": pending, "kind": kind, "options": options, "calls": options, "asked": "yesterday", "intent": "x"}
    run([Message("assistant", "Which?", frame=kept), Message("user", text)])


@QUICK
@given(
    name=st.sampled_from(NAMES) | st.text(max_size=10),
    arguments=st.dictionaries(
        st.sampled_from(
            [
                "title",
                "person",
                "on_date",
                "at_time",
                "from",
                "to",
                "date",
                "zone",
                "start",
                "text",
                "before_event",
                "minutes",
                "number",
                "list",
            ]
        ),
        VALUES | st.dictionaries(st.sampled_from(["title", "person", "minutes"]), VALUES),
        max_size=4,
    ),
    result=RESULTS,
)
def test_any_result_of_a_tool_is_told(name, arguments, result):
    call = ToolCall("c1", name, json.dumps(arguments))
    content = json.dumps(result)
    run(
        [
            Message("user", "cancel all my meetings"),
            Message("assistant", tool_calls=(call,)),
            Message("tool", content, call_id="c1"),
        ]
    )


@QUICK
@given(st.text(max_size=60), st.text(max_size=60))
def test_results_and_arguments_that_are_no_json_are_told(arguments, content):
    call = ToolCall("c1", "create_event", arguments)
    events = run(
        [Message("user", "x"), Message("assistant", tool_calls=(call,)), Message("tool", content, call_id="c1")]
    )
    assert not any(isinstance(each, ToolCall) for each in events)


@QUICK
@given(FRAMES, st.sampled_from(sorted(PREVIEWS)), RESULTS)
def test_any_look_before_something_is_taken_away_is_survived(frame, key, result):
    from steward.adapters.model.offline_previews import preview
    from steward.adapters.model.offline_turn import Call, frame_from
    from tests.adapters.model_offline.test_told import MOMENT

    wanted = frame_from({**frame, "intent": key[1]})
    assert wanted is not None
    preview(Call(key[0]), result, wanted, MOMENT)


def test_results_without_calls_and_calls_without_results_are_survived():
    run([Message("tool", "{}", call_id="x", name="create_event")])
    run([Message("user", "hello"), Message("tool", '{"ok": true}', call_id="x")])
    call = ToolCall("c1", "create_event", "{}")
    run(
        [
            Message("user", "x"),
            Message("assistant", tool_calls=(call, ToolCall("c2", "add_task", "{}"))),
            Message("tool", "{}", call_id="c1"),
        ]
    )


@pytest.mark.parametrize("text", ["a" * 32_000, "remind me to " + "x " * 5_000, "(" * 3_000, "schedule " * 4_000])
def test_very_long_texts_are_answered(text):
    run([Message("user", text)])
