"""Carries one turn out: the model and the tools between the two transactions, the lease, and every way it can end."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from decimal import Decimal
from functools import partial
from typing import Any

import structlog

from steward.core.tools import Moment, Toolbox, ToolOutcome
from steward.core.turns import store
from steward.core.turns.live import LiveTurn
from steward.core.turns.loop import Limits, TurnLoop
from steward.core.turns.rules import SYSTEM_PROMPT, trimmed
from steward.core.turns.types import Failed, Finished, TurnRecord, TurnResult, TurnStatus
from steward.db.database import Database, Transaction
from steward.kit.actor import Actor
from steward.kit.errors import StewardError
from steward.ports.model import Message, ModelRegistry, ModelRequest, Surroundings, ToolCall, Usage
from steward.settings import Settings

log = structlog.get_logger(__name__)

FLUSH_SECONDS = 0.25
RENEW_SECONDS = 1.0
ATTEMPTS = 3


class TurnRunner:
    """Runs turns; holds what all of them share."""

    def __init__(self, db: Database, models: ModelRegistry, toolbox: Toolbox, settings: Settings) -> None:
        self._db = db
        self._models = models
        self._toolbox = toolbox
        self._seconds = settings.turn_seconds
        self._limits = Limits(settings.turn_steps, settings.turn_tokens, settings.tool_seconds)

    async def run(
        self, actor: Actor, record: TurnRecord, live: LiveTurn, done: list[Message], before: LiveTurn | None
    ) -> None:
        """Carry the turn out and store its end, whatever that is.

        ``done`` are tool exchanges that an earlier process committed; ``before`` is the turn ahead in the conversation.
        """
        keeper = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._start_keeping, live)
        status: TurnStatus = "completed"
        failure: Failed | None = None
        try:
            if record.attempts > ATTEMPTS:
                failure = Failed("TURN_INTERRUPTED", "The server stopped several times while it worked on this.")
            else:
                async with asyncio.timeout(self._seconds):
                    await self._converse(actor, record, live, done, before)
        except asyncio.CancelledError:
            if not live.cancelled:
                raise
            status = "cancelled"
        except TimeoutError:
            failure = Failed("TURN_TIMEOUT", f"The assistant took longer than {self._seconds:g} seconds.")
        except StewardError as error:
            failure = Failed(error.code, error.message, error.kind, getattr(error, "retry_after_seconds", None))
        except Exception:
            # The outermost boundary of a turn: whatever a vendor or a tool did, the turn ends and says so.
            log.exception("turn failed", turn=str(record.turn_id))
            failure = Failed("INTERNAL_ERROR", "Something went wrong; the error was logged.")
        finally:
            keeper.cancel()
            live.ending.set()
        await asyncio.shield(self._end(record, live, "failed" if failure else status, failure))

    async def _converse(
        self, actor: Actor, record: TurnRecord, live: LiveTurn, done: list[Message], before: LiveTurn | None
    ) -> None:
        if before is not None and not before.result.done():
            await asyncio.wait([before.result])
            record.history = await self._db.read(
                lambda tx: store.history_before(tx, record.conversation_key, record.turn_key)
            )
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

        async def run_tool(step: int, position: int, call: ToolCall) -> ToolOutcome:
            return await self._run_tool(actor, record, step, position, call)

        await TurnLoop(model, run_tool, live.emit, self._limits, record).run(request)

    async def _run_tool(
        self, actor: Actor, record: TurnRecord, step: int, position: int, call: ToolCall
    ) -> ToolOutcome:
        arguments = self._toolbox.validate(call.name, call.arguments)
        if isinstance(arguments, ToolOutcome):
            return arguments
        moment = Moment(record.created_at, actor.zone, actor.locale)
        kept = partial(
            store.record_tool, turn_key=record.turn_key, step=step, position=position, call=call, arguments=arguments
        )
        tool = self._toolbox.tool(call.name)
        if tool is not None and tool.effect == "none":
            outcome = await self._db.read(lambda tx: self._toolbox.run(tx, actor, call.name, arguments, moment=moment))
            record.unkept_calls.append(partial(kept, actor=actor, outcome=outcome))
            return outcome
        claim = _Claim()

        def work(tx: Transaction) -> ToolOutcome:
            outcome = self._toolbox.run(tx, actor, call.name, arguments, moment=moment)
            kept(tx, actor=actor, outcome=outcome)
            if not claim.take():
                raise _TooLate
            return outcome

        running = asyncio.ensure_future(self._db.write(work))
        return await self._in_time(running, claim, call.name)

    async def _in_time(self, running: asyncio.Future[ToolOutcome], claim: _Claim, name: str) -> ToolOutcome:
        try:
            return await asyncio.wait_for(asyncio.shield(running), self._limits.tool_seconds)
        except asyncio.CancelledError:
            claim.take()
            running.add_done_callback(_ignore)
            raise
        except TimeoutError:
            if not claim.take():  # it committed after all: say what happened, not what we feared
                return await running
            running.add_done_callback(_ignore)
            sentence = f"{name} took longer than {self._limits.tool_seconds:g} seconds and was stopped."
            return ToolOutcome(False, {"ok": False, "error": {"code": "TIMEOUT", "message": sentence}})

    def _start_keeping(self, live: LiveTurn) -> None:
        live.keeper = asyncio.create_task(self._keep(live))

    async def _keep(self, live: LiveTurn) -> None:
        """Keep events and the lease of a turn that runs longer than a moment; hear a cancellation from elsewhere."""
        waited = RENEW_SECONDS
        while not live.ending.is_set():
            batch = live.unkept()
            renew = waited >= RENEW_SECONDS
            waited = 0.0 if renew else waited + FLUSH_SECONDS
            if batch or renew:

                def work(tx: Transaction, batch: list[Any] = batch, renew: bool = renew) -> bool:
                    store.keep_events(tx, live.turn_key, batch)
                    return store.renew(tx, live.turn_key) if renew else False

                try:
                    wanted = await self._db.write(work)
                except StewardError:
                    log.warning("the events of a turn could not be kept", turn_key=live.turn_key)
                else:
                    live.kept += len(batch)
                    if wanted:
                        live.cancel()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(live.ending.wait(), FLUSH_SECONDS)

    async def _end(self, record: TurnRecord, live: LiveTurn, status: TurnStatus, failure: Failed | None) -> None:
        if live.keeper is not None:
            await asyncio.wait([live.keeper])
        model_used, usage = record.model_used, Usage(record.input_tokens, record.output_tokens)
        must_keep = live.followed or live.kept > 0
        batch = live.unkept()

        def work(tx: Transaction) -> tuple[TurnResult, Failed | Finished]:
            cost = Decimal(self._models.cost_usd(model_used, usage)) if model_used else Decimal(0)
            for keep in record.unkept_calls:
                keep(tx)
            message = store.finish(tx, record, status, cost, failure)
            last: Failed | Finished = failure or Finished(
                record.message_id, message.tokens_used, cost, model_used, cancelled=status == "cancelled"
            )
            if must_keep:
                store.keep_events(tx, record.turn_key, [*batch, live.numbered_next(last)])
            result = TurnResult(
                record.turn_id,
                status,
                message,
                record.user_message_id,
                failure,
            )
            return result, last

        result, last = await self._write_end(work)
        live.emit(last)
        if not live.result.done():
            live.result.set_result(result)

    async def _write_end(self, work: Any) -> Any:
        for pause_seconds in (0.5, 2.0, 5.0, None):
            try:
                return await self._db.write(work)
            except StewardError:
                if pause_seconds is None:
                    raise
                await asyncio.sleep(pause_seconds)
        raise AssertionError("unreachable")


class _TooLate(Exception):
    """Rolls a transaction back whose caller has given it up."""


class _Claim:
    """Whoever takes it first decides: the tool that commits, or the clock that gave it up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def take(self) -> bool:
        return self._lock.acquire(blocking=False)


def _ignore(future: asyncio.Future[ToolOutcome]) -> None:
    future.exception()
