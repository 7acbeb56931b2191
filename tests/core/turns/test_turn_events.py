"""The events of a turn: numbered, followed by anybody from anywhere, and ended by cancelling only."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from turn_scripts import NAME, Stage, call, end_of, gathered, text_of

from steward.core.turns import Finished, Numbered, Restarted, Started, Text, ToolReturned, TurnService, TurnWish
from steward.db.tables import Message, Turn, TurnEvents
from steward.house import House, build_house
from steward.kit.errors import NotFound, Unavailable
from steward.ports.model import Usage


async def started(stage: Stage, text: str = "hello", conversation: UUID | None = None) -> Started:
    """Begin a turn, read its first event and leave."""
    groups = stage.house.services.turns.take_turn(stage.actor, TurnWish(text, conversation))
    [first] = await anext(groups)
    await groups.aclose()  # type: ignore[attr-defined]
    assert isinstance(first.event, Started)
    return first.event


async def told_so_far(stage: Stage, message_id: UUID, pieces: int) -> list[Numbered]:
    """Follow a turn until so much text has come, and leave."""
    seen: list[Numbered] = []
    groups = stage.house.services.turns.follow(stage.actor, message_id)
    async for group in groups:
        seen += group
        if sum(isinstance(item.event, Text) for item in seen) >= pieces:
            break
    await groups.aclose()  # type: ignore[attr-defined]
    return seen


async def answer_row(stage: Stage, message_id: UUID) -> tuple[str, str, int]:
    """Return content, status and tokens of the assistant's message."""
    [row] = await stage.rows(Message.content, Message.status, Message.tokens_used, id=message_id)
    return tuple(row)  # type: ignore[return-value]


@pytest.fixture
async def elsewhere(both: Stage):  # type: ignore[no-untyped-def]
    """The turns of a second process on the same database."""
    house: House = build_house(both.house.settings, both.clock, both.model)
    yield house.services.turns
    await house.services.turns.close()
    house.hasher.close()
    house.db.close()


async def test_events_are_numbered_from_one_begin_with_the_start_and_end_with_the_end(stage: Stage) -> None:
    stage.model.script(["a ", "b ", call("list_tasks")], [0.6, "c"])
    events = await stage.told()
    assert [item.number for item in events] == list(range(1, len(events) + 1))
    assert [type(item.event).__name__ for item in events] == [
        *("Started", "Text", "Text", "ToolCalled", "ToolReturned", "Text", "Finished"),
    ]
    assert isinstance(events[0].event, Started)
    content, status, tokens = await answer_row(stage, events[0].event.message_id)
    end = end_of(events)
    assert isinstance(end, Finished)
    assert (content, status) == (text_of(events), "completed")
    assert (end.tokens_used, end.model_used, end.cancelled) == (tokens, NAME, False)


async def test_a_reader_may_come_back_after_any_event_while_the_turn_runs_and_after_its_end(both: Stage) -> None:
    go_on = asyncio.Event()
    both.model.script(["one ", "two ", 0.4, "three ", go_on, "four"])
    began = await started(both)
    seen = await told_so_far(both, began.message_id, 3)
    assert [item.number for item in seen] == [1, 2, 3, 4]
    readers = [asyncio.create_task(both.follow(began.message_id, after)) for after in range(5)]
    await asyncio.sleep(0.05)
    go_on.set()
    whole = [*seen, *(await readers[4])]
    assert text_of(whole) == "one two three four"
    for after, reader in enumerate(readers):
        assert await reader == whole[after:]
    for after in range(len(whole)):
        assert await both.follow(began.message_id, after) == whole[after:]
    for after in (len(whole), 999):
        assert await both.follow(began.message_id, after) == whole[-1:]


async def test_events_that_are_no_longer_kept_are_told_again_from_the_stored_answer(both: Stage) -> None:
    both.model.script(["one ", "two ", 0.4, "three", Usage(3, 3)])
    whole = await both.told()
    assert isinstance(whole[0].event, Started)
    message_id = whole[0].event.message_id
    both.clock.advance(23 * 3600)
    await both.house.services.turns.tidy()
    assert await both.rows(TurnEvents.first) != []
    both.clock.advance(2 * 3600)
    await both.house.services.turns.tidy()
    assert await both.rows(TurnEvents.first) == []
    again = await both.follow(message_id)
    assert [item.number for item in again] == [1, 2, 3]
    assert [item.event for item in again] == [whole[0].event, Text("one two three"), whole[-1].event]
    for after in (1, 2, 4):
        part = await both.follow(message_id, after)
        assert [item.event for item in part] == [Restarted(), Text("one two three"), whole[-1].event]
        assert [item.number for item in part] == [after + 1, after + 2, after + 3]


