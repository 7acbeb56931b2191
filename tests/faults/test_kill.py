"""A server that is killed again and again: what it acknowledged is done once, what it did not is done once or never."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from pathlib import Path

import httpx2
import pytest
from killing import KINDS, TALK, Town, check, column, settled, town
from sqlalchemy import text

from steward.db.tables import Turn
from steward.house import House, build_house
from steward.settings import Settings
from tests.fakes.model_server import ModelServer
from tests.houses import Templates
from tests.surfaces.listening import Told, events_of, tokens


async def lived_through(kills: int, place: Town, house: House, seed: int, kinds: Sequence[str] = KINDS) -> None:
    """Let people write while the server is killed at moments that the seed decides.

    After every third death it is left alone until it has caught up: a turn that dies five times running is given up.
    """
    moments = random.Random(seed)
    people = [asyncio.create_task(place.write(kind)) for kind in (*kinds, "event")]
    for kill in range(1, kills + 1):
        await place.heard()
        await asyncio.sleep(moments.uniform(0.0, 0.8))
        await place.kill()
        await place.start()
        if kill % 3 == 0:
            await caught_up(house)
    await place.heard()
    for one in people:
        one.cancel()
    ends = await asyncio.gather(*people, return_exceptions=True)
    assert [end for end in ends if not isinstance(end, asyncio.CancelledError)] == []


async def caught_up(house: House) -> None:
    """Wait until no turn of an earlier life runs."""
    for _ in range(400):
        if not [tries for tries in await column(house, Turn.attempts, status="running") if tries > 1]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("turns of earlier lives go on and on")


@pytest.mark.parametrize(("kills", "seed"), [(4, 20240115)])
async def test_what_was_acknowledged_survives_kills_and_is_done_once(
    tmp_path: Path, templates: Templates, kills: int, seed: int
) -> None:
    templates.sqlite(tmp_path)
    async with contextlib.AsyncExitStack() as stack:
        model = await stack.enter_async_context(ModelServer(default=TALK))
        place = await stack.enter_async_context(town(tmp_path, model))
        house = build_house(Settings(data_dir=tmp_path))
        stack.callback(house.db.close)
        await lived_through(kills, place, house, seed)
        await settled(house, seconds=20)
        assert place.process.stop() == 0
        await check(house, place, kills)
        integrity = await house.db.read(lambda tx: tx.session.execute(text("PRAGMA integrity_check")).scalar_one())
        assert integrity == "ok"


async def test_a_server_that_is_told_to_stop_finishes_what_is_short_and_hands_on_what_is_long(
    tmp_path: Path, templates: Templates
) -> None:
    templates.sqlite(tmp_path)
    async with ModelServer(default=TALK) as model, town(tmp_path, model) as place:
        model.script("tokens;n=20;pace=60", "endless;pace=50", "hang-headers")
        async with place.client() as client:
            short = asyncio.create_task(streamed(place, client, "short"))
            await model.until(requests=1, within_seconds=5)
            long = asyncio.create_task(streamed(place, client, "long"))
            await model.until(requests=2, within_seconds=5)
            body = {"message": "waited for", "stream": False}
            waited = asyncio.create_task(client.post("/api/v1/chat/messages", json=body, headers=place.headers))
            await model.until(requests=3, within_seconds=5)
            await asyncio.sleep(0.6)
            place.up.clear()
            assert await asyncio.to_thread(place.process.stop) == 0
            assert (await short)[-1].type == "done"
            seen = await long
            assert seen[-1].type == "token", "the stream ends without an end: its reader is to come back"
            assert ((await waited).status_code, (await waited).json()["error_code"]) == (503, "TURN_INTERRUPTED")
        await place.start()
        async with place.client() as client:
            path = f"/api/v1/chat/messages/{seen[0].data['message_id']}/events"
            headers = {**place.headers, "Last-Event-ID": str(seen[-1].number)}
            async with client.stream("GET", path, headers=headers) as reply:
                rest = [one async for one in events_of(reply)]
            restart = [one.type for one in rest].index("restart")
            assert [one.type for one in rest[restart:]] == ["restart", *["token"] * 10, "done"]
            path = f"/api/v1/chat/conversations/{seen[0].data['conversation_id']}/messages"
            rows = (await client.get(path, headers=place.headers)).json()["items"]
            assert rows[1]["content"] == tokens(rest[restart:])
        assert await asyncio.to_thread(place.process.stop) == 0


async def streamed(place: Town, client: httpx2.AsyncClient, text: str) -> list[Told]:
    """Send a message into a conversation of its own and read its stream to the end."""
    body = {"message": text, "stream": True}
    async with client.stream("POST", "/api/v1/chat/messages", json=body, headers=place.headers) as reply:
        return [one async for one in events_of(reply)]
