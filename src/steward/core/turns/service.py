"""The verbs of the turn: take it, follow it, cancel it, resume it.

A turn is an object of the server, not of the connection: closing a tab does not end it, cancelling does. It begins and
ends with a short transaction; the model runs between them. While it runs it renews a lease; a turn whose process died
is taken over by a job, which keeps the effects that tools have committed and asks the model for the rest.
"""

from __future__ import annotations

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import asdict, replace
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from steward.core.conversations import made_before
from steward.core.turns import store, takeover
from steward.core.turns.gate import message_of_turn, turn_of_message
from steward.core.turns.live import LiveTurn
from steward.core.turns.replay import ended_turn_events, ended_turn_result
from steward.core.turns.rules import MESSAGE_CHARACTERS
from steward.core.turns.runner import TurnRunner
from steward.core.turns.types import (
    LAST_EVENTS,
    Failed,
    Numbered,
    Restarted,
    Started,
    TurnRecord,
    TurnResult,
    TurnWish,
)
from steward.db.database import Database, Transaction
from steward.db.jobs import RESUME_TURN
from steward.kit import walls
from steward.kit.actor import Actor
from steward.kit.errors import Invalid, StewardError, Unauthenticated, Unavailable
from steward.kit.ids import new_id
from steward.kit.text import without_controls
from steward.ports.model import Message

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.3
CANCEL_SECONDS = 2.0


class Earlier(NamedTuple):
    """The turn of the same request, sent before."""

    turn_key: int
    message_id: UUID


