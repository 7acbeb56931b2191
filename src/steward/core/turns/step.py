"""The tools of one step: carried out in order in one transaction, within the time of a tool.

One transaction, so that a process that dies leaves a step that was done, or not begun: the model that is asked again
never sees half of what it had wanted.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from steward.core.tools import Moment, Toolbox, ToolOutcome
from steward.core.turns import store
from steward.core.turns.rules import storable_json
from steward.core.turns.types import TurnRecord
from steward.db.database import Database, Transaction
from steward.kit.actor import Actor
from steward.ports.model import ToolCall


@dataclass(frozen=True, slots=True)
class _Valid:
    """A call whose arguments fit, with its place among the calls of the step."""

    position: int
    call: ToolCall
    arguments: Mapping[str, Any]


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
        valid: list[_Valid] = []
        for position, call in enumerate(calls):
            checked = self._toolbox.validate(call.name, storable_json(call.arguments))
            if isinstance(checked, ToolOutcome):
                outcomes[position] = checked
            else:
                valid.append(_Valid(position, call, checked))
        if valid:
            done = await self._carried_out(actor, record, step, valid)
            outcomes.update(zip((one.position for one in valid), done, strict=True))
        return [outcomes[position] for position in range(len(calls))]

    async def _carried_out(
        self, actor: Actor, record: TurnRecord, step: int, valid: Sequence[_Valid]
    ) -> list[ToolOutcome]:
        moment = Moment(record.created_at, actor.zone, actor.locale)
        only_reads = all(self._only_reads(one.call.name) for one in valid)
        claim = _Claim()

        def work(tx: Transaction) -> list[ToolOutcome]:
            outcomes = []
            for one in valid:
                outcome = self._toolbox.run(tx, actor, one.call.name, one.arguments, moment=moment)
                outcomes.append(outcome)
                if not only_reads:
                    _keep(actor, record, step, one, outcome, tx)
            if not only_reads:
                store.renew(tx, record)
            if not claim.take():
                raise _TooLate
            return outcomes

        run = self._db.write
        if only_reads:
            run = self._db.read if any(self._needs_rows(one.call.name) for one in valid) else self._db.glance
        outcomes = await self._in_time(asyncio.ensure_future(run(work)), claim, record, valid)
        if outcomes is None:
            outcomes = [_too_slow(one.call.name, self._seconds) for one in valid]
        elif not only_reads:
            return outcomes
        record.unkept_calls += [
            partial(_keep, actor, record, step, one, outcome) for one, outcome in zip(valid, outcomes, strict=True)
        ]
        return outcomes

    def _only_reads(self, name: str) -> bool:
        tool = self._toolbox.tool(name)
        return tool is not None and tool.effect == "none"

    def _needs_rows(self, name: str) -> bool:
        tool = self._toolbox.tool(name)
        return tool is None or tool.permission is not None

    async def _in_time(
        self, running: asyncio.Future[list[ToolOutcome]], claim: _Claim, record: TurnRecord, valid: Sequence[_Valid]
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
                record.note_tools((one.call.name, outcome.action) for one, outcome in zip(valid, outcomes, strict=True))
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


def _keep(actor: Actor, record: TurnRecord, step: int, one: _Valid, outcome: ToolOutcome, tx: Transaction) -> None:
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
