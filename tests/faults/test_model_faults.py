"""Whatever a model does, a turn ends in time, once, in the door's own words, and the conversation goes on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from steward.db.tables import Message, Turn
from steward.settings import Settings
from tests.fakes.model_server import ModelServer
from tests.houses import Home, Person, Templates
from tests.surfaces.listening import Told, events_of, listening, through, tokens

SILENCE_SECONDS = 0.4
TURN_SECONDS = 1.5
LATEST_SECONDS = TURN_SECONDS + 2

FAULTS = {
    "never answers": ("hang-headers", "MODEL_UNAVAILABLE", 503),
    "hangs in the middle": ("hang-mid;after=3", "MODEL_UNAVAILABLE", 503),
    "keeps the connection alive and says nothing": ("comments;every=50", "MODEL_UNAVAILABLE", 503),
    "fails": ("status;code=500", "MODEL_UNAVAILABLE", 503),
    "is overloaded": ("status;code=429;retry=7", "MODEL_UNAVAILABLE", 503),
    "refuses the key": ("status;code=401", "MODEL_PROVIDER_REFUSED", 502),
    "refuses the request": ("status;code=400", "MODEL_REFUSED", 502),
    "sends garbage": ("garbage", "MODEL_UNAVAILABLE", 503),
    "sends no JSON": ("badjson", "MODEL_UNAVAILABLE", 503),
    "sends other JSON": ("oddjson", "MODEL_UNAVAILABLE", 503),
    "sends a page": ("html", "MODEL_UNAVAILABLE", 503),
    "breaks off": ("cut;after=3", "MODEL_UNAVAILABLE", 503),
    "tells of an error in the middle": ("told;after=3", "MODEL_UNAVAILABLE", 503),
    "talks without end and slowly": ("endless;pace=30", "TURN_TIMEOUT|MODEL_UNAVAILABLE", 503),
    "talks without end and fast": ("endless;pace=0", "TURN_BUDGET_EXCEEDED", 502),
}
ANSWERED = {"refuses the key", "refuses the request"}
"""Faults that are told at once, and told apart from silence: however busy the machine is, they are no silence."""
TALKED = {"hangs in the middle", "breaks off", "tells of an error in the middle", "talks without end and slowly"}


@contextlib.asynccontextmanager
async def served(folder: Path, templates: Templates, fake: ModelServer, /, **changes: Any) -> AsyncIterator[Home]:
    """A house whose model is the fake one and whose patience is short."""
    templates.sqlite(folder)
    short = {
        "model_timeout_seconds": SILENCE_SECONDS,
        "turn_seconds": TURN_SECONDS,
        "turn_steps": 3,
        "turn_tokens": 2000,
    }
    async with listening(through(fake, Settings(data_dir=folder, workers=0), **{**short, **changes})) as made:
        yield made


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


async def streamed(person: Person, text: str, conversation: str) -> list[Told]:
    """Send a message and read its stream to the end."""
    headers = {"Authorization": f"Bearer {person.token}"}
    path = f"/api/v1/chat/conversations/{conversation}/messages"
    async with person.client.stream("POST", path, json={"message": text, "stream": True}, headers=headers) as reply:
        assert reply.status_code == 200
        return [one async for one in events_of(reply)]


async def stored(home: Home) -> list[tuple[Any, ...]]:
    """Return status, error, tokens of every turn with status, content and tokens of its answer."""
    query = (
        select(
            Turn.status,
            Turn.error_code,
            Turn.input_tokens + Turn.output_tokens,
            Message.status,
            Message.content,
            Message.tokens_used,
            Turn.lease_until,
        )
        .join(Message, Message.turn_key == Turn.key)
        .where(Message.role == "assistant")
        .order_by(Turn.key)
    )
    return [tuple(row) for row in await home.house.db.read(lambda tx: tx.session.execute(query).all())]


@pytest.mark.parametrize("fault", FAULTS)
async def test_when_a_model(fault: str, tmp_path: Path, templates: Templates, model: ModelServer) -> None:
    behaviour, code, status = FAULTS[fault]
    patience = {"model_timeout_seconds": LATEST_SECONDS, "turn_seconds": LATEST_SECONDS} if fault in ANSWERED else {}
    async with served(tmp_path, templates, model, **patience) as home:
        ada = await home.person()
        conversation = (await ada.say("hello"))["conversation_id"]
        path = f"/api/v1/chat/conversations/{conversation}/messages"

        model.script(behaviour)
        began = time.monotonic()
        whole = await ada.post(path, {"message": "first"})
        assert time.monotonic() - began < LATEST_SECONDS
        body = whole.json()
        assert (whole.status_code, body["status"], body["status_code"]) == (status, "error", status), body
        assert body["error_code"] in code.split("|")
        assert body["detail"]
        assert "sk-test" not in whole.text
        if "retry" in behaviour:
            assert (body["retry_after"], whole.headers["retry-after"]) == (7, "7")

        model.script(behaviour)
        began = time.monotonic()
        events = await streamed(ada, "second", conversation)
        assert time.monotonic() - began < LATEST_SECONDS
        assert [one.type for one in events].count("error") == 1
        error = events[-1].data
        assert (error["type"], error["error_code"] in code.split("|")) == ("error", True)
        assert [one.number for one in events] == list(range(1, len(events) + 1))
        assert error.get("retry_after") == (7 if "retry" in behaviour else None)

        rows = await stored(home)
        assert [row[0] for row in rows] == ["completed", "failed", "failed"]
        assert [row[3] for row in rows] == ["completed", "failed", "failed"]
        assert all(row[2] == row[5] and row[6] is None for row in rows)
        assert rows[2][4] == tokens(events)
        if fault in TALKED:
            assert rows[1][4].startswith("word0 word1 word2 ")
            assert rows[1][5] > 0, "what was said is accounted for, estimated"

        again = await ada.post(path, {"message": "third"})
        assert (again.status_code, again.json()["content"]) == (200, "Echo: third"), again.text
        page = (await ada.get(path)).json()
        assert page["total"] == len(page["items"]) == 8


async def test_invalid_tool_arguments_are_told_to_the_model_which_then_answers(
    tmp_path: Path, templates: Templates, model: ModelServer
) -> None:
    async with served(tmp_path, templates, model) as home:
        ada = await home.person()
        model.script("badargs;name=add_task", "echo")
        said = await ada.say("add milk")
        [action] = said["actions"]
        assert (said["status"], action["type"], action["ok"]) == ("completed", "add_task", False)
        assert "INVALID_ARGUMENTS" in said["content"]
        assert (await ada.get("/api/v1/tasks")).json()["total"] == 0


async def test_an_answer_without_usage_has_estimated_tokens_and_a_cost(
    tmp_path: Path, templates: Templates, model: ModelServer
) -> None:
    async with served(tmp_path, templates, model) as home:
        ada = await home.person()
        model.script("nousage")
        said = await ada.say("hello")
        assert said["tokens_used"] > 50
        assert said["cost"] > 0


async def test_the_next_model_of_the_chain_answers_and_says_so(
    tmp_path: Path, templates: Templates, model: ModelServer
) -> None:
    async with served(tmp_path, templates, model, model="openai:gpt-4o,offline") as home:
        ada = await home.person()
        for behaviour in ("status;code=500", "hang-headers", "status;code=401", "badjson"):
            model.script(behaviour, behaviour)
            said = await ada.say("add milk to my tasks")
            assert (said["status"], said["model_used"], said["cost"]) == ("completed", "offline:steward", 0.0)
        assert (await ada.get("/api/v1/tasks")).json()["total"] == 4
        model.script("status;code=500")
        said = await ada.say("add milk to my tasks")
        assert said["model_used"] == "openai:gpt-4o", "it is back for the second half"
        second = json.dumps(model.bodies[-1]["messages"])
        assert 0 < said["cost"] < (len(second) + 400) / 4 * 1e-5, "the first half cost nothing"
        assert said["tokens_used"] > len(second) // 4
        said = await ada.say("hello there")
        assert (said["content"], said["model_used"]) == ("Echo: hello there", "openai:gpt-4o")


async def test_a_model_that_broke_off_in_the_middle_is_not_followed_by_another(
    tmp_path: Path, templates: Templates, model: ModelServer
) -> None:
    async with served(tmp_path, templates, model, model="openai:gpt-4o,offline") as home:
        ada = await home.person()
        model.script("cut;after=3")
        reply = await ada.post("/api/v1/chat/messages", {"message": "hello"})
        assert reply.status_code == 503
        assert [row[4] for row in await stored(home)] == ["word0 word1 word2 "]


async def test_a_provider_that_keeps_failing_is_left_alone_and_people_are_told_at_once(
    tmp_path: Path, templates: Templates, model: ModelServer
) -> None:
    async with served(tmp_path, templates, model, model_timeout_seconds=5, turn_seconds=20) as home:
        ada = await home.person()
        model.script(*["status;code=500"] * 5)
        for _ in range(5):
            assert (await ada.post("/api/v1/chat/messages", {"message": "hello"})).status_code == 503
        asked = len(model.received)
        model.script("hang-headers")
        began = time.monotonic()
        reply = await ada.post("/api/v1/chat/messages", {"message": "hello"})
        assert time.monotonic() - began < 1
        assert reply.status_code == 503
        assert 1 <= reply.json()["retry_after"] <= 30
        assert len(model.received) == asked


async def test_many_faulty_turns_at_once_leave_nothing_behind(
    tmp_path: Path, templates: Templates, model: ModelServer
) -> None:
    async with served(tmp_path, templates, model) as home:
        ada = await home.person()
        kinds = [behaviour for behaviour, _, _ in FAULTS.values()]
        model.script(*kinds)
        replies = await asyncio.gather(*(ada.post("/api/v1/chat/messages", {"message": kind}) for kind in kinds))
        assert {reply.status_code for reply in replies} <= {502, 503}
        rows = await stored(home)
        assert [row[0] for row in rows] == ["failed"] * len(kinds)
        await asyncio.sleep(0.1)
        assert not home.house.services.turns._live
        running = select(func.count()).select_from(Message).where(Message.status == "running")
        assert await home.house.db.read(lambda tx: tx.session.execute(running).scalar_one()) == 0
