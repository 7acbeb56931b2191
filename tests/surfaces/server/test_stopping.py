"""What stopping does when somebody does not cooperate, and what streams are told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from steward.surfaces.draining import draining_of, until_draining
from steward.surfaces.server import listen, make_server


async def test_what_outlives_the_grace_is_cancelled_before_the_application_ends() -> None:
    order: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                message = await receive()
                order.append(message["type"])
                await send({"type": message["type"] + ".complete"})
            return
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.2)  # gives back what it holds
            order.append("request ended")

    sockets = listen("127.0.0.1", 0)
    started = asyncio.Event()
    server = make_server(app, grace_seconds=0.5, on_started=lambda *_: started.set())
    running = asyncio.create_task(server.serve(sockets=sockets))
    await started.wait()
    _, writer = await asyncio.open_connection(*sockets[0].getsockname())
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await asyncio.sleep(0.2)
    stopped_at = time.monotonic()
    server.stop()
    await running
    writer.close()
    assert order == ["lifespan.startup", "request ended", "lifespan.shutdown"]
    assert 0.4 < time.monotonic() - stopped_at < 2


async def test_an_application_that_does_not_end_is_left() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.sleep(60)

    sockets = listen("127.0.0.1", 0)
    started = asyncio.Event()
    server = make_server(app, exit_seconds=1.6, on_started=lambda *_: started.set())
    running = asyncio.create_task(server.serve(sockets=sockets))
    await started.wait()
    stopped_at = time.monotonic()
    server.stop()
    await running
    assert 0.9 < time.monotonic() - stopped_at < 2
    assert not server.clean


async def numbers(closed: list[bool]) -> AsyncIterator[int]:
    try:
        yield 1
        yield 2
        await asyncio.sleep(60)
    finally:
        closed.append(True)


async def test_a_stream_ends_and_its_source_is_closed_when_the_server_starts_to_stop() -> None:
    draining, closed = asyncio.Event(), list[bool]()
    asyncio.get_running_loop().call_later(0.1, draining.set)
    async with asyncio.timeout(2):
        assert [number async for number in until_draining(numbers(closed), draining)] == [1, 2]
    assert closed == [True]


async def test_a_stream_that_ends_by_itself_ends() -> None:
    async def two() -> AsyncIterator[int]:
        yield 1
        yield 2

    assert [number async for number in until_draining(two(), asyncio.Event())] == [1, 2]


async def test_an_error_of_the_source_reaches_the_stream() -> None:
    async def broken() -> AsyncIterator[int]:
        yield 1
        raise LookupError

    with pytest.raises(LookupError):
        _ = [number async for number in until_draining(broken(), asyncio.Event())]


def test_without_our_server_a_stream_is_never_told_to_end() -> None:
    scope: dict[str, Any] = {}
    assert not draining_of(scope).is_set()
    assert draining_of(scope) is draining_of(scope)