@pytest.mark.parametrize("how", ["fast", "failed", "cancelled"])
async def test_a_turn_that_nobody_followed_can_be_followed_afterwards(stage: Stage, how: str) -> None:
    go_on = asyncio.Event()
    stage.model.script(
        {"fast": ["ok"], "failed": ["half", Unavailable("no", code="X")], "cancelled": ["half", go_on]}[how]
    )
    asked = asyncio.create_task(stage.ask())
    if how == "cancelled":
        await stage.until(lambda: stage.model.requests)
        [[message_id]] = await stage.rows(Message.id, role="assistant")
        assert await stage.house.services.turns.cancel(stage.actor, message_id)
    result = await asked
    events = await stage.follow(result.message.id)
    assert [item.number for item in events] == [1, 2, 3]
    assert text_of(events) == result.message.content
    end = end_of(events)
    assert (getattr(end, "code", None), getattr(end, "cancelled", None)) == {
        "fast": (None, False),
        "failed": ("X", None),
        "cancelled": (None, True),
    }[how]


async def test_two_readers_at_once_see_the_same(stage: Stage) -> None:
    stage.model.script(["one ", 0.05, "two ", 0.05, "three"])
    began = await started(stage)
    one, other = await asyncio.gather(stage.follow(began.message_id), stage.follow(began.message_id, 2))
    assert one[2:] == other
    assert text_of(one) == "one two three"


async def test_leaving_does_not_end_a_turn(stage: Stage) -> None:
    stage.model.script(["one ", 0.1, "two"])
    began = await started(stage)
    await stage.follow(began.message_id)
    assert (await answer_row(stage, began.message_id))[:2] == ("one two", "completed")


@pytest.mark.parametrize("read", [1, 2])
async def test_leaving_ends_a_turn_where_that_was_wished(stage: Stage, read: int) -> None:
    stage.model.script(["one ", asyncio.Event()])
    groups = stage.house.services.turns.take_turn(stage.actor, TurnWish("hello"), cancel_on_leave=True)
    first = await anext(groups)
    if read == 2:
        await anext(groups)
    await groups.aclose()  # type: ignore[attr-defined]
    assert isinstance(first[0].event, Started)
    events = await stage.follow(first[0].event.message_id)
    end = end_of(events)
    assert isinstance(end, Finished)
    assert end.cancelled
    assert (await answer_row(stage, first[0].event.message_id))[:2] == (text_of(events), "cancelled")
    assert stage.model.closed == len(stage.model.requests)


async def test_a_cancelled_turn_keeps_its_text_and_estimates_its_tokens_once(both: Stage) -> None:
    both.model.script(["x" * 40, "y" * 40, asyncio.Event()])
    turns = both.house.services.turns
    began = await started(both)
    seen = await told_so_far(both, began.message_id, 2)
    assert await turns.cancel(both.actor, began.message_id)
    assert both.model.closed == 1
    content, status, tokens = await answer_row(both, began.message_id)
    assert (content, status) == ("x" * 40 + "y" * 40, "cancelled")
    assert content == text_of(seen)
    assert tokens > 20
    assert not await turns.cancel(both.actor, began.message_id)
    events = await both.follow(began.message_id)
    end = end_of(events)
    assert isinstance(end, Finished)
    assert (end.cancelled, end.tokens_used) == (True, tokens)
    assert (await both.ask("go on", began.conversation_id)).status == "completed"
    assert ("x" * 40 + "y" * 40) in [message.content for message in both.model.requests[-1].messages]


async def test_a_turn_cancelled_twice_at_once_ends_once(stage: Stage) -> None:
    stage.model.script(["one", asyncio.Event()])
    began = await started(stage)
    await told_so_far(stage, began.message_id, 1)
    turns = stage.house.services.turns
    assert await asyncio.gather(*(turns.cancel(stage.actor, began.message_id) for _ in range(3))) == [True] * 3
    events = await stage.follow(began.message_id)
    assert [type(item.event) for item in events] == [Started, Text, Finished]


