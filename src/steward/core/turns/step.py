"""The tools of one step: carried out in order in one transaction, within the time of a tool.

One transaction, so that a process that dies leaves a step that was done, or not begun: the model that is asked again
never sees half of what it had wanted.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from steward.core.access import with_rights_now
from steward.core.tools import Moment, Toolbox, ToolOutcome
from steward.core.turns import store
from steward.core.turns.rules import AS_WRITTEN, shown_action, storable_json, storable_text
from steward.core.turns.types import TurnRecord
from steward.db.database import Database, Transaction
from steward.kit.actor import Actor
from steward.ports.model import ToolCall


@dataclass(frozen=True, slots=True)
class _Placed:
    """A call with its place among the calls of the step; ``arguments`` are as they are kept."""

    position: int
    call: ToolCall
    arguments: Mapping[str, Any]


_Kept = tuple[_Placed, ToolOutcome]
_Run = Callable[[Callable[[Transaction], list[ToolOutcome]]], Awaitable[list[ToolOutcome]]]


class StepTools:
    """Runs the tool calls of a step."""

    def __init__(self, db: Database, toolbox: Toolbox, seconds: float) -> None:
        self._db = db
        self._toolbox = toolbox
        self._seconds = seconds

    async def run(self, actor: Actor, record: TurnRecord, step: int, calls: Sequence[ToolCall]) -> list[ToolOutcome]:
        """Return the outcomes in the order of the calls.

        Tools that were reported as too slow have no effect; effects exist exactly with the rows of their calls.

        Raises:
            TurnLost: another process has the turn; nothing was done.
        """
        outcomes: dict[int, ToolOutcome] = {}
        refused: list[_Kept] = []
        valid: list[_Placed] = []
        for position, call in enumerate(calls):
            written = storable_json(call.arguments)
            checked = self._toolbox.validate(call.name, written)
            if isinstance(checked, ToolOutcome):
                outcomes[position] = checked
                refused.append((_Placed(position, call, {AS_WRITTEN: storable_text(written)}), checked))
            else:
                valid.append(_Placed(position, call, checked))
        done = await self._carried_out(actor, record, step, valid, refused)
        outcomes.update(zip((one.position for one in valid), done, strict=True))
        return [outcomes[position] for position in range(len(calls))]

    async def _carried_out(
        self, actor: Actor, record: TurnRecord, step: int, valid: Sequence[_Placed], refused: Sequence[_Kept]
    ) -> list[ToolOutcome]:
        """Run the valid calls; write them and the refused ones with the effects, or leave them to the turn's end."""
        moment = Moment(record.created_at, actor.zone, actor.locale)
        only_reads = all(self._only_reads(one.call.name) for one in valid)
        needs_rows = not only_reads or self._need_rows(valid)
        claim = _Claim()
        keep = partial(_keep, actor, record, step)

        def work(tx: Transaction) -> list[ToolOutcome]:
            outcomes = []
            for kept in () if only_reads else refused:
                keep(*kept, tx)
            acting = with_rights_now(tx, actor) if needs_rows else actor  # they may have lost rights since they asked
            for one in valid:
                outcome = self._toolbox.run(tx, acting, one.call.name, one.arguments, moment=moment)
                outcomes.append(outcome)
                if not only_reads:  # at once: a later call of the step may be to take this one back
                    keep(one, outcome, tx)
            if not only_reads:
                store.renew(tx, record)
            if not claim.take():
                raise _TooLate
            return outcomes

        outcomes: list[ToolOutcome] | None = []
        if valid:
            reader: _Run = self._db.read if needs_rows else self._db.glance
            run = reader if only_reads else self._db.write
            outcomes = await self._in_time(asyncio.ensure_future(run(work)), claim, record, valid)
        if outcomes is None:
            outcomes = [_too_slow(one.call.name, self._seconds) for one in valid]
        elif not only_reads:
            return outcomes
        record.unkept_calls += [partial(keep, *kept) for kept in (*refused, *zip(valid, outcomes, strict=True))]
        return outcomes

    def _only_reads(self, name: str) -> bool:
        tool = self._toolbox.tool(name)
        return tool is not None and tool.effect == "none"

    def _need_rows(self, valid: Sequence[_Placed]) -> bool:
        tools = [self._toolbox.tool(one.call.name) for one in valid]
        return any(tool is None or tool.permission is not None for tool in tools)

    async def _in_time(
        self, running: asyncio.Future[list[ToolOutcome]], claim: _Claim, record: TurnRecord, valid: Sequence[_Placed]
    ) -> list[ToolOutcome] | None:
        """Return the outcomes, or None when it took too long and was taken back."""
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.shield(running)
        except asyncio.CancelledError:
            if claim.take():
                running.add_done_callback(_ignore)
            else:  # it commits: what it did belongs to the turn, though nobody waits for the answer any more
                outcomes = await running
                record.note_tools(
                    (one.call.name, outcome.ran, shown_action(one.call.name, outcome.ok, outcome.data, outcome.action))
                    for one, outcome in zip(valid, outcomes, strict=True)
                )
            raise
        except TimeoutError:
            if not claim.take():  # it committed after all: say what happened, not what we feared
                return await running
            running.add_done_callback(_ignore)
            return None


class _TooLate(Exception):
    """Rolls a transaction back whose caller has given it up."""


class _Claim:
    """Whoever takes it first decides: the tools that commit, or the clock that gave them up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def take(self) -> bool:
        return self._lock.acquire(blocking=False)


def _keep(actor: Actor, record: TurnRecord, step: int, one: _Placed, outcome: ToolOutcome, tx: Transaction) -> None:
    store.record_tool(
        tx,
        actor=actor,
        turn_key=record.turn_key,
        step=step,
        position=one.position,
        call=one.call,
        arguments=one.arguments,
        outcome=outcome,
    )


def _too_slow(name: str, seconds: float) -> ToolOutcome:
    sentence = f"{name} took longer than {seconds:g} seconds and was stopped."
    return ToolOutcome(False, {"ok": False, "error": {"code": "TIMEOUT", "message": sentence}})


def _ignore(future: asyncio.Future[list[ToolOutcome]]) -> None:
    if not future.cancelled():
        future.exception()