class TurnService:
    """Takes turns, lets people follow and cancel them, and finishes those of dead processes."""

    def __init__(self, db: Database, runner: TurnRunner) -> None:
        self._db = db
        self._runner = runner
        self._live: dict[UUID, LiveTurn] = {}
        self._last_in: dict[int, LiveTurn] = {}
        self._presence = runner.presence
        self._closing = False

    async def take_turn(
        self, actor: Actor, wish: TurnWish, *, cancel_on_leave: bool = False
    ) -> AsyncIterator[list[Numbered]]:
        """Store the request, carry it out and yield its events in the groups in which they come.

        The first event is ``Started``, the last ``Finished`` or ``Failed``; an empty group means that nothing happened
        for a while. Leaving the iteration ends the turn only with ``cancel_on_leave``, and only when nobody else in
        this process follows it. A request that is sent again under its key gets the events of the same turn.

        Raises:
            Invalid: the text is empty or too long.
            NotFound: the conversation does not exist or is somebody else's.
            IdempotencyKeyReused: the key was sent with another request.
        """
        begun = await self._begin(actor, wish)
        live = begun if isinstance(begun, LiveTurn) else self._live.get(begun.message_id)
        groups = self._followed(begun.turn_key, live, 0)
        try:
            async with aclosing(groups):
                async for group in groups:
                    yield group
        finally:
            if cancel_on_leave and live is not None:
                live.cancel_unless_read()

    async def answer(self, actor: Actor, wish: TurnWish, *, left: asyncio.Future[Any] | None = None) -> TurnResult:
        """Store the request, carry it out and return what it came to. Raises as ``take_turn``.

        Where ``left`` is done first, whoever asked has left: the turn is cancelled, unless somebody else waits for it.
        """
        begun = await self._begin(actor, wish)
        live = begun if isinstance(begun, LiveTurn) else self._live.get(begun.message_id)
        if live is None:
            return await self._result_from_rows(begun.turn_key)
        with live.read():
            await asyncio.wait([live.result] if left is None else [live.result, left], return_when=FIRST_COMPLETED)
        if not live.result.done():
            live.cancel_unless_read()
        return await asyncio.shield(live.result)

    async def follow(self, actor: Actor, message_id: UUID, after: int = 0) -> AsyncIterator[list[Numbered]]:
        """Yield the events above number ``after`` of the turn that makes the message, running or over.

        Raises:
            NotFound: there is no such message, or it is somebody else's.
        """
        turn_key, _ = await self._db.read(lambda tx: turn_of_message(tx, actor, message_id))
        async with aclosing(self._followed(turn_key, self._live.get(message_id), after)) as groups:
            async for group in groups:
                yield group

    async def cancel(self, actor: Actor, message_id: UUID) -> bool:
        """Stop the turn that makes the message, in whichever process it runs; True if it was running.

        The text so far is kept. Raises NotFound as ``follow``.
        """
        turn_key, status = await self._db.read(lambda tx: turn_of_message(tx, actor, message_id))
        if status != "running":
            return False
        live = self._live.get(message_id)
        if live is None:
            await self._db.write(lambda tx: store.want_cancelled(tx, turn_key))
            return True
        live.cancel()
        ended, _ = await asyncio.wait([live.result], timeout=CANCEL_SECONDS)
        return not ended or live.result.exception() is not None or live.result.result().status == "cancelled"

    async def resume(self, turn_key: int) -> None:
        """Finish a turn whose process died: the handler of the job ``resume_turn``; harmless when it is over.

        Raises:
            Unavailable: this process is ending; the next one does it.
        """
        if self._closing:
            raise Unavailable("The server is shutting down.")
        if any(live.turn_key == turn_key for live in self._live.values()):
            return
        await self._enter()
        taken = await self._db.write(partial(_take_over, turn_key, self._presence.holder))
        if taken is not None:
            actor, record, done, wants_start, is_cancelled = taken
            live = self._start(actor, record, done, wants_start=wants_start)
            if is_cancelled:
                live.cancel()
            await asyncio.shield(live.result)
            await self.sweep()  # the turn behind it in the conversation

    async def sweep(self) -> None:
        """Promise the resumption of running turns whose lease is over, the first of each conversation."""

        def work(tx: Transaction) -> None:
            for turn_key in takeover.take_expired(tx):
                tx.enqueue(RESUME_TURN, unique=f"turn:{turn_key}", turn_key=turn_key)

        if self._closing:
            return
        await asyncio.to_thread(self._presence.confirm)
        await self._enter()
        if self._presence.holder is not None:
            await self._db.write(takeover.expire_absent)
        if await self._db.read(takeover.any_expired):
            await self._db.write(work)

    async def tidy(self) -> None:
        """Forget the kept events of turns that ended more than a day ago; their text stays in the message."""
        await self._db.write(store.forget_events)

    async def close(self, grace_seconds: float = 5.0) -> None:
        """Let running turns end for a moment, then leave the rest to the next process."""
        self._closing = True
        running = {live.task: live for live in self._live.values() if live.task is not None}
        if running:
            _, left = await asyncio.wait(running, timeout=grace_seconds)
            for task in left:
                running[task].leave()
            if left:
                await asyncio.wait(left, timeout=2)
                await self._give_back([running[task] for task in left])
        await asyncio.to_thread(self._presence.leave)

    async def _give_back(self, left: list[LiveTurn]) -> None:
        turns = [(live.turn_key, live.attempt) for live in left]
        try:
            await self._db.write(lambda tx: takeover.give_back(tx, turns))
        except StewardError:
            log.warning("turns could not be given back; they are resumed when their leases are over", turns=len(turns))

    async def _enter(self) -> None:
        """Be present among the processes that run turns; the first one frees the turns of all that died."""
        if self._presence.is_settled:
            return

        def work(tx: Transaction) -> None:
            if self._presence.enter():
                takeover.expire_all(tx)

        with walls.within(None):  # the turns of everybody
            await self._db.write(work)
        self._presence.settle()

    async def _begin(self, actor: Actor, wish: TurnWish) -> LiveTurn | Earlier:
        """Begin the turn, or return the one that began when the same request was sent before."""
        if self._closing:
            raise Unavailable("The server is shutting down; try again.", retry_after_seconds=2)
        wish = replace(wish, text=_checked(wish.text))
        await self._enter()
        begun = await self._db.write(partial(_begin, actor, wish, self._presence.holder))
        return begun if isinstance(begun, Earlier) else self._start(actor, begun, [])

    def _start(self, actor: Actor, record: TurnRecord, done: list[Message], *, wants_start: bool = True) -> LiveTurn:
        live = LiveTurn(record)
        if wants_start:
            live.emit(Started(record.turn_id, record.conversation_id, record.user_message_id, record.message_id))
        if record.attempts > 1:
            live.emit(Restarted())
        ahead = self._last_in.get(record.conversation_key)
        if ahead is None or ahead.turn_key < record.turn_key:
            self._last_in[record.conversation_key] = live
        else:
            ahead = None
        self._live[record.message_id] = live
        with walls.within(actor):
            live.task = asyncio.create_task(self._runner.run(actor, record, live, done, ahead))
        live.task.add_done_callback(lambda _: self._forget(record, live))
        return live

    def _forget(self, record: TurnRecord, live: LiveTurn) -> None:
        if self._live.get(record.message_id) is live:
            del self._live[record.message_id]
        if self._last_in.get(record.conversation_key) is live:
            del self._last_in[record.conversation_key]
        if not live.is_over:
            live.abandon()
        if not live.result.done():
            live.result.set_exception(_interrupted())
            live.result.exception()

    async def _followed(self, turn_key: int, live: LiveTurn | None, after: int) -> AsyncGenerator[list[Numbered]]:
        """Yield the events of a turn that runs here or elsewhere, or is over."""
        if live is None:
            source = self._from_rows(turn_key, after)
        else:
            source = live.follow(after)
            if after < live.first_number - 1:
                earlier = await self._db.read(lambda tx: store.kept_events(tx, turn_key, after, live.first_number))
                if earlier:
                    yield earlier
        async with aclosing(source):
            async for group in source:
                yield group

    async def _result_from_rows(self, turn_key: int) -> TurnResult:
        """Wait for the end of a turn that another process runs."""
        while (result := await self._db.read(partial(_result, turn_key))) is None:
            if self._closing:
                raise _interrupted()
            await asyncio.sleep(POLL_SECONDS)
        return result

    async def _from_rows(self, turn_key: int, after: int) -> AsyncGenerator[list[Numbered]]:
        seen = after
        while True:
            status, group = await self._db.read(partial(_news, turn_key, seen))
            if status != "running" and not group:
                yield await self._db.read(partial(_end, turn_key, seen))
                return
            if group:
                seen = group[-1].number
                yield group
                if isinstance(group[-1].event, LAST_EVENTS):
                    return
            await asyncio.sleep(POLL_SECONDS)
            if not group:
                yield []


