"""The streamed answer over a real connection: events, coming back, leaving and cancelling."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from steward.settings import Settings
from tests.fakes.model_server import ModelServer
from tests.houses import Home, Person, Templates

from .listening import Told, events_of, listening, through, tokens

WORDS = "tokens;n=40;pace=20"
"""An answer of forty words that takes most of a second."""


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


@pytest.fixture
async def served(tmp_path: Path, templates: Templates, model: ModelServer) -> AsyncIterator[Home]:
    """A house behind a real server, its model the fake one."""
    templates.sqlite(tmp_path)
    async with listening(through(model, Settings(data_dir=tmp_path, workers=0))) as made:
        yield made


async def told(person: Person, text: str = "hello", *, leave_after: int | None = None, **body: Any) -> list[Told]:
    """Send a message, read the stream to its end or leave after so many events."""
    seen: list[Told] = []
    headers = {"Authorization": f"Bearer {person.token}"}
    sent = {"message": text, "stream": True, **body}
    async with person.client.stream("POST", "/api/v1/chat/messages", json=sent, headers=headers) as reply:
        assert reply.status_code == 200
        assert reply.headers["content-type"].startswith("text/event-stream")
        async for one in events_of(reply):
            seen.append(one)
            if len(seen) == leave_after:
                break
    return seen


async def followed(person: Person, message_id: str, after: int | None = None) -> list[Told]:
    """Follow an answer to its end."""
    headers = {"Authorization": f"Bearer {person.token}"}
    if after is not None:
        headers["Last-Event-ID"] = str(after)
    path = f"/api/v1/chat/messages/{message_id}/events"
    async with person.client.stream("GET", path, headers=headers) as reply:
        assert reply.status_code == 200
        return [one async for one in events_of(reply)]


async def answer(person: Person, start: Told) -> dict[str, Any]:
    """Return the assistant's message as it is stored."""
    path = f"/api/v1/chat/conversations/{start.data['conversation_id']}/messages"
    rows = (await person.get(path)).json()["items"]
    return next(row for row in rows if row["id"] == start.data["message_id"])


async def ended(person: Person, start: Told) -> dict[str, Any]:
    """Wait until the message is no longer running and return it."""
    for _ in range(250):
        row = await answer(person, start)
        if row["status"] != "running":
            return row
        await asyncio.sleep(0.02)
    raise AssertionError("the turn goes on")