async def test_cancelling_a_finished_turn_changes_nothing(stage: Stage) -> None:
    result = await stage.ask()
    before = await answer_row(stage, result.message.id)
    assert not await stage.house.services.turns.cancel(stage.actor, result.message.id)
    assert await answer_row(stage, result.message.id) == before


async def test_a_turn_that_is_being_stored_is_not_cancelled_any_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()
    write = stage.house.db.write

    async def slowly(work):  # type: ignore[no-untyped-def]
        if getattr(work, "__name__", "") == "work" and "_end" in work.__qualname__:
            reached.set()
            await go_on.wait()
        return await write(work)

    monkeypatch.setattr(stage.house.db, "write", slowly)
    stage.model.script(["whole"])
    asked = asyncio.create_task(stage.ask())
    await reached.wait()
    [[message_id]] = await stage.rows(Message.id, role="assistant")
    cancelling = asyncio.create_task(stage.house.services.turns.cancel(stage.actor, message_id))
    await asyncio.sleep(0.05)
    go_on.set()
    assert not await cancelling
    result = await asked
    assert (result.status, result.message.content) == ("completed", "whole")


async def test_another_process_follows_a_turn_that_runs_here(both: Stage, elsewhere: TurnService) -> None:
    go_on = asyncio.Event()
    both.model.script(["one ", "two ", go_on, "three"])
    began = await started(both)
    here = asyncio.create_task(both.follow(began.message_id))
    seen: list[Numbered] = []
    async for group in elsewhere.follow(both.actor, began.message_id):
        seen += group
        if text_of(seen) == "one two ":
            go_on.set()
    assert seen == await here
    assert text_of(seen) == "one two three"
    assert await gathered(elsewhere.follow(both.actor, began.message_id, 3)) == seen[3:]


async def test_another_process_cancels_a_turn_that_runs_here_within_two_seconds(
    both: Stage, elsewhere: TurnService
) -> None:
    both.model.script(["one ", asyncio.Event()])
    began = await started(both)
    await asyncio.sleep(0.3)
    assert await elsewhere.cancel(both.actor, began.message_id)
    async with asyncio.timeout(2):
        events = await both.follow(began.message_id)
    end = end_of(events)
    assert isinstance(end, Finished)
    assert end.cancelled
    assert (await answer_row(both, began.message_id))[:2] == ("one ", "cancelled")
    assert await gathered(elsewhere.follow(both.actor, began.message_id)) == events


async def test_nobody_sees_or_stops_the_turns_of_others(stage: Stage) -> None:
    stage.model.script(["secret", asyncio.Event()])
    began = await started(stage)
    turns = stage.house.services.turns
    for stranger in (replace(stage.actor, user_key=999), replace(stage.actor, tenant_key=999)):
        with pytest.raises(NotFound):
            await gathered(turns.follow(stranger, began.message_id))
        with pytest.raises(NotFound):
            await turns.cancel(stranger, began.message_id)
    for message_id in (began.user_message_id, began.turn_id, uuid4()):
        with pytest.raises(NotFound):
            await turns.cancel(stage.actor, message_id)
    assert (await answer_row(stage, began.message_id))[1] == "running"
    await turns.cancel(stage.actor, began.message_id)


async def test_deleting_a_conversation_stops_what_runs_in_it(both: Stage) -> None:
    both.model.script(["one ", asyncio.Event()])
    began = await started(both)
    await both.house.services.conversations.remove(both.actor, began.conversation_id)
    await both.until(lambda: both.model.closed)
    await both.house.services.turns.close()
    assert [row[0] for row in await both.rows(Turn.status)] == ["cancelled"]
    assert await both.rows(Message.id) == []


async def test_what_a_message_shows_of_a_tool_that_failed_is_what_was_told_while_it_was_written(both: Stage) -> None:
    both.model.script([call("undo_last"), call("list_tasks", limit="many"), call("no_such_tool")], ["I could not."])
    events = await both.told("undo that")
    live = [item.event for item in events if isinstance(item.event, ToolReturned)]
    [stored] = await both.rows(Message.actions, role="assistant")
    assert stored[0] == [{"type": event.name, "ok": False, "data": event.data} for event in live]
    assert [event.data["error"]["code"] for event in live] == ["NOTHING_TO_UNDO", "INVALID_ARGUMENTS", "NOT_FOUND"]
    assert (await both.rows(Turn.tools_used))[0][0] == ["undo_last"]
