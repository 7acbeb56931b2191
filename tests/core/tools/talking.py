"""Runs tools as a turn does: validate, run and record in one transaction."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from steward.core.tools import Moment, Toolbox, ToolOutcome
from steward.db.database import Database, Transaction
from steward.db.tables import ToolCall, Turn
from steward.kit.actor import Actor


class Talk:
    """One person's turn that runs one tool after the other; ``said_at`` is when they spoke, if that is not now."""

    said_at: datetime | None = None

    def __init__(self, database: Database, toolbox: Toolbox, actor: Actor) -> None:
        self.database, self.toolbox, self.actor = database, toolbox, actor
        self.step = 0
        self.turn_key = database.write_now(self._begin)

    def _begin(self, tx: Transaction) -> int:
        turn = Turn(
            tenant_key=self.actor.tenant_key,
            user_key=self.actor.user_key,
            channel="chat",
            status="running",
            created_at=tx.now,
        )
        tx.add(turn)
        tx.session.flush()
        return turn.key

    def run(self, name: str, zone: str = "", /, **arguments: Any) -> ToolOutcome:
        """Run the tool and keep its call."""
        arguments = {key.rstrip("_"): value for key, value in arguments.items()}
        checked = self.toolbox.validate(name, json.dumps(arguments))
        if isinstance(checked, ToolOutcome):
            return checked
        self.step += 1

        def work(tx: Transaction) -> ToolOutcome:
            moment = Moment(self.said_at or tx.now, zone or self.actor.zone)
            outcome = self.toolbox.run(tx, self.actor, name, checked, moment=moment)
            tx.add(
                ToolCall(
                    turn_key=self.turn_key,
                    user_key=self.actor.user_key,
                    step=self.step,
                    position=0,
                    call_id=f"call_{self.step}",
                    name=name,
                    arguments=dict(checked),
                    ok=outcome.ok,
                    result=dict(outcome.data),
                    inverse=None if outcome.inverse is None else dict(outcome.inverse),
                    undoable=outcome.inverse is not None,
                    created_at=tx.now,
                )
            )
            return outcome

        return self.database.write_now(work)

    def done(self, name: str, zone: str = "", /, **arguments: Any) -> dict[str, Any]:
        """Run the tool, which must succeed, and return its data."""
        outcome = self.run(name, zone, **arguments)
        assert outcome.ok, outcome.data
        assert outcome.data["ok"] is True
        return dict(outcome.data)

    def failed(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """Run the tool, which must fail, and return the error."""
        outcome = self.run(name, **arguments)
        assert not outcome.ok
        assert outcome.data["ok"] is False
        assert outcome.inverse is None
        assert outcome.action is None
        return dict(outcome.data["error"])
