"""The floor: a bare ASGI application that does only what a case needs, on the server that Steward runs on.

It knows its one token by a dictionary, its paths by their first word, and SQLite by the ``sqlite3`` module on the event
loop (WAL, synchronous FULL, one commit a request). Steward does the same work for many tenants, with sessions, turns
that survive a crash, tools and an audit trail; the floor is what the statements and the socket cost on this machine.

Run by ``benchmarks.processes.floor``.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import orjson
from starlette.types import Receive, Scope, Send

from steward.kit.ids import new_id
from steward.surfaces.server import serve

TOKEN = "floor-token"
CONVERSATIONS = 16
SEEDED = 20

_SCHEMA = """
CREATE TABLE conversations (key INTEGER PRIMARY KEY, id TEXT UNIQUE, user_key INTEGER, title TEXT,
                            message_count INTEGER, last_message_at TEXT);
CREATE TABLE messages (key INTEGER PRIMARY KEY, id TEXT UNIQUE, conversation_key INTEGER REFERENCES conversations,
                       role TEXT, content TEXT, status TEXT, actions TEXT, tokens_used INTEGER, cost_usd REAL,
                       model_used TEXT, created_at TEXT);
CREATE INDEX messages_conversation ON messages (conversation_key, key);
CREATE TABLE tasks (key INTEGER PRIMARY KEY, id TEXT UNIQUE, user_key INTEGER, title TEXT, status TEXT,
                    created_at TEXT);
CREATE INDEX tasks_user ON tasks (user_key, status, key);
"""
_CONVERSATION = "SELECT key, message_count FROM conversations WHERE id = ? AND user_key = ?"
_PAGE = """SELECT id, role, content, status, actions, tokens_used, cost_usd, model_used, created_at
FROM messages WHERE conversation_key = ? ORDER BY key LIMIT 20"""
_ADD = """INSERT INTO messages (id, conversation_key, role, content, status, actions, tokens_used, cost_usd,
model_used, created_at) VALUES (?, ?, ?, ?, 'completed', '[]', 0, 0, NULL, ?)"""
_TOUCH = "UPDATE conversations SET message_count = message_count + 2, last_message_at = ? WHERE key = ?"
_ADD_TASK = "INSERT INTO tasks (id, user_key, title, status, created_at) VALUES (?, ?, ?, 'pending', ?)"

_JSON = (b"content-type", b"application/json")


def conversation_id(number: int) -> str:
    """Return the id of a seeded conversation."""
    return f"{number:032x}"


class Floor:
    """The application."""

    def __init__(self, database: Path, model_url: str) -> None:
        self._db = sqlite3.connect(database, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
            self._db.execute(f"PRAGMA {pragma}")
        self._model_url = model_url
        self._users = {f"Bearer {TOKEN}".encode(): 1}
        self._http: httpx2.AsyncClient | None = None
        self._verbs: dict[str, Callable[[str, int, bytes, Send], Awaitable[None]]] = {
            "page": self._page,
            "send": self._send,
            "effect": self._effect,
            "ask": self._ask,
            "stream": self._stream,
        }
        self._seed()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, or the lifespan."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        user = next((self._users.get(value) for name, value in scope["headers"] if name == b"authorization"), None)
        _, verb, conversation = scope["path"].split("/")
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if user is None:
            await _answer(send, 401, b"{}")
        else:
            await self._verbs[verb](conversation, user, body, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._http = httpx2.AsyncClient(trust_env=False, limits=httpx2.Limits(max_connections=1000))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._http.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    async def _page(self, conversation: str, user: int, _body: bytes, send: Send) -> None:
        key, total = self._db.execute(_CONVERSATION, (conversation, user)).fetchone()
        rows = self._db.execute(_PAGE, (key,)).fetchall()
        items = [
            {
                "id": row[0],
                "conversation_id": conversation,
                "role": row[1],
                "content": row[2],
                "status": row[3],
                "actions": orjson.loads(row[4]),
                "tokens_used": row[5],
                "cost": row[6],
                "model_used": row[7],
                "created_at": row[8],
            }
            for row in rows
        ]
        await _answer(send, 200, orjson.dumps({"items": items, "total": total, "limit": 20, "offset": 0}))

    async def _send(self, conversation: str, user: int, body: bytes, send: Send) -> None:
        said = orjson.loads(body)["message"]
        await _answer(send, 200, self._store(conversation, user, said, "17% of 2,349 = 399.33"))

    async def _effect(self, conversation: str, user: int, body: bytes, send: Send) -> None:
        said = orjson.loads(body)["message"]
        await _answer(send, 200, self._store(conversation, user, said, "I've added milk to your tasks.", task="milk"))

    async def _ask(self, conversation: str, user: int, body: bytes, send: Send) -> None:
        assert self._http is not None
        said = orjson.loads(body)["message"]
        reply = await self._http.post(self._model_url, json=_wish(said))
        await _answer(send, 200, self._store(conversation, user, said, _text_of(reply.content)))

    async def _stream(self, conversation: str, user: int, body: bytes, send: Send) -> None:
        assert self._http is not None
        said = orjson.loads(body)["message"]
        heard: list[bytes] = []
        async with self._http.stream("POST", self._model_url, json=_wish(said)) as reply:
            headers = [(b"content-type", b"text/event-stream")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            async for chunk in reply.aiter_raw():
                heard.append(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        self._store(conversation, user, said, _text_of(b"".join(heard)))
        await send({"type": "http.response.body", "body": b""})

    def _store(self, conversation: str, user: int, said: str, answer: str, task: str = "") -> bytes:
        """Store both messages, and a task where one is named, in one transaction; return the answer as JSON."""
        now, answer_id = _now(), new_id().hex
        run = self._db.execute
        run("BEGIN IMMEDIATE")
        key, _ = run(_CONVERSATION, (conversation, user)).fetchone()
        if task:
            run(_ADD_TASK, (new_id().hex, user, task, now))
        run(_ADD, (new_id().hex, key, "user", said, now))
        run(_ADD, (answer_id, key, "assistant", answer, now))
        run(_TOUCH, (now, key))
        run("COMMIT")
        return orjson.dumps({"id": answer_id, "role": "assistant", "content": answer, "created_at": now})

    def _seed(self) -> None:
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")
        for number in range(CONVERSATIONS):
            row = (number + 1, conversation_id(number), 1, "sums", SEEDED, _now())
            self._db.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?)", row)
            for turn in range(SEEDED // 2):
                for role, content in (("user", f"what is {turn}+2?"), ("assistant", f"{turn}+2 = {turn + 2}")):
                    self._db.execute(_ADD, (new_id().hex, number + 1, role, content, _now()))
        self._db.execute("COMMIT")


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [_JSON, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _wish(said: str) -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": said}], "stream": True}


def _text_of(events: bytes) -> str:
    """Return the text of a streamed chat completion."""
    found = []
    for line in events.split(b"\n"):
        if line.startswith(b"data: {"):
            for choice in orjson.loads(line[6:])["choices"]:
                found.append(choice["delta"].get("content") or "")
    return "".join(found)


def main() -> None:
    """Serve until SIGTERM: the arguments are the SQLite file and the address of the model."""
    app = Floor(Path(sys.argv[1]), sys.argv[2])
    serve(
        app, host="127.0.0.1", port=0, on_started=lambda host, port: print(f"floor: http://{host}:{port}", flush=True)
    )


if __name__ == "__main__":
    main()
