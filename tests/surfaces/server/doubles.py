"""A small application, a raw client and the program that the process tests start."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from dataclasses import dataclass
from typing import Any

from steward.surfaces.draining import draining_of, until_draining
from steward.surfaces.server import serve

HOST = b"Host: localhost\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with method, path and body; /slow takes a second, /early answers before the body, /events never ends."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    if scope["path"] == "/events":
        await _events(scope, send)
        return
    if scope["path"].startswith("/slow"):
        await asyncio.sleep(float(scope["query_string"] or b"1"))
    body = b"" if scope["path"] == "/early" else await _body(receive)
    answer = json.dumps([scope["method"], scope["path"], body.decode()]).encode()
    headers = [(b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


async def _lifespan(receive: Any, send: Any) -> None:
    for _ in range(2):
        message = await receive()
        print(message["type"], flush=True)
        await send({"type": message["type"] + ".complete"})


async def _body(receive: Any) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return body
        body += message["body"]
        if not message["more_body"]:
            return body


async def _ticks() -> Any:
    while True:
        yield b"data: tick\n\n"
        await asyncio.sleep(0.05)


async def _events(scope: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    async for event in until_draining(_ticks(), draining_of(scope)):
        await send({"type": "http.response.body", "body": event, "more_body": True})
    await send({"type": "http.response.body", "body": b"event: bye\ndata: \n\n"})


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """A raw connection that reads one answer at a time."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._left = b""

    def send(self, *pieces: bytes) -> Wire:
        for piece in pieces:
            if not self.delivers(piece):
                break
        return self

    def delivers(self, piece: bytes) -> bool:
        """Return whether the server still takes bytes."""
        try:
            self._socket.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def _more(self) -> None:
        piece = self._socket.recv(65536)
        if not piece:
            raise EOFError(self._left)
        self._left += piece

    def until(self, mark: bytes) -> bytes:
        while mark not in self._left:
            self._more()
        before, _, self._left = self._left.partition(mark)
        return before

    def answer(self) -> Answer:
        lines = self.until(b"\r\n\r\n").decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        length = int(headers["content-length"])
        while len(self._left) < length:
            self._more()
        body, self._left = self._left[:length], self._left[length:]
        return Answer(int(lines[0].split()[1]), headers, body)

    def closed(self) -> bool:
        """Return whether the server closes the connection without a further byte."""
        try:
            return self._socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self._socket.close()


def main() -> None:
    serve(echo, host="127.0.0.1", port=0, on_started=lambda host, port: print("port", port, flush=True))
    print("returned", flush=True)


if __name__ == "__main__":
    sys.exit(main())
