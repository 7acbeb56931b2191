"""A server that is killed again and again: what it acknowledged is done once, what it did not is done once or never."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select, text

from steward.app import House, build_house
from steward.db.tables import CalendarEvent, Conversation, Message, Notification, Reminder, Task, Turn, User
from steward.settings import Settings
from tests.fakes.model_server import ModelServer
from tests.houses import OWNER, OWNER_PASSWORD, Process, Templates
from tests.surfaces.listening import events_of

TALK = "tokens;n=10;pace=20"
"""How the fake model answers: for a fifth of a second, tools first where the message names them."""


@dataclass
class Sent:
    """One message: what it should do, and whether the server said that it has it."""

    tag: str
    kind: str
    text: str
    is_known: bool = False


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
                for kind in ("openai", "offline"):
                    made = await client.post(
                        "/api/v1/chat/conversations", json={"provider": kind}, headers=self.headers
                    )
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

    async def send(self, client: httpx2.AsyncClient, one: Sent) -> None:
        """Send a message, streamed from the vendor and whole from the offline model."""
        conversation = self.conversations["openai" if one.kind == "event" else "offline"]
        path = f"/api/v1/chat/conversations/{conversation}/messages"
        body = {"message": one.text, "stream": one.kind == "event"}
        if not body["stream"]:
            reply = await client.post(path, json=body, headers=self.headers)
            one.is_known = reply.status_code == 200
            assert reply.status_code in (200, 503), reply.text
            return
        async with client.stream("POST", path, json=body, headers=self.headers) as reply:
            async for told in events_of(reply):
                one.is_known = one.is_known or told.type == "start"
                assert told.type != "error", told


def message(kind: str, number: int) -> Sent:
    """Return the next message of a kind, with a word that nobody else says."""
    tag = f"kiwi{number}"
    day = datetime(2031, 1, 1, tzinfo=UTC) + timedelta(days=number)
    arguments = f'{{"title": "{tag}", "start": "{day:%Y-%m-%d}T14:00:00"}}'
    texts = {
        "event": f"put it there [[tool:create_event {arguments}]]",
        "task": f"add {tag} to my tasks",
        "reminder": f"remind me to call {tag} in 5 seconds",
    }
    return Sent(tag, kind, texts[kind])


@contextlib.asynccontextmanager
async def town(folder: Path, **environment: str) -> AsyncIterator[Town]:
    """A server on the folder with the fake model behind it."""
    async with ModelServer(default=TALK) as model:
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


async def lived_through(kills: int, place: Town, seed: int) -> None:
    """Let people write while the server is killed at moments that the seed decides."""
    moments = random.Random(seed)
    people = [asyncio.create_task(place.write(kind)) for kind in ("event", "event", "task", "reminder")]
    for _ in range(kills):
        await asyncio.sleep(moments.uniform(0.5, 1.5))
        await place.kill()
        await place.start()
    await asyncio.sleep(0.5)
    for one in people:
        one.cancel()
    ends = await asyncio.gather(*people, return_exceptions=True)
    assert [end for end in ends if not isinstance(end, asyncio.CancelledError)] == []


async def settled(house: House, seconds: float) -> None:
    """Wait until no turn runs and no reminder waits."""

    for _ in range(int(seconds / 0.1)):
        turns = await column(house, Turn.key, Turn.attempts, Turn.lease_until, status="running")
        reminders = [row for row in await column(house, Reminder.status, Reminder.text) if row[0] != "fired"]
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


async def check(house: House, place: Town) -> None:
    """Check that everything was done once, and that no figure lies."""
    asked = Counter(await column(house, Message.content, role="user"))
    known = [one for one in place.sent if one.is_known]
    assert len(known) > 20
    assert [one.tag for one in known if asked[one.text] != 1] == []
    stored = [one for one in place.sent if asked[one.text]]
    assert sum(asked.values()) == len(stored)

    answers = await column(house, Message.status, Message.content, role="assistant")
    assert Counter(status for status, _ in answers) == {"completed": len(stored)}
    assert all(content for _, content in answers)
    assert Counter(await column(house, Turn.status)) == {"completed": len(stored)}

    for kind, found in {
        "event": await column(house, CalendarEvent.title),
        "task": await column(house, Task.title),
        "reminder": await column(house, Reminder.text),
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


@pytest.mark.parametrize(("kills", "seed"), [(10, 20240115)])
async def test_what_was_acknowledged_survives_kills_and_is_done_once(
    tmp_path: Path, templates: Templates, kills: int, seed: int
) -> None:
    templates.sqlite(tmp_path)
    async with contextlib.AsyncExitStack() as stack:
        place = await stack.enter_async_context(town(tmp_path))
        house = build_house(Settings(data_dir=tmp_path))
        stack.callback(house.db.close)
        await lived_through(kills, place, seed)
        await settled(house, seconds=15)
        assert place.process.stop() == 0
        await check(house, place)
        integrity = await house.db.read(lambda tx: tx.session.execute(text("PRAGMA integrity_check")).scalar_one())
        assert integrity == "ok"


@pytest.mark.postgres
async def test_the_same_holds_on_a_database_server(tmp_path: Path, templates: Templates, has_postgres: bool) -> None:
    if not has_postgres:
        pytest.skip("no PostgreSQL on 127.0.0.1:5432 (name another with TEST_POSTGRES_URL)")
    with templates.postgres() as url:
        async with contextlib.AsyncExitStack() as stack:
            place = await stack.enter_async_context(town(tmp_path, STEWARD_DATABASE_URL=url))
            house = build_house(Settings(data_dir=tmp_path, database_url=url))
            stack.callback(house.db.close)
            await lived_through(3, place, 7)
            await settled(house, seconds=30)
            assert place.process.stop() == 0
            await check(house, place)
