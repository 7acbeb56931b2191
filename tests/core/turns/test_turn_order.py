"""Turns beside each other: in one conversation one after the other, in different ones at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select
from turn_scripts import Stage, staged

from steward.core.turns import TurnService, TurnWish
from steward.db.tables import Conversation, Message, Turn, User
from steward.house import build_house
from steward.settings import Settings


@pytest.fixture
async def elsewhere(both: Stage) -> AsyncIterator[TurnService]:
    """The turns of a second process on the same database."""
    house = build_house(both.house.settings, both.clock, both.model)
    yield house.services.turns
    await house.services.turns.close()
    house.hasher.close()
    house.db.close()


def said(stage: Stage, request: int) -> list[tuple[str, str]]:
    """Return what a model call was given, without the system message."""
    return [(message.role, message.content) for message in stage.model.requests[request].messages[1:]]


async def test_messages_sent_at_once_are_answered_in_order_and_see_the_answers_before_them(both: Stage) -> None:
    opened = await both.house.services.conversations.create(both.actor)
    both.model.script(["first ", 0.2, "answer"], ["second answer"], ["third answer"])
    asked = []
    for text in ("one", "two", "three"):
        asked.append(asyncio.create_task(both.ask(text, opened.id)))
        async with asyncio.timeout(30):
            while len(await both.rows(Turn.key)) < len(asked):  # noqa: ASYNC110 - the order is that of the rows
                await asyncio.sleep(0.005)
    results = await asyncio.gather(*asked)
    assert [result.message.content for result in results] == ["first answer", "second answer", "third answer"]
    assert said(both, 0) == [("user", "one")]
    assert said(both, 1) == [("user", "one"), ("assistant", "first answer"), ("user", "two")]
    assert said(both, 2)[2:] == [("user", "two"), ("assistant", "second answer"), ("user", "three")]


async def test_messages_sent_to_two_processes_are_answered_in_order_too(both: Stage, elsewhere: TurnService) -> None:
    opened = await both.house.services.conversations.create(both.actor)
    both.model.script(["first ", 0.3, "answer"], ["second answer"])
    first = asyncio.create_task(both.ask("one", opened.id))
    await both.until(lambda: both.model.requests)
    second = await elsewhere.answer(both.actor, TurnWish("two", opened.id))
    assert (await first).message.content == "first answer"
    assert second.message.content == "second answer"
    assert said(both, 1) == [("user", "one"), ("assistant", "first answer"), ("user", "two")]


async def test_a_turn_whose_turn_never_comes_ends_in_time(settings: Settings) -> None:
    async with staged(settings, turn_seconds=0.5) as stage:
        opened = await stage.house.services.conversations.create(stage.actor)
        stage.model.script([30], [0.3, "second"])
        began = time.monotonic()
        asked = [asyncio.create_task(stage.ask(text, opened.id)) for text in ("one", "two")]
        first, second = await asyncio.gather(*asked)
        assert first.failure is not None
        assert first.failure.code == "TURN_TIMEOUT"
        assert second.message.content == "second", "its own time begins when it is its turn"
        assert time.monotonic() - began < 2.5


async def test_a_waiting_turn_can_be_cancelled_and_the_one_after_it_goes_on(stage: Stage) -> None:
    opened = await stage.house.services.conversations.create(stage.actor)
    go_on = asyncio.Event()
    stage.model.script([go_on, "first"], ["third"])
    asked = [asyncio.create_task(stage.ask("one", opened.id))]
    await stage.until(lambda: stage.model.requests)
    for text in ("two", "three"):
        asked.append(asyncio.create_task(stage.ask(text, opened.id)))
        await asyncio.sleep(0.03)
    messages = await stage.rows(Message.id, role="assistant")
    assert await stage.house.services.turns.cancel(stage.actor, messages[1][0])
    go_on.set()
    results = await asyncio.gather(*asked)
    assert [result.status for result in results] == ["completed", "cancelled", "completed"]
    assert [result.message.content for result in results] == ["first", "", "third"]
    assert len(stage.model.requests) == 2


async def test_twenty_turns_in_different_conversations_run_beside_each_other(both: Stage) -> None:
    both.model.script(*[[0.3, "a ", 0.1, "b"] for _ in range(20)])
    began = time.monotonic()
    results = await asyncio.gather(*(both.ask(f"question {number}") for number in range(20)))
    assert time.monotonic() - began < 20 * 0.4 / 2
    assert {(result.status, result.message.content) for result in results} == {("completed", "a b")}
    assert len({result.message.conversation_id for result in results}) == 20
    assert [row[0] for row in await both.rows(User.conversation_count, id=both.actor.user_id)] == [20]
    assert {row[0] for row in await both.rows(Conversation.message_count)} == {2}


async def test_counts_are_right_after_many_first_messages_at_once(both: Stage, elsewhere: TurnService) -> None:
    opened = await both.house.services.conversations.create(both.actor)
    await asyncio.gather(
        *(both.ask(f"here {number}", opened.id) for number in range(6)),
        *(elsewhere.answer(both.actor, TurnWish(f"there {number}", opened.id)) for number in range(6)),
    )

    def count(tx):  # type: ignore[no-untyped-def]
        return tx.session.execute(select(func.count()).select_from(Message)).scalar_one()

    assert await both.house.db.read(count) == 24
    assert [tuple(row) for row in await both.rows(Conversation.message_count, Conversation.title)] == [
        (24, (await both.rows(Message.content))[0][0])
    ]
    assert {row[0] for row in await both.rows(Turn.status)} == {"completed"}
    for number in range(12):
        roles = [role for role, _ in said(both, number)]
        assert roles == ["user", "assistant"] * number + ["user"]
