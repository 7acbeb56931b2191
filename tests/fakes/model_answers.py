"""How the fake vendors carry out a behaviour on a connection."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.fakes.model_behaviours import Behaviour, Reply, anthropic_frames, event, openai_frames, reply_to

if TYPE_CHECKING:
    from tests.fakes.model_server import Connection, Received

FOREVER_SECONDS = 3600


async def answer(connection: Connection, behaviour: Behaviour, received: Received) -> None:
    """Answer one request."""
    path = received.path
    if path not in ("/v1/chat/completions", "/v1/messages"):
        connection.respond(404, json.dumps({"error": {"message": f"no such path: {path}"}}))
    elif behaviour.kind in _WHOLE:
        await _WHOLE[behaviour.kind](connection, behaviour, received)
    else:
        await _stream(connection, behaviour, received)


async def _stream(connection: Connection, behaviour: Behaviour, received: Received) -> None:
    path, body = received.path, received.body
    kind = behaviour.kind
    if kind == "slow":
        await asyncio.sleep(behaviour.number("first", 100) / 1000)
    connection.begin()
    if kind in _RAW:
        await _RAW[kind](connection, behaviour)
        return
    frames = anthropic_frames if path == "/v1/messages" else openai_frames
    pace_seconds = behaviour.number("pace") / 1000
    reply = reply_to(behaviour, body)
    if kind in ("cut", "hang-mid", "told", "endless"):
        reply.words = [f"word{i} " for i in range(int(behaviour.number("after", 3)))]
        sent: Iterator[bytes] = itertools.islice(
            frames(reply, body["model"], body, behaviour), _before_end(reply, path)
        )
        if kind == "endless":
            *head, last = sent
            sent = itertools.chain(head, itertools.repeat(last))
    else:
        sent = frames(reply, body["model"], body, behaviour)
    for frame in sent:
        await connection.send(frame)
        if pace_seconds or kind == "endless":
            await asyncio.sleep(pace_seconds)
    await _finish(connection, behaviour)


async def _finish(connection: Connection, behaviour: Behaviour) -> None:
    if behaviour.kind in ("hang-mid", "nodone"):
        await asyncio.sleep(FOREVER_SECONDS)
    if behaviour.kind == "cut":
        connection.end()
        connection.transport.close()
        return
    if behaviour.kind == "told":
        kind = behaviour.options.get("type", "overloaded_error")
        error = {"type": kind, "message": "that is all; key sk-leaked-in-stream-123"}
        await connection.send(event({"type": "error", "error": error}, "error"))
    connection.finish()


def _before_end(reply: Reply, path: str) -> int:
    """Return how many frames an answer has up to its last word."""
    if path != "/v1/messages":
        return 1 + len(reply.words)
    return 3 + len(reply.words) if reply.words else 2


async def _status(connection: Connection, behaviour: Behaviour, received: Received) -> None:
    headers = received.headers
    key = headers.get("authorization", "").removeprefix("Bearer ") or headers.get("x-api-key", "")
    message = behaviour.options.get("message", f"something <b>went</b> wrong with {key} and {key[:12]}*****{key[-4:]}")
    retry = {"retry_after": behaviour.options["retry"]} if "retry" in behaviour.options else {}
    error = {"error": {"type": "some_error", "message": message}}
    connection.respond(int(behaviour.number("code", 500)), json.dumps(error), **retry)


async def _picky(connection: Connection, behaviour: Behaviour, received: Received) -> None:
    for name in behaviour.options.get("reject", "temperature").split("+"):
        if name in received.body:
            instead = " Use 'max_completion_tokens' instead." if name == "max_tokens" else ""
            message = f"Unsupported parameter: '{name}' is not supported with this model.{instead}"
            connection.respond(400, json.dumps({"error": {"type": "invalid_request_error", "message": message}}))
            return
    await _stream(connection, Behaviour("echo"), received)


async def _plain(connection: Connection, *_: object) -> None:
    connection.respond(200, json.dumps({"choices": [{"message": {"role": "assistant", "content": "whole"}}]}))


async def _html(connection: Connection, *_: object) -> None:
    connection.respond(200, "<html><body>Please log in</body></html>", kind="text/html")


async def _redirect(connection: Connection, behaviour: Behaviour, *_: object) -> None:
    connection.respond(307, "", location=behaviour.options["to"])


async def _drop(connection: Connection, *_: object) -> None:
    connection.end()
    connection.transport.abort()


async def _hang(connection: Connection, *_: object) -> None:
    await asyncio.sleep(FOREVER_SECONDS)


async def _repeated(connection: Connection, behaviour: Behaviour, data: bytes) -> None:
    while True:
        await connection.send(data)
        await asyncio.sleep(behaviour.number("every", 10) / 1000)


async def _comments(connection: Connection, behaviour: Behaviour) -> None:
    await _repeated(connection, behaviour, b": still thinking\n\n")


async def _pings(connection: Connection, behaviour: Behaviour) -> None:
    await _repeated(connection, behaviour, event({"type": "ping"}, "ping"))


async def _hugeline(connection: Connection, behaviour: Behaviour) -> None:
    await connection.send(b'data: {"x": "')
    for _ in range(int(behaviour.number("size", 4_000_000)) // 65536 + 1):
        await connection.send(b"x" * 65536)
    connection.finish()


def _sent_once(data: bytes) -> Any:
    async def send(connection: Connection, _: Behaviour) -> None:
        await connection.send(data)
        connection.finish()

    return send


_WHOLE: dict[str, Any] = {
    "status": _status,
    "picky": _picky,
    "plain": _plain,
    "html": _html,
    "redirect": _redirect,
    "drop": _drop,
    "hang-headers": _hang,
}
_RAW: dict[str, Any] = {
    "comments": _comments,
    "pings": _pings,
    "hugeline": _hugeline,
    "garbage": _sent_once(bytes(range(256)) * 40),
    "badjson": _sent_once(b"data: {not json\n\n"),
    "oddjson": _sent_once(b'data: {"choices": 5, "type": "content_block_delta", "index": {}, "delta": []}\n\n'),
}