async def test_an_answer_is_streamed_as_it_is_made_and_its_sum_is_what_is_stored(
    served: Home, model: ModelServer
) -> None:
    ada = await served.person()
    model.script(WORDS)
    began, arrivals, seen = time.monotonic(), [], []
    headers = {"Authorization": f"Bearer {ada.token}"}
    body = {"message": "tell me", "stream": True}
    async with ada.client.stream("POST", "/api/v1/chat/messages", json=body, headers=headers) as reply:
        async for one in events_of(reply):
            seen.append(one)
            arrivals.append(time.monotonic() - began)
    assert [one.number for one in seen] == list(range(1, len(seen) + 1))
    assert [one.type for one in seen] == ["start", *["token"] * 40, "done"]
    assert arrivals[5] < arrivals[-1] / 2, "forwarded as produced, not collected"
    row = await answer(ada, seen[0])
    assert row["content"] == tokens(seen) == "".join(f"word{i} " for i in range(40))
    assert (row["status"], row["model_used"]) == ("completed", "openai:gpt-4o")
    done = seen[-1].data
    assert (done["tokens_used"], done["cost"], done["message_id"]) == (row["tokens_used"], row["cost"], row["id"])
    received = model.bodies[0]["messages"]
    assert done["tokens_used"] == max(1, len(json.dumps(received)) // 4) + 40
    assert done["cost"] == pytest.approx((done["tokens_used"] - 40) * 2.5e-6 + 40 * 1e-5, abs=2e-6)


async def test_the_same_answer_without_stream_is_the_same_stored_message(served: Home, model: ModelServer) -> None:
    ada = await served.person()
    said = await ada.say("good morning")
    assert said["content"] == "Echo: good morning"
    rows = (await ada.get(f"/api/v1/chat/conversations/{said['conversation_id']}/messages")).json()["items"]
    assert {**rows[1], "user_message_id": rows[0]["id"]} == said


async def test_a_client_that_left_comes_back_after_its_last_event_and_misses_nothing(
    served: Home, model: ModelServer
) -> None:
    ada = await served.person()
    model.script(WORDS)
    seen = await told(ada, leave_after=6)
    rest, late = await asyncio.gather(
        followed(ada, seen[0].data["message_id"], seen[-1].number), followed(ada, seen[0].data["message_id"], 30)
    )
    whole = [*seen, *rest]
    assert [one.number for one in whole] == list(range(1, 43))
    assert late == whole[30:]
    assert tokens(whole) == (await answer(ada, seen[0]))["content"]
    assert await followed(ada, seen[0].data["message_id"]) == whole, "and again after the end"
    assert await followed(ada, seen[0].data["message_id"], 41) == whole[41:]
    assert len(model.received) == 1


async def test_leaving_the_stream_does_not_end_the_turn(served: Home, model: ModelServer) -> None:
    ada = await served.person()
    model.script(WORDS)
    [start] = await told(ada, leave_after=1)
    row = await ended(ada, start)
    assert (row["status"], len(row["content"].split())) == ("completed", 40)
    assert model.disconnects == 0


@pytest.mark.parametrize("behaviour", ["endless;pace=20", "hang-mid;after=3", "hang-headers"])
async def test_leaving_ends_the_turn_and_the_providers_call_within_two_seconds_where_wished(
    served: Home, model: ModelServer, behaviour: str
) -> None:
    ada = await served.person()
    model.script(behaviour)
    body = {"message": "hello", "stream": True, "on_disconnect": "cancel"}
    headers = {"Authorization": f"Bearer {ada.token}"}
    async with ada.client.stream("POST", "/api/v1/chat/messages", json=body, headers=headers) as reply:
        events = events_of(reply)
        seen = [await anext(events) for _ in range(1 if behaviour == "hang-headers" else 3)]
        await model.until(requests=1)
    await model.until(disconnects=1, within_seconds=2)
    row = await ended(ada, seen[0])
    assert row["status"] == "cancelled"
    assert row["content"].startswith(tokens(seen))


@pytest.mark.parametrize("wished", [True, False])
async def test_leaving_while_waiting_for_the_whole_answer_ends_the_turn_where_wished(
    served: Home, model: ModelServer, wished: bool
) -> None:
    ada = await served.person()
    model.script("endless;pace=20" if wished else WORDS)
    body = {"message": "hello", "stream": False, "on_disconnect": "cancel" if wished else "finish"}
    waiting = asyncio.create_task(ada.post("/api/v1/chat/messages", body))
    await model.until(requests=1)
    waiting.cancel()
    await asyncio.wait([waiting])
    if wished:
        await model.until(disconnects=1, within_seconds=2)
    [talk] = (await ada.get("/api/v1/chat/conversations")).json()["items"]
    [_, answer] = talk["messages"]
    row = await ended(ada, Told(1, {"message_id": answer["id"], "conversation_id": talk["id"]}))
    assert row["status"] == ("cancelled" if wished else "completed")
    assert model.disconnects == int(wished)


async def test_a_client_that_leaves_at_once_leaves_nothing_running_where_wished(
    served: Home, model: ModelServer
) -> None:
    ada = await served.person()
    for _ in range(5):
        model.script("hang-headers")
        [start] = await told(ada, leave_after=1, on_disconnect="cancel")
        assert (await ended(ada, start))["status"] == "cancelled"
    assert model.disconnects == len(model.received)


async def test_the_cancel_endpoint_stops_the_call_and_keeps_the_text(served: Home, model: ModelServer) -> None:
    ada = await served.person()
    model.script("endless;pace=20")
    reading = asyncio.create_task(told(ada))
    await model.until(requests=1)
    await asyncio.sleep(0.2)
    rows = (await ada.get("/api/v1/chat/conversations")).json()["items"]
    message_id = rows[0]["messages"][-1]["id"]
    stopped = await ada.post(f"/api/v1/chat/messages/{message_id}/cancel")
    assert stopped.json()["data"] == {"cancelled": True}
    await model.until(disconnects=1, within_seconds=2)
    seen = await reading
    assert (seen[-1].type, seen[-1].data["cancelled"]) == ("done", True)
    row = await answer(ada, seen[0])
    assert (row["status"], row["content"]) == ("cancelled", tokens(seen))
    assert row["content"]
    assert row["tokens_used"] == seen[-1].data["tokens_used"] > 0
    again = await ada.post(f"/api/v1/chat/messages/{message_id}/cancel")
    assert (again.status_code, again.json()["data"]) == (200, {"cancelled": False})


async def test_an_answer_that_is_waited_for_without_stream_can_be_cancelled(served: Home, model: ModelServer) -> None:
    ada = await served.person()
    model.script("endless;pace=20")
    asked = asyncio.create_task(ada.post("/api/v1/chat/messages", {"message": "go on"}))
    await model.until(requests=1)
    await asyncio.sleep(0.2)
    rows = (await ada.get("/api/v1/chat/conversations")).json()["items"]
    await ada.post(f"/api/v1/chat/messages/{rows[0]['messages'][-1]['id']}/cancel")
    reply = await asked
    assert (reply.status_code, reply.json()["data"]["status"]) == (200, "cancelled")
    assert reply.json()["data"]["content"].startswith("word0 ")


async def test_messages_of_others_can_neither_be_followed_nor_cancelled(served: Home, model: ModelServer) -> None:
    ada, bob = await served.person(), await served.person()
    said = await ada.say("mine")
    for message_id in (said["id"], said["user_message_id"], "no-id", "00000000-0000-0000-0000-000000000000"):
        seen = await bob.get(f"/api/v1/chat/messages/{message_id}/events")
        stopped = await bob.post(f"/api/v1/chat/messages/{message_id}/cancel")
        assert (seen.status_code, stopped.status_code) == (404, 404)
        assert seen.json()["error_code"] == "NOT_FOUND"
    foreign = await bob.post(f"/api/v1/chat/conversations/{said['conversation_id']}/messages", {"message": "hi"})
    streamed = await bob.post(
        f"/api/v1/chat/conversations/{said['conversation_id']}/messages", {"message": "hi", "stream": True}
    )
    assert (foreign.status_code, streamed.status_code) == (404, 404)
    assert len(model.received) == 1


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9999999999", "²"])
async def test_a_last_event_id_that_no_event_carried_is_refused(served: Home, after: str) -> None:
    ada = await served.person()
    said = await ada.say("hello")
    headers = {"Last-Event-ID": after.encode()}
    reply = await ada.get(f"/api/v1/chat/messages/{said['id']}/events", headers=headers)
    assert (reply.status_code, reply.json()["error_code"]) == (400, "BAD_REQUEST")


async def test_tools_are_seen_as_they_are_called_and_as_they_return(served: Home, model: ModelServer) -> None:
    ada = await served.person()
    seen = await told(ada, '[[tool:add_task {"title": "milk"}]] [[tool:nothing {}]]')
    assert [one.type for one in seen[:5]] == ["start", "tool_call", "tool_call", "tool_result", "tool_result"]
    called, _, milk, nothing = (one.data for one in seen[1:5])
    assert (called["name"], called["call_id"]) == ("add_task", milk["call_id"])
    assert (milk["ok"], nothing["ok"], nothing["data"]["error"]["code"]) == (True, False, "NOT_FOUND")
    assert [row["title"] for row in (await ada.get("/api/v1/tasks")).json()["items"]] == ["milk"]
    row = await answer(ada, seen[0])
    assert [(action["type"], action.get("ok", True)) for action in row["actions"]] == [
        ("create_task", True),
        ("nothing", False),
    ]
    assert row["content"] == tokens(seen)
