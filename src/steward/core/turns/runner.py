"""Carries one turn out: the model and the tools between the two transactions, the lease, and every way it can end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial

import structlog

from steward.core.tools import Toolbox, ToolOutcome
from steward.core.turns import store
from steward.core.turns.live import LiveTurn
from steward.core.turns.loop import Limits, TurnLoop
from steward.core.turns.presence import make_presence
from steward.core.turns.rules import SYSTEM_PROMPT, trimmed
from steward.core.turns.step import StepTools
from steward.core.turns.store import TurnLost
from steward.core.turns.types import Failed, Finished, Numbered, TurnRecord, TurnResult, TurnStatus
from steward.db.database import Database, Transaction
from steward.kit.actor import Actor
from steward.kit.errors import StewardError
from steward.ports.model import Message, ModelRegistry, ModelRequest, Surroundings, ToolCall
from steward.settings import Settings

log = structlog.get_logger(__name__)

FLUSH_SECONDS = 0.25
RENEW_SECONDS = 1.0
AHEAD_SECONDS = 0.3
ATTEMPTS = 5
TURNS_AHEAD = 2
"""For how many turns of full length in the same conversation a turn waits before its own time begins."""
_PAUSES = (0.5, 2.0, 5.0)
_CRASHED = Failed("INTERNAL_ERROR", "Something went wrong; the error was logged.")

_End = tuple[TurnResult, Failed | Finished]


class TurnRunner:
    """Runs turns; holds what all of them share."""

    def __init__(self, db: Database, models: ModelRegistry, toolbox: Toolbox, settings: Settings) -> None:
        self.presence = make_presence(settings, db.engine)
        self._db = db
        self._models = models
        self._toolbox = toolbox
        self._seconds = settings.turn_seconds
        self._limits = Limits(settings.turn_steps, settings.turn_tokens)
        self._tools = StepTools(db, toolbox, settings.tool_seconds)

    async def run(
        self, actor: Actor, record: TurnRecord, live: LiveTurn, done: list[Message], ahead: LiveTurn | None
    ) -> None:
        """Carry the turn out and store its end, whatever that is.

        ``done`` are tool exchanges that an earlier process committed; ``ahead`` is the turn before it in the
        conversation, where that runs in this process.
        """
        live.begun = True
        keeper = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._start_keeping, record, live)
        status: TurnStatus = "completed"
        failure: Failed | None = None
        try:
            failure = await self._tried(actor, record, live, done, ahead)
        except asyncio.CancelledError:
            if not live.cancelled:
                raise
            status = "cancelled"
        except TurnLost:
            log.warning("another process has the turn", turn=str(record.turn_id))
            return
        finally:
            keeper.cancel()
            live.ending.set()
        await asyncio.shield(self._end(record, live, "failed" if failure else status, failure))

    async def _tried(
        self, actor: Actor, record: TurnRecord, live: LiveTurn, done: list[Message], ahead: LiveTurn | None
    ) -> Failed | None:
        """Return why the turn failed, or None."""
        if live.cancelled:
            raise asyncio.CancelledError
        if record.attempts > ATTEMPTS:
            return Failed("TURN_INTERRUPTED", "The server stopped several times while it worked on this.")
        try:
            async with asyncio.timeout(self._seconds * TURNS_AHEAD):
                await self._until_first(record, ahead)
            async with asyncio.timeout(self._seconds):
                await self._converse(actor, record, live, done)
        except TimeoutError:
            return Failed("TURN_TIMEOUT", f"The assistant took longer than {self._seconds:g} seconds.")
        except StewardError as error:
            return Failed(error.code, error.message, error.kind, getattr(error, "retry_after_seconds", None))
        except TurnLost:
            raise
        except Exception:
            # The outermost boundary of a turn: whatever a vendor or a tool did, the turn ends and says so.
            log.exception("turn failed", turn=str(record.turn_id))
            return _CRASHED
        return None

    async def _until_first(self, record: TurnRecord, ahead: LiveTurn | None) -> None:
        """Wait until no earlier turn of the conversation runs, in whichever process; then the history is whole."""
        while record.is_behind:
            if ahead is not None and not ahead.result.done():
                await asyncio.wait([ahead.result])
            else:
                await asyncio.sleep(AHEAD_SECONDS)
            record.history, record.is_behind = await self._db.read(
                lambda tx: store.history_before(tx, record.conversation_key, record.turn_key)
            )

    async def _converse(self, actor: Actor, record: TurnRecord, live: LiveTurn, done: list[Message]) -> None:
        model = self._models.choose(record.provider, record.model)
        system = SYSTEM_PROMPT + (f"\n\n{record.system_prompt}" if record.system_prompt else "")
        request = ModelRequest(
            model=record.model or "",
            messages=[
                Message("system", system),
                *trimmed(record.history),
                Message("user", record.wish.text),
                *done,
            ],
            tools=self._toolbox.specs(actor),
            temperature=record.wish.temperature,
            max_tokens=record.wish.max_tokens,
            surroundings=Surroundings(record.created_at, actor.zone, actor.locale, actor.name),
        )

        async def run_tools(step: int, calls: Sequence[ToolCall]) -> list[ToolOutcome]:
            return await self._tools.run(actor, record, step, calls)

        await TurnLoop(model, run_tools, live.emit, self._limits, record).run(request)

    def _start_keeping(self, record: TurnRecord, live: LiveTurn) -> None:
        live.keeper = asyncio.create_task(self._keep(record, live))

    async def _keep(self, record: TurnRecord, live: LiveTurn) -> None:
        """Keep events and the lease of a turn that runs longer than a moment; hear a cancellation from elsewhere."""
        waited = RENEW_SECONDS
        while not live.ending.is_set():
            batch = live.unkept()
            renew = waited >= RENEW_SECONDS
            waited = 0.0 if renew else waited + FLUSH_SECONDS
            if batch or renew:
                try:
                    wanted = await self._db.write(partial(_kept, record, batch, renew))
                except StewardError:
                    log.warning("the events of a turn could not be kept", turn=str(record.turn_id))
                except TurnLost:
                    log.warning("another process has the turn", turn=str(record.turn_id))
                    live.lose()
                    return
                else:
                    live.kept += len(batch)
                    if wanted:
                        live.cancel()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_SECONDS):
                    await live.ending.wait()

    async def _end(self, record: TurnRecord, live: LiveTurn, status: TurnStatus, failure: Failed | None) -> None:
        if live.keeper is not None:
            await asyncio.wait([live.keeper])
        must_keep = live.followed or live.kept > 0 or record.attempts > 1
        batch = live.unkept() if must_keep else None

        def work(tx: Transaction) -> _End:
            return self._stored(tx, record, live, status, failure, batch)

        try:
            result, last = await self._written(work)
        except (StewardError, TurnLost) as error:
            log.error(
                "the end of a turn could not be stored", turn=str(record.turn_id), error=repr(error.__cause__ or error)
            )
            return  # it counts as running: when its lease is over, it is resumed
        except Exception:
            # Something in the turn cannot be stored. What ends it then is a failure of which nothing varies.
            log.exception("the end of a turn was refused", turn=str(record.turn_id))
            bare = _without_contents(record)
            result, last = await self._written(
                lambda tx: self._stored(tx, bare, live, "failed", _CRASHED, None if batch is None else [])
            )
        live.emit(last)
        if not live.result.done():
            live.result.set_result(result)

    def _stored(
        self,
        tx: Transaction,
        record: TurnRecord,
        live: LiveTurn,
        status: TurnStatus,
        failure: Failed | None,
        batch: list[Numbered] | None,
    ) -> _End:
        cost = sum((Decimal(self._models.cost_usd(model, usage)) for model, usage in record.used), Decimal(0))
        for keep in record.unkept_calls:
            keep(tx)
        message = store.finish(tx, record, status, cost, failure)
        last: Failed | Finished = failure or Finished(
            record.message_id, message.tokens_used, cost, record.model_used, cancelled=status == "cancelled"
        )
        if batch is not None:
            store.keep_events(tx, record.turn_key, [*batch, live.numbered_next(last)])
        return TurnResult(record.turn_id, status, message, record.user_message_id, failure), last

    async def _written(self, work: Callable[[Transaction], _End]) -> _End:
        for pause_seconds in _PAUSES:
            try:
                return await self._db.write(work)
            except StewardError:
                await asyncio.sleep(pause_seconds)
        return await self._db.write(work)


def _without_contents(record: TurnRecord) -> TurnRecord:
    """Return the turn with nothing in it that a model, a tool or a vendor said."""
    bare = replace(record, frame=None, text=[], actions=[], unkept_calls=[], tools_used=[], used=[], model_used=None)
    bare.input_tokens = bare.output_tokens = 0
    return bare


def _kept(record: TurnRecord, batch: Sequence[Numbered], renew: bool, tx: Transaction) -> bool:
    store.keep_events(tx, record.turn_key, batch)
    return store.renew(tx, record) if renew else False
