"""A model whose answers are written down beforehand, and short ways to ask for turns and to read their events."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from steward.core.access import actor_of_user
from steward.core.turns import Failed, Finished, Numbered, Text, TurnResult, TurnWish
from steward.db.tables import Task, User
from steward.db.tables import ToolCall as ToolRow
from steward.house import House
from steward.kit.actor import Actor
from steward.ports.model import ChatModel, ModelEvent, ModelRequest, Stopped, TextDelta, ToolCall, Usage
from steward.settings import Settings
from tests.houses import PASSWORD, home

NAME = "fake:scripted"
USD_A_TOKEN = Decimal("0.000002")


def call(name: str, /, **arguments: Any) -> ToolCall:
    """Return a call of a tool."""
    return ToolCall(f"call_{uuid4().hex[:8]}", name, json.dumps(arguments))


@dataclass
class Scripted:
    """A ``ChatModel`` and the registry that always chooses it.

    A step is a list of: text, a number of seconds to wait, an event to wait for, an error to raise, or an event of the
    port. ``Stopped`` is added where the step does not end with an error or ``None`` (a cut answer). When all steps are
    used up the model says what it was asked.
    """

    steps: deque[list[Any]] = field(default_factory=deque)
    requests: list[ModelRequest] = field(default_factory=list)
    closed: int = 0
    name: str = NAME

    def script(self, *steps: list[Any]) -> None:
        """Let the next model calls answer so, one step each."""
        self.steps.extend(steps)

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Yield the next step."""
        self.requests.append(request)
        step = self.steps.popleft() if self.steps else [f"You said: {request.messages[-1].content}", Usage(10, 5)]
        try:
            for item in step:
                if isinstance(item, str):
                    yield TextDelta(item)
                elif isinstance(item, int | float):
                    await asyncio.sleep(item)
                elif isinstance(item, asyncio.Event):
                    await item.wait()
                elif isinstance(item, Exception):
                    raise item
                elif item is None:
                    return
                else:
                    yield item
            yield Stopped("tools" if any(isinstance(item, ToolCall) for item in step) else "end", NAME)
        finally:
            self.closed += 1

    def choose(self, provider: str | None, model: str | None) -> ChatModel:
        """Return itself."""
        return self

    def cost_usd(self, model: str, usage: Usage) -> str:
        """Return the same price for every token."""
        return str(USD_A_TOKEN * (usage.input_tokens + usage.output_tokens))

    async def close(self) -> None:
        """Close nothing."""


@dataclass
class Stage:
    """A house with a scripted model, and somebody who asks it."""

    house: House
    model: Scripted
    actor: Actor
    clock: Any

    async def ask(self, text: str = "hello", conversation: UUID | None = None, **wish: Any) -> TurnResult:
        """Take a turn and return what it came to."""
        return await self.house.services.turns.answer(self.actor, TurnWish(text, conversation, **wish))

    async def told(self, text: str = "hello", conversation: UUID | None = None) -> list[Numbered]:
        """Take a turn and return its events."""
        return await gathered(self.house.services.turns.take_turn(self.actor, TurnWish(text, conversation)))

    async def follow(self, message_id: UUID, after: int = 0) -> list[Numbered]:
        """Follow a turn to its end and return its events."""
        return await gathered(self.house.services.turns.follow(self.actor, message_id, after))

    async def until(self, holds: Callable[[], object], seconds: float = 5) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110 - whatever a test waits for, no event tells of it
                await asyncio.sleep(0.01)

    async def rows(self, *columns: Any, **where: Any) -> list[Any]:
        """Return rows of the database, by the columns' own table."""
        query = select(*columns).order_by(columns[0].class_.key)
        for name, value in where.items():
            query = query.where(getattr(columns[0].class_, name) == value)
        return list(await self.house.db.read(lambda tx: tx.session.execute(query).all()))

    async def tool_calls(self) -> list[tuple[str, bool]]:
        """Return the name and the success of every recorded tool call."""
        return [tuple(row) for row in await self.rows(ToolRow.name, ToolRow.ok)]

    async def task_titles(self) -> list[str]:
        """Return the titles of the person's tasks, oldest first."""
        return [row[0] for row in await self.rows(Task.title)]


async def gathered(groups: AsyncIterator[list[Numbered]]) -> list[Numbered]:
    """Return all events of a stream of groups."""
    return [item async for group in groups for item in group]


def text_of(events: Iterable[Numbered]) -> str:
    """Return the sum of the text events."""
    return "".join(item.event.text for item in events if isinstance(item.event, Text))


def end_of(events: list[Numbered]) -> Finished | Failed:
    """Return the last event, which must be an end."""
    last = events[-1].event
    assert isinstance(last, Finished | Failed), last
    return last


@contextlib.asynccontextmanager
async def staged(settings: Settings, **changes: Any) -> AsyncIterator[Stage]:
    """Run a house with a scripted model and one person."""
    model = Scripted()
    async with home(settings.model_copy(update={"hash_threads": 1, **changes}), models=model) as made:
        who = {"email": "ada@example.com", "password": PASSWORD, "full_name": "Ada Byron"}
        assert (await made.client.post("/api/v1/auth/register", json=who)).status_code == 201
        key = select(User.key).where(User.email == who["email"])
        actor = await made.house.db.read(lambda tx: actor_of_user(tx, tx.session.execute(key).scalar_one()))
        yield Stage(made.house, model, actor, made.clock)
