"""Connections end with their consumer, are used again, and are many."""

from __future__ import annotations

import asyncio
import gc

import anyio
import pytest

from steward.adapters.model.fallback import FallbackChain, Member
from steward.ports.model import TextDelta
from tests.adapters.model.conftest import MakeModel
from tests.adapters.model.conversations import asked, heard, text_of
from tests.fakes.model_server import ModelServer


@pytest.mark.parametrize("wrapped", [False, True], ids=["alone", "in a chain"])
async def test_the_connection_is_closed_when_the_consumer_closes_the_stream(
    server: ModelServer, provider: str, make_model: MakeModel, wrapped: bool
) -> None:
    model = make_model(provider, "endless;pace=5")
    stream = (FallbackChain([Member(model)]) if wrapped else model).stream(asked())
    await anext(stream)
    await stream.aclose()
    await server.until(disconnects=1)


@pytest.mark.parametrize("behaviour", ["hang-headers", "hang-mid", "endless;pace=5", "slow;first=5000"])
async def test_the_connection_is_closed_when_the_consumer_is_cancelled(
    server: ModelServer, provider: str, make_model: MakeModel, behaviour: str
) -> None:
    task = asyncio.create_task(heard(FallbackChain([Member(make_model(provider, behaviour))])))
    await server.until(requests=1)
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await server.until(disconnects=1)


async def test_the_connection_is_closed_inside_a_cancelled_scope(server: ModelServer, make_model: MakeModel) -> None:
    model = make_model("openai", "endless;pace=5")
    with anyio.CancelScope() as scope:
        stream = model.stream(asked())
        async for _ in stream:
            scope.cancel()
            await stream.aclose()
            break
    await server.until(disconnects=1)


async def test_the_connection_is_closed_when_the_stream_is_forgotten(
    server: ModelServer, make_model: MakeModel
) -> None:
    async for _ in make_model("openai", "endless;pace=5").stream(asked()):
        break
    gc.collect()
    await server.until(disconnects=1)


async def test_answers_one_after_the_other_share_a_connection(
    server: ModelServer, provider: str, make_model: MakeModel
) -> None:
    for _ in range(5):
        await heard(make_model(provider, "tokens;n=20"))
    assert (len(server.received), server.opened, server.disconnects) == (5, 1, 0)


async def test_a_refusal_leaves_the_connection_usable(server: ModelServer, make_model: MakeModel) -> None:
    model = make_model("openai", "picky;reject=temperature")
    await heard(model, asked(temperature=1.0))
    assert (len(server.received), server.opened) == (2, 1)


async def test_two_hundred_streams_run_at_once(server: ModelServer, make_model: MakeModel) -> None:
    model = make_model("openai", "tokens;n=5;pace=40")
    async with asyncio.timeout(10):
        answers = await asyncio.gather(*(heard(model) for _ in range(200)))
    assert {text_of(events) for events in answers} == {"word0 word1 word2 word3 word4 "}
    assert server.opened == 200


async def test_proxies_of_the_environment_are_not_used(
    server: ModelServer, make_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert text_of(await heard(make_model("openai"))) == "Echo: hello there"


async def test_a_consumer_that_takes_its_time_is_not_mistaken_for_a_silent_vendor(
    provider: str, make_model: MakeModel
) -> None:
    words = 0
    async for event in make_model(provider, "tokens;n=2;pace=20", silence_seconds=0.6).stream(asked()):
        if isinstance(event, TextDelta):
            await asyncio.sleep(0.9)
            words += 1
    assert words == 2
