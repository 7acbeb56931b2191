"""A request that is sent again under its Idempotency-Key is the same turn, whenever and wherever it arrives."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select
from turn_scripts import Stage, call, end_of, gathered, text_of

from steward.core.conversations import IdempotencyKeyReused
from steward.core.turns import Failed, Started, TurnWish
from steward.db.tables import Conversation, Message, Turn
from steward.house import build_house
from steward.kit.errors import NotFound
from tests.houses import Home, Person

KEYED = {"Idempotency-Key": "a-key-of-mine"}


def wish(text: str = "hello", **more: Any) -> TurnWish:
    """Return a wish under the key that these tests use."""
    return TurnWish(text, idempotency_key="a-key-of-mine", **more)


async def counts(home: Home | Stage) -> tuple[int, int, int]:
    """Return how many conversations, turns and messages there are."""
    tables = (Conversation.key, Turn.key, Message.key)
    return await home.house.db.read(
        lambda tx: tuple(tx.session.execute(select(func.count(key))).scalar_one() for key in tables)  # type: ignore[return-value]
    )


async def test_a_repeat_of_a_finished_turn_gets_its_result_and_its_events_and_the_model_is_not_asked(
    both: Stage,
) -> None:
    turns = both.house.services.turns
    both.model.script([call("add_task", title="milk")], ["It is on the list."])
    first = await turns.answer(both.actor, wish("add milk"))
    again = await turns.answer(both.actor, wish("add milk"))
    assert again == first
    events = await gathered(turns.take_turn(both.actor, wish("add milk")))
    assert isinstance(events[0].event, Started)
    assert (events[0].event.message_id, text_of(events)) == (first.message.id, "It is on the list.")
    assert await both.task_titles() == ["milk"]
    assert len(both.model.requests) == 2
    assert await counts(both) == (1, 1, 2)


async def test_a_repeat_of_a_running_turn_follows_it_from_its_start(both: Stage) -> None:
    turns = both.house.services.turns
    go_on = asyncio.Event()
    both.model.script(["one ", go_on, "two"])
    stream = turns.take_turn(both.actor, wish())
    await anext(stream)
    await both.until(lambda: both.model.requests)
    waiting = asyncio.create_task(turns.answer(both.actor, wish()))
    following = asyncio.create_task(gathered(turns.take_turn(both.actor, wish())))
    await asyncio.sleep(0.05)
    go_on.set()
    assert text_of(await following) == (await waiting).message.content == "one two"
    assert len(both.model.requests) == 1


async def test_many_that_arrive_together_in_two_processes_are_one_turn(both: Stage) -> None:
    other = build_house(both.house.settings, both.clock, both.model)
    both.model.script([0.2, call("add_task", title="milk")], [0.2, "Done."])
    houses = [both.house, other] * 4
    try:
        results = await asyncio.gather(*(house.services.turns.answer(both.actor, wish()) for house in houses))
        streams = await asyncio.gather(
            *(gathered(house.services.turns.take_turn(both.actor, wish())) for house in houses)
        )
    finally:
        await other.services.turns.close()
        other.hasher.close()
        other.db.close()
    assert len({result.turn_id for result in results}) == 1
    assert {result.message.content for result in results} == {"Done."}
    assert {text_of(events) for events in streams} == {"Done."}
    assert await both.task_titles() == ["milk"]
    assert await counts(both) == (1, 1, 2)


async def test_a_failed_turn_is_told_again_as_it_failed(both: Stage) -> None:
    turns = both.house.services.turns
    both.model.script([IdempotencyKeyReused("Something that clashes.")])
    first = await turns.answer(both.actor, wish())
    again = await turns.answer(both.actor, wish())
    assert first.failure == again.failure == Failed("IDEMPOTENCY_KEY_REUSED", "Something that clashes.", "conflict")
    assert isinstance(end_of(await gathered(turns.take_turn(both.actor, wish()))), Failed)
    assert len(both.model.requests) == 1


async def test_a_refused_request_does_not_use_its_key_up(both: Stage) -> None:
    elsewhere = (await both.ask("somewhere")).message.conversation_id
    await both.house.services.conversations.remove(both.actor, elsewhere)
    with pytest.raises(NotFound):
        await both.house.services.turns.answer(both.actor, wish(conversation_id=elsewhere))
    assert (await both.house.services.turns.answer(both.actor, wish())).status == "completed"


async def test_a_repeat_into_a_conversation_that_was_deleted_finds_nothing_and_makes_nothing(both: Stage) -> None:
    turns = both.house.services.turns
    first = await turns.answer(both.actor, wish())
    await both.house.services.conversations.remove(both.actor, first.message.conversation_id)
    with pytest.raises(NotFound):
        await turns.answer(both.actor, wish())
    assert await counts(both) == (0, 1, 0)


async def test_leaving_a_turn_that_was_to_end_then_does_not_end_it_under_the_repeat(both: Stage) -> None:
    turns = both.house.services.turns
    go_on = asyncio.Event()
    both.model.script(["one ", go_on, "two"])
    cut = turns.take_turn(both.actor, wish(), cancel_on_leave=True)
    await anext(cut)
    following = asyncio.create_task(gathered(turns.take_turn(both.actor, wish(), cancel_on_leave=True)))
    await both.until(lambda: [live for live in turns._live.values() if live.readers == 2])
    await cut.aclose()  # type: ignore[attr-defined]
    go_on.set()
    assert text_of(await following) == "one two"


SENDING: list[tuple[str, dict[str, Any]]] = [
    ("/api/v1/chat/conversations", {"title": "plans"}),
    ("/api/v1/chat/conversations/{talk}/messages", {"message": "add milk to my tasks"}),
    ("/api/v1/chat/messages", {"message": "add milk to my tasks"}),
    ("/api/v1/conversations", {"title": "plans"}),
    ("/api/v1/conversations", {"title": "plans", "initial_message": "add milk to my tasks"}),
    ("/api/v1/conversations/{talk}/messages", {"content": "add milk to my tasks"}),
]


async def talk_of(person: Person) -> str:
    """Open a conversation and return its id."""
    made = await person.post("/api/v1/chat/conversations")
    return str(made.json()["id"])


@pytest.mark.parametrize(("path", "body"), SENDING)
async def test_every_endpoint_that_sends_or_opens_does_it_once(at_home: Home, path: str, body: dict[str, Any]) -> None:
    ada = await at_home.person()
    path = path.format(talk=await talk_of(ada))
    replies = await asyncio.gather(*(ada.post(path, body, headers=KEYED) for _ in range(3)))
    after = await counts(at_home)
    replies.append(await ada.post(path, body, headers=KEYED))
    assert len({reply.status_code for reply in replies}) == 1
    assert replies[0].is_success, replies[0].text
    assert [reply.json() for reply in replies[1:]] == [replies[0].json()] * 3
    assert await counts(at_home) == after
    sends = "add milk to my tasks" in body.values()
    assert (await ada.get("/api/v1/tasks")).json()["total"] == int(sends)
    other = await ada.post(path, dict.fromkeys(body, "something else"), headers=KEYED)
    assert (other.status_code, other.json()["error_code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert await counts(at_home) == after
    assert (await ada.post(path, body, headers={"Idempotency-Key": "another"})).is_success
    assert await counts(at_home) > after


@pytest.mark.parametrize(("path", "body"), SENDING)
@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "schl\u00fcssel"])
async def test_a_key_that_is_no_key_is_refused(here: Home, path: str, body: dict[str, Any], key: str) -> None:
    ada = await here.person()
    path = path.format(talk=await talk_of(ada))
    before = await counts(here)
    reply = await ada.post(path, body, headers={"Idempotency-Key": key.encode()})
    assert (reply.status_code, reply.json()["error_code"]) == (400, "BAD_REQUEST")
    assert await counts(here) == before


async def test_two_people_may_use_the_same_key(at_home: Home) -> None:
    ada, bob = await at_home.person(), await at_home.person()
    said = [await one.post("/api/v1/chat/messages", {"message": "hello"}, headers=KEYED) for one in (ada, bob)]
    assert len({reply.json()["data"]["id"] for reply in said}) == 2


async def test_how_the_answer_is_delivered_may_differ_from_the_first_time(at_home: Home) -> None:
    ada = await at_home.person()
    whole = await ada.post("/api/v1/chat/messages", {"message": "hello"}, headers=KEYED)
    body = {"message": "hello", "stream": True, "on_disconnect": "cancel"}
    streamed = await ada.post("/api/v1/chat/messages", body, headers=KEYED)
    assert f'"message_id":"{whole.json()["data"]["id"]}"' in streamed.text
    assert '"type":"done"' in streamed.text