def _interrupted() -> Unavailable:
    sentence = "The answer was interrupted here and follows in the conversation."
    return Unavailable(sentence, retry_after_seconds=5, code="TURN_INTERRUPTED")


def _begin(actor: Actor, wish: TurnWish, holder: int | None, tx: Transaction) -> TurnRecord | Earlier:
    turn_id = new_id()
    if wish.idempotency_key is not None:
        asked = {**asdict(wish), "kind": "turn", "idempotency_key": None}
        earlier = made_before(tx, actor, wish.idempotency_key, asked, turn_id)
        if earlier is not None:
            return Earlier(*message_of_turn(tx, actor, earlier))
    return store.begin(tx, actor, wish, turn_id, holder)


def _result(turn_key: int, tx: Transaction) -> TurnResult | None:
    return ended_turn_result(tx, turn_key)


def _news(turn_key: int, seen: int, tx: Transaction) -> tuple[str | None, list[Numbered]]:
    return store.status_and_events(tx, turn_key, seen)


def _end(turn_key: int, seen: int, tx: Transaction) -> list[Numbered]:
    return ended_turn_events(tx, turn_key, seen)


def _take_over(
    turn_key: int, holder: int | None, tx: Transaction
) -> tuple[Actor, TurnRecord, list[Message], bool, bool] | None:
    """Return what it takes to resume the turn; one whose person may no longer act ends here."""
    taken = takeover.take_over(tx, turn_key, holder)
    if taken is None:
        return None
    record, user_key, done, is_cancelled = taken
    try:
        actor = takeover.person_of(tx, turn_key, user_key)
    except Unauthenticated as error:
        store.finish(tx, record, "failed", Decimal(0), Failed(error.code, error.message, error.kind))
        return None
    return actor, record, done, not takeover.is_start_kept(tx, turn_key), is_cancelled


def _checked(text: str) -> str:
    clean = without_controls(text).strip()
    if not clean:
        raise Invalid("Write a message first.", fields={"message": ["Must not be empty"]})
    if len(clean) > MESSAGE_CHARACTERS:
        sentence = f"Must have at most {MESSAGE_CHARACTERS} characters"
        raise Invalid(f"A message has at most {MESSAGE_CHARACTERS} characters.", fields={"message": [sentence]})
    return clean
