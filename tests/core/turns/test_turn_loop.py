"""Model, tools, model again: what goes in, what comes out, and every bound."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from decimal import Decimal

import pytest
from structlog.testing import capture_logs
from turn_scripts import NAME, USD_A_TOKEN, Stage, call, end_of, staged, text_of

from steward.core.turns import Text, ToolCalled, ToolReturned, TurnWish
from steward.core.turns.rules import HISTORY_CHARACTERS, estimated_tokens, trimmed
from steward.db.tables import Message as MessageRow
from steward.db.tables import Task, Turn
from steward.db.tables import ToolCall as ToolRow
from steward.kit.errors import Invalid
from steward.ports.model import Message, Stopped, ToolCall, Usage
from steward.settings import Settings


async def test_an_answer_without_tools_is_one_model_call_stored_with_its_tokens_and_cost(both: Stage) -> None:
    both.model.script(["Good ", "morning.", Usage(100, 20)])
    result = await both.ask("hi")
    assert (result.status, result.message.content) == ("completed", "Good morning.")
    assert len(both.model.requests) == both.model.closed == 1
    [turn] = await both.rows(Turn.status, Turn.input_tokens, Turn.output_tokens, Turn.cost_usd, Turn.model_used)
    assert tuple(turn) == ("completed", 100, 20, 120 * USD_A_TOKEN, NAME)
    stored = await both.rows(MessageRow.content, MessageRow.tokens_used, MessageRow.cost_usd, MessageRow.status)
    assert [tuple(row) for row in stored] == [
        ("hi", 0, Decimal(0), "completed"),
        ("Good morning.", 120, 120 * USD_A_TOKEN, "completed"),
    ]


async def test_tokens_of_all_steps_are_summed_and_their_texts_joined_by_an_empty_line(stage: Stage) -> None:
    stage.model.script(["Let me see.", call("list_tasks"), Usage(50, 5)], ["Nothing to do.", Usage(70, 6)])
    events = await stage.told()
    assert text_of(events) == "Let me see.\n\nNothing to do."
    [turn] = await stage.rows(Turn.input_tokens, Turn.output_tokens, Turn.tools_used)
    assert tuple(turn) == (120, 11, ["list_tasks"])


async def test_a_turn_that_two_models_made_names_the_last_and_pays_each_its_own_price(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices = {"fake:first": Decimal("0.01"), "fake:second": Decimal("0.0001")}
    monkeypatch.setattr(
        stage.model, "cost_usd", lambda model, usage: str(prices[model] * (usage.input_tokens + usage.output_tokens))
    )
    stage.model.script(
        [call("list_tasks"), Usage(10, 1), Stopped("tools", "fake:first"), None],
        ["Nothing to do.", Usage(20, 2), Stopped("end", "fake:second"), None],
    )
    result = await stage.ask()
    [turn] = await stage.rows(Turn.model_used, Turn.input_tokens, Turn.output_tokens, Turn.cost_usd)
    assert tuple(turn) == ("fake:second", 30, 3, Decimal("0.1122"))
    assert (result.message.model_used, result.message.cost_usd) == ("fake:second", Decimal("0.1122"))


async def test_an_empty_piece_of_text_is_no_event_and_breaks_no_line(stage: Stage) -> None:
    stage.model.script(["One.", call("list_tasks")], ["", "", "Two."])
    events = await stage.told()
    assert [item.event.text for item in events if isinstance(item.event, Text)] == ["One.", "\n\nTwo."]


async def test_a_character_that_no_database_keeps_does_not_keep_the_turn_from_ending(both: Stage) -> None:
    both.model.script(["a\x00b", "\x00"])
    events = await both.told()
    assert text_of(events) == "ab"
    assert end_of(events)
    assert [row[0] for row in await both.rows(MessageRow.content, role="assistant")] == ["ab"]


@pytest.mark.parametrize(
    "arguments", ['{"title": "a\\u0000b"}', '{"title": "\\ud800"}', '{"title": 5}', "[", '"x"', "[]"]
)
async def test_whatever_a_model_writes_as_arguments_the_turn_completes(both: Stage, arguments: str) -> None:
    both.model.script([ToolCall("c" * 300, "add_task", arguments)], ["Well."])
    events = await both.told()
    assert text_of(events) == "Well."
    assert not hasattr(end_of(events), "code"), events[-1]


async def test_usage_is_estimated_from_characters_where_the_provider_gives_none(stage: Stage) -> None:
    stage.model.script(["x" * 41])
    result = await stage.ask("y" * 9)
    sent = sum(estimated_tokens(message.content) for message in stage.model.requests[0].messages)
    assert result.message.tokens_used == sent + 11
    assert sent > 3


async def test_what_was_wished_is_passed_on_to_the_model(stage: Stage) -> None:
    opened = await stage.house.services.conversations.create(
        stage.actor, provider="openai", model="gpt-4o", system_prompt="Speak like a pirate."
    )
    await stage.ask("ahoy", opened.id, temperature=0.3, max_tokens=77)
    request = stage.model.requests[0]
    assert (request.model, request.temperature, request.max_tokens) == ("gpt-4o", 0.3, 77)
    assert request.messages[0].role == "system"
    assert request.messages[0].content.endswith("Speak like a pirate.")
    assert request.messages[-1] == Message("user", "ahoy")
    assert {"add_task", "create_event"} <= {tool.name for tool in request.tools}
    assert request.surroundings is not None
    assert request.surroundings.now == stage.clock.now()


async def test_several_calls_of_one_step_are_all_carried_out_and_their_results_come_in_order(both: Stage) -> None:
    wanted = [call("add_task", title="milk"), call("list_tasks"), call("add_task", title="bread"), call("no_such_tool")]
    both.model.script(["On it.", *wanted], ["Done."])
    events = await both.told()
    assert [item.event.call_id for item in events if isinstance(item.event, ToolCalled)] == [c.call_id for c in wanted]
    returned = [item.event for item in events if isinstance(item.event, ToolReturned)]
    assert [(event.call_id, event.ok) for event in returned] == [
        (one.call_id, ok) for one, ok in zip(wanted, (True, True, True, False), strict=True)
    ]
    assert await both.task_titles() == ["milk", "bread"]
    recorded = await both.rows(ToolRow.position, ToolRow.name, ToolRow.ok)
    assert sorted(tuple(row) for row in recorded) == [
        *((0, "add_task", True), (1, "list_tasks", True), (2, "add_task", True), (3, "no_such_tool", False)),
    ]
    [turn] = await both.rows(Turn.tools_used)
    assert turn[0] == ["add_task", "list_tasks", "add_task"], "only what ran was used"
    told = both.model.requests[1].messages[-5:]
    assert told[0].role == "assistant"
    assert [one.call_id for one in told[0].tool_calls] == [one.call_id for one in wanted]
    assert [message.call_id for message in told[1:]] == [one.call_id for one in wanted]
    assert "milk" in told[2].content, "a look in the same step sees what came before it"
    assert "bread" not in told[2].content
    assert json.loads(told[4].content)["error"]["code"] == "NOT_FOUND"


async def test_a_model_that_is_told_of_its_invalid_arguments_can_correct_itself(stage: Stage) -> None:
    written = ['{"title": "mi', '{"name": "milk"}']
    stage.model.script(
        *[[ToolCall(f"c{number}", "add_task", one)] for number, one in enumerate(written)],
        [call("add_task", title="milk")],
        ["Added."],
    )
    result = await stage.ask()
    assert (result.status, await stage.task_titles()) == ("completed", ["milk"])
    answers = [json.loads(request.messages[-1].content) for request in stage.model.requests[1:]]
    assert [answer["ok"] for answer in answers] == [False, False, True]
    assert [answer["error"]["code"] for answer in answers[:2]] == ["INVALID_ARGUMENTS"] * 2
    kept = sorted(tuple(row) for row in await stage.rows(ToolRow.step, ToolRow.ok, ToolRow.ran))
    assert kept == [(1, False, False), (2, False, False), (3, True, True)]
    refused = await stage.rows(ToolRow.arguments, ran=False)
    assert [row.arguments for row in refused] == [{"as_written": one} for one in written]
    assert [action.get("ok") for action in result.message.actions] == [False, False, None]
    assert (await stage.rows(Turn.tools_used))[0][0] == ["add_task"]


async def test_a_model_that_never_stops_calling_tools_is_stopped_and_what_it_did_stays(settings: Settings) -> None:
    async with staged(settings, turn_steps=3) as stage:
        stage.model.script(*[[f"{step}.", call("add_task", title=f"task {step}")] for step in range(5)])
        result = await stage.ask()
        assert result.failure is not None
        assert (result.status, result.failure.code) == ("failed", "TURN_STEPS_EXCEEDED")
        assert len(stage.model.requests) == 3
        assert await stage.task_titles() == ["task 0", "task 1", "task 2"]
        assert len(result.message.actions) == 3
        assert result.message.content == "0.\n\n1.\n\n2."
        assert (await stage.ask("again", result.message.conversation_id)).status == "completed"


async def test_a_turn_that_used_up_its_tokens_is_stopped_before_the_next_model_call(settings: Settings) -> None:
    async with staged(settings, turn_tokens=1000) as stage:
        stage.model.script([call("list_tasks"), Usage(900, 90)], [call("list_tasks"), Usage(900, 1)], ["never said"])
        result = await stage.ask()
        assert result.failure is not None
        assert result.failure.code == "TURN_BUDGET_EXCEEDED"
        assert (len(stage.model.requests), result.message.tokens_used) == (2, 1891)


async def test_text_without_end_is_cut_at_the_token_budget_and_kept(settings: Settings) -> None:
    async with staged(settings, turn_tokens=100) as stage:
        stage.model.script(["word " for _ in range(1000)])
        events = await stage.told()
        end = end_of(events)
        assert getattr(end, "code", None) == "TURN_BUDGET_EXCEEDED"
        assert stage.model.closed == 1
        [stored] = await stage.rows(MessageRow.content, MessageRow.status, role="assistant")
        assert tuple(stored) == (text_of(events), "failed")
        assert 400 <= len(stored[0]) <= 410


async def test_a_turn_ends_at_its_deadline_whatever_the_model_does(settings: Settings) -> None:
    async with staged(settings, turn_seconds=0.4) as stage:
        stage.model.script(["So far.", 30])
        began = time.monotonic()
        result = await stage.ask()
        assert time.monotonic() - began < 1.5
        assert result.failure is not None
        assert (result.failure.code, result.message.content) == ("TURN_TIMEOUT", "So far.")
        assert result.message.tokens_used > 0
        assert stage.model.closed == 1


async def test_a_tool_that_takes_too_long_is_reported_and_has_no_effect(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(settings, tool_seconds=0.2) as stage:
        slow_down(stage, monkeypatch, 0.6)
        stage.model.script([call("add_task", title="late"), call("add_task", title="too")], ["It did not work."])
        events = await stage.told()
        returned = [item.event for item in events if isinstance(item.event, ToolReturned)]
        assert [(event.ok, event.data["error"]["code"]) for event in returned] == [(False, "TIMEOUT")] * 2
        assert text_of(events) == "It did not work."
        assert await stage.rows(Task.title) == []
        assert await stage.tool_calls() == [("add_task", False), ("add_task", False)]
        [shown] = await stage.rows(MessageRow.actions, role="assistant")
        assert [(action["type"], action["data"]["error"]["code"]) for action in shown[0]] == [
            *[("add_task", "TIMEOUT")] * 2,
        ]


async def test_a_look_that_takes_too_long_is_reported_too(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(settings, tool_seconds=0.2) as stage:
        slow_down(stage, monkeypatch, 0.6)
        stage.model.script([call("list_tasks")], ["I could not look."])
        events = await stage.told()
        [returned] = [item.event for item in events if isinstance(item.event, ToolReturned)]
        assert returned.data["error"]["code"] == "TIMEOUT"
        assert await stage.tool_calls() == [("list_tasks", False)]


async def test_a_tool_that_commits_at_the_last_moment_is_reported_as_done(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(settings, tool_seconds=0.2) as stage:
        slow_commits(stage, monkeypatch, 0.5)
        stage.model.script([call("add_task", title="just in time")], ["Done."])
        events = await stage.told()
        [returned] = [item.event for item in events if isinstance(item.event, ToolReturned)]
        assert returned.ok
        assert await stage.task_titles() == ["just in time"]


async def test_a_turn_cancelled_while_its_tool_commits_says_what_the_tool_did(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = slow_commits(stage, monkeypatch)
    stage.model.script([call("add_task", title="milk")], ["never said"])
    groups = stage.house.services.turns.take_turn(stage.actor, TurnWish("add milk"))
    message_id = (await anext(groups))[0].event.message_id  # type: ignore[union-attr]
    assert await asyncio.to_thread(commits.reached.wait, 5)
    cancelling = asyncio.create_task(stage.house.services.turns.cancel(stage.actor, message_id))
    await asyncio.sleep(0.05)
    commits.go_on.set()
    assert await cancelling
    [row] = await stage.rows(MessageRow.status, MessageRow.actions, role="assistant")
    assert row[0] == "cancelled"
    assert await stage.task_titles() == ["milk"]
    assert [action["type"] for action in row[1]] == ["create_task"]
    assert len(stage.model.requests) == 1


async def test_a_turn_cancelled_while_its_tool_runs_has_no_effect(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = slow_down(stage, monkeypatch)
    stage.model.script([call("add_task", title="milk")])
    groups = stage.house.services.turns.take_turn(stage.actor, TurnWish("add milk"))
    message_id = (await anext(groups))[0].event.message_id  # type: ignore[union-attr]
    assert await asyncio.to_thread(tools.reached.wait, 5)
    cancelling = asyncio.create_task(stage.house.services.turns.cancel(stage.actor, message_id))
    await asyncio.sleep(0.05)
    tools.go_on.set()
    assert await cancelling
    [row] = await stage.rows(MessageRow.status, MessageRow.actions, role="assistant")
    assert tuple(row) == ("cancelled", [])
    assert await stage.rows(Task.title) == []
    assert await stage.rows(ToolRow.name) == []


async def test_the_model_sees_earlier_messages_and_no_empty_ones(stage: Stage) -> None:
    stage.model.script(["First answer."], [RuntimeError("boom")])
    first = await stage.ask("one")
    conversation = first.message.conversation_id
    with capture_logs() as logged:
        failed = await stage.ask("two", conversation)
    assert failed.failure is not None
    assert (failed.status, failed.failure.code) == ("failed", "INTERNAL_ERROR")
    assert "boom" not in failed.failure.detail
    assert [line["log_level"] for line in logged] == ["error"]
    await stage.ask("three", conversation)
    seen = [(message.role, message.content) for message in stage.model.requests[2].messages[1:]]
    assert seen == [("user", "one"), ("assistant", "First answer."), ("user", "two"), ("user", "three")]


async def test_a_long_history_is_cut_where_a_message_of_the_person_begins(stage: Stage) -> None:
    conversation = None
    for number in range(4):
        stage.model.script(["a" * 15_000])
        conversation = (await stage.ask(f"question {number}", conversation)).message.conversation_id
    await stage.ask("last", conversation)
    seen = [message.content[:10] for message in stage.model.requests[-1].messages[1:]]
    assert seen == ["question 1", "a" * 10, "question 2", "a" * 10, "question 3", "a" * 10, "last"]


def test_trimming_keeps_whole_exchanges_up_to_the_limit_and_never_begins_with_an_answer() -> None:
    said = [Message("user", "u" * 10), Message("assistant", "a" * 10)] * 3
    assert trimmed(said, 1000) == said
    assert trimmed(said, 60) == said
    assert trimmed(said, 59) == said[2:]
    assert trimmed(said, 20) == said[4:]
    assert trimmed(said, 19) == []
    assert trimmed([Message("user", "x" * (HISTORY_CHARACTERS + 1))]) == []


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00", "x" * 32_001])
async def test_a_message_without_text_or_too_long_is_refused_and_nothing_is_stored(stage: Stage, text: str) -> None:
    with pytest.raises(Invalid):
        await stage.ask(text)
    assert await stage.rows(Turn.status) == []
    assert stage.model.requests == []


class Gate:
    """Holds a thread up until it is told to go on, or for some seconds."""

    def __init__(self, seconds: float) -> None:
        self.reached = threading.Event()
        self.go_on = threading.Event()
        self._seconds = seconds

    def hold(self) -> None:
        """Wait here."""
        self.reached.set()
        self.go_on.wait(self._seconds)


def slow_down(stage: Stage, monkeypatch: pytest.MonkeyPatch, seconds: float = 5) -> Gate:
    """Hold every tool up before it does anything."""
    gate = Gate(seconds)
    toolbox = stage.house.services.turns._runner._toolbox
    run = toolbox.run

    def slowly(*given: object, **named: object) -> object:
        gate.hold()
        return run(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(toolbox, "run", slowly)
    return gate


def slow_commits(stage: Stage, monkeypatch: pytest.MonkeyPatch, seconds: float = 5) -> Gate:
    """Hold the transaction of tools up between its decision and its end."""
    gate = Gate(seconds)
    write = stage.house.db.write

    async def slowly(work):  # type: ignore[no-untyped-def]
        def then_wait(tx):  # type: ignore[no-untyped-def]
            result = work(tx)
            if isinstance(result, list) and result and hasattr(result[0], "inverse"):
                gate.hold()
            return result

        return await write(then_wait)

    monkeypatch.setattr(stage.house.db, "write", slowly)
    return gate
