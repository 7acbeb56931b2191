"""A server that can be killed, people who write to it, and the look at what came of that."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from sqlalchemy import select

from steward.db.tables import CalendarEvent, Conversation, Message, Notification, Reminder, Task, Turn, User
from steward.house import House
from tests.fakes.model_server import ModelServer
from tests.houses import OWNER, OWNER_PASSWORD, Process
from tests.surfaces.listening import Told, events_of

TALK = "tokens;n=10;pace=20"
"""How the fake model answers: for a fifth of a second, tools first where the message names them."""


KINDS = ("event", "task", "reminder")


@dataclass
class Sent:
    """One message: what it should do, under which key it is sent, and whether the server said that it has it.

    ``told`` are the events of its stream so far, the last time that it was sent.
    """

    tag: str
    kind: str
    text: str
    is_known: bool = False
    key: str = field(default_factory=lambda: uuid4().hex)
    told: list[Told] = field(default_factory=list)


@dataclass
class Town:
    """A server that dies, and people who go on writing to it."""

    process: Process
    token: str = ""
    conversations: dict[str, str] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    up: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: Any = field(default_factory=itertools.count)

    async def start(self) -> None:
        """Start the server and sign in."""
        await asyncio.to_thread(self.process.start)
        if not self.token:
            async with self.client() as client:
                grant = await client.post("/api/v1/auth/login", json={"email": OWNER, "password": OWNER_PASSWORD})
                self.token = grant.json()["access_token"]
                for kind in KINDS:
                    provider = "openai" if kind == "event" else "offline"
                    wish = {"provider": provider}
                    made = await client.post("/api/v1/chat/conversations", json=wish, headers=self.headers)
                    self.conversations[kind] = made.json()["id"]
        self.up.set()

    async def kill(self) -> None:
        """End it as a power cut does."""
        self.up.clear()
        await asyncio.to_thread(self.process.kill)

    @property
    def headers(self) -> dict[str, str]:
        """What proves who writes."""
        return {"Authorization": f"Bearer {self.token}"}

    def client(self) -> httpx2.AsyncClient:
        """Return a client for the address that the server has now."""
        return httpx2.AsyncClient(base_url=self.process.url, timeout=30)

    async def write(self, kind: str) -> None:
        """Write messages of a kind one after the other until cancelled."""
        while True:
            await self.up.wait()
            one = message(kind, next(self.numbers))
            self.sent.append(one)
            with contextlib.suppress(httpx2.HTTPError):
                async with self.client() as client:
                    await self.send(client, one)
            await asyncio.sleep(0.02)

    async def heard(self) -> None:
        """Wait until the server of this life has acknowledged something."""
        before = sum(one.is_known for one in self.sent)
        for _ in range(400):
            if sum(one.is_known for one in self.sent) > before:
                return
            await asyncio.sleep(0.05)
        raise AssertionError("nothing is acknowledged any more")

    async def send(self, client: httpx2.AsyncClient, one: Sent) -> None:
        """Send a message, streamed from the vendor and whole from the offline model."""
        path = f"/api/v1/chat/conversations/{self.conversations[one.kind]}/messages"
        body = {"message": one.text, "stream": one.kind == "event"}
        headers = {**self.headers, "Idempotency-Key": one.key}
        if not body["stream"]:
            reply = await client.post(path, json=body, headers=headers)
            one.is_known = reply.status_code == 200
            assert reply.status_code in (200, 503), reply.text
            return
        one.told.clear()
        async with client.stream("POST", path, json=body, headers=headers) as reply:
            async for told in events_of(reply):
                one.told.append(told)
                one.is_known = one.is_known or told.type == "start"
                assert told.type != "error", told


def message(kind: str, number: int, due_seconds: int = 10) -> Sent:
    """Return the next message of a kind, with a word that nobody else says; a reminder is due after ``due_seconds``."""
    tag = f"kiwi{number}"
    day = datetime(2031, 1, 1, tzinfo=UTC) + timedelta(days=number)
    arguments = f'{{"title": "{tag}", "start": "{day:%Y-%m-%d}T14:00:00"}}'
    texts = {
        "event": f"put it there [[tool:create_event {arguments}]]",
        "task": f"add {tag} to my tasks",
        "reminder": f"remind me to call {tag} in {due_seconds} seconds",
    }
    return Sent(tag, kind, texts[kind])


@contextlib.asynccontextmanager
async def town(folder: Path, model: ModelServer, **environment: str) -> AsyncIterator[Town]:
    """A server on the folder with the fake model behind it."""
    process = Process(
        folder,
        STEWARD_MODEL="openai:gpt-4o",
        STEWARD_OPENAI_BASE_URL=model.openai_url,
        STEWARD_OPENAI_API_KEY="sk-test",
        STEWARD_RATE_LIMIT_SCALE="0",
        **environment,
    )
    made = Town(process)
    try:
        await made.start()
        yield made
    finally:
        process.kill()


async def settled(house: House, seconds: float) -> None:
    """Wait until no turn runs and no reminder waits."""

    for _ in range(int(seconds / 0.1)):
        turns = await column(house, Turn.key, Turn.attempts, Turn.lease_until, status="running")
        reminders = [row for row in await column(house, Reminder.status, Reminder.text) if row[1] and row[0] != "fired"]
        if not (turns or reminders):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"open ends are left: {turns} {reminders}")


async def column(house: House, *columns: Any, **where: Any) -> list[Any]:
    """Return rows, or values where one column is asked for."""
    query = select(*columns)
    for name, value in where.items():
        query = query.where(getattr(columns[0].class_, name) == value)
    rows = await house.db.read(lambda tx: tx.session.execute(query).all())
    return [row[0] if len(columns) == 1 else tuple(row) for row in rows]


async def check(house: House, place: Town, kills: int) -> None:
    """Check that everything was done once, and that no figure lies."""
    asked = Counter(await column(house, Message.content, role="user"))
    known = [one for one in place.sent if one.is_known]
    assert len(known) > kills
    assert [one.tag for one in known if asked[one.text] != 1] == []
    stored = [one for one in place.sent if asked[one.text]]
    assert sum(asked.values()) == len(stored)

    failed = await column(house, Turn.key, Turn.attempts, Turn.error_code, Turn.error_detail, status="failed")
    assert failed == []
    answers = await column(house, Message.status, Message.content, role="assistant")
    assert Counter(status for status, _ in answers) == {"completed": len(stored)}
    assert all(content for _, content in answers)
    assert Counter(await column(house, Turn.status)) == {"completed": len(stored)}

    for kind, found in {
        "event": await column(house, CalendarEvent.title),
        "task": await column(house, Task.title),
        "reminder": [said for said in await column(house, Reminder.text) if said],  # events have reminders without
    }.items():
        wanted = [one.tag if kind != "reminder" else f"call {one.tag}" for one in stored if one.kind == kind]
        assert Counter(found) == Counter(wanted), kind
    told = Counter(await column(house, Notification.message))
    assert {message: times for message, times in told.items() if times != 1} == {}
    assert len(told) == sum(one.kind == "reminder" for one in stored)

    for key, count in await column(house, Conversation.key, Conversation.message_count):
        assert len(await column(house, Message.key, conversation_key=key)) == count
    assert await column(house, User.conversation_count) == [len(await column(house, Conversation.key))]
    report = await house.audit.verify(house.db)
    assert report.is_whole
