"""A chain of models: when one cannot answer, the next does, as long as nobody has heard a word yet."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from steward.adapters.model.breaker import Breaker
from steward.adapters.model.failures import RefusedByProvider
from steward.kit.errors import Refused, Unavailable
from steward.ports.model import ChatModel, ModelEvent, ModelRequest

PATIENCE_SECONDS = 2.0

logger = logging.getLogger(__name__)


class LeftAlone(Unavailable):
    """The provider failed several times in a row and is not asked for a while."""

    code = "MODEL_UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Member:
    """A model of a chain with the breaker that it shares with all models of its provider."""

    model: ChatModel
    breaker: Breaker = field(default_factory=Breaker)


class FallbackChain:
    """A ``ChatModel`` of ``ChatModel``s, asked in order until one begins to answer.

    What moves on to the next member: ``Unavailable``, an open breaker, and ``RefusedByProvider`` (bad key, no credit,
    unknown model: the provider's trouble). A plain ``Refused`` is raised at once: a request that is wrong here is
    wrong elsewhere, and what one provider filters is not carried to another. A member that asks for a pause of at most
    ``patience_seconds`` is tried once more after it. When all members fail, the first failure is raised, for it is
    about the model that was wanted. After the first event every failure is raised.
    """

    def __init__(self, members: Sequence[Member], *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        if not members:
            raise ValueError("a chain needs a member")
        self._members = tuple(members)
        self._patience = patience_seconds

    @property
    def name(self) -> str:
        """``provider:model`` of the first member."""
        return self._members[0].model.name

    @property
    def names(self) -> tuple[str, ...]:
        """``provider:model`` of all members in order."""
        return tuple(member.model.name for member in self._members)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Yield the answer of the first member that begins one.

        Raises:
            Unavailable: no member could answer, or the one that had begun broke off.
            Refused: the request is refused.
        """
        first: Unavailable | RefusedByProvider | None = None
        for member in self._members:
            for tries_left in (1, 0):
                begun = False
                try:
                    async with aclosing(_watched(member, request)) as events:
                        async for event in events:
                            begun = True
                            yield event
                    return
                except (Unavailable, RefusedByProvider) as failure:
                    if begun:
                        raise
                    logger.warning("%s", failure.message)
                    first = first or failure
                    pause = self._pause_seconds(failure)
                if pause is None or not tries_left:
                    break
                await asyncio.sleep(pause)
        raise first or AssertionError("a chain has a member")

    def _pause_seconds(self, failure: Unavailable | RefusedByProvider) -> float | None:
        """Return how long to wait before the same member is asked again, or None when it is not."""
        if not isinstance(failure, Unavailable) or isinstance(failure, LeftAlone):
            return None
        pause = failure.retry_after_seconds
        return pause if pause is not None and pause <= self._patience else None


async def _watched(member: Member, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
    """Yield the member's events and tell its breaker how it went; the first event already closes an open breaker."""
    breaker = member.breaker
    wait = breaker.wait_seconds()
    if wait is not None:
        provider = member.model.name.partition(":")[0]
        raise LeftAlone(f"{provider} failed several times and is left alone for a while.", retry_after_seconds=wait)
    begun = False
    try:
        async with _closed_after(member.model.stream(request)) as events:
            async for event in events:
                if not begun:
                    begun = True
                    breaker.answered()
                yield event
        breaker.succeeded()
    except Unavailable:
        breaker.failed()
        raise
    except Refused:
        breaker.succeeded()
        raise
    finally:
        breaker.left()


@asynccontextmanager
async def _closed_after(events: AsyncIterator[ModelEvent]) -> AsyncIterator[AsyncIterator[ModelEvent]]:
    """Give the events and close them, if they can be closed, however they are left."""
    try:
        yield events
    finally:
        if isinstance(events, AsyncGenerator):
            await events.aclose()
