"""A server that is killed again and again: what it acknowledged is done once, what it did not is done once or never."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select, text

from steward.app import House, build_house
from steward.db.tables import CalendarEvent, Conversation, Message, Notification, Reminder, Task, Turn, User
from steward.settings import Settings
from tests.fakes.model_server import ModelServer
from tests.houses import OWNER, OWNER_PASSWORD, Process, Templates
from tests.surfaces.listening import Told, events_of, tokens

TALK = "tokens;n=10;pace=20"
"""How the fake model answers: for a fifth of a second, tools first where the message names them."""


KINDS = ("event", "task", "reminder")


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
        "reminder": f"remind me to call {tag} in 10 seconds",
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


@pytest.mark.postgres
async def test_the_same_holds_on_a_database_server(tmp_path: Path, templates: Templates, has_postgres: bool) -> None:
    if not has_postgres:
        pytest.skip("no PostgreSQL on 127.0.0.1:5432 (name another with TEST_POSTGRES_URL)")
    with templates.postgres() as url:
        async with contextlib.AsyncExitStack() as stack:
            model = await stack.enter_async_context(ModelServer(default=TALK))
            place = await stack.enter_async_context(town(tmp_path, model, STEWARD_DATABASE_URL=url))
            house = build_house(Settings(data_dir=tmp_path, database_url=url))
            stack.callback(house.db.close)
            await lived_through(2, place, house, 7, kinds=("event", "task"))
            await settled(house, seconds=30)
            assert place.process.stop() == 0
            await check(house, place, 2)


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
