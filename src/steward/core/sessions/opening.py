"""Opening sessions: the row, the audit entry and the tokens, inside the transaction of whoever let somebody in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from steward.core.accounts import AccountService, UserView
from steward.core.audit import Action, AuditLog, storable_text
from steward.core.factors import Prover
from steward.core.sessions import gate
from steward.core.sessions.errors import SessionEnded
from steward.core.sessions.tokens import PENDING_SECONDS, Issuer, SessionFacts
from steward.core.sessions.types import Grant, Origin, Surface
from steward.db.database import Transaction
from steward.kit.actor import Actor
from steward.kit.ids import new_id


class Opener:
    """Opens sessions and completes those that wait for a second factor. ``life`` is from sign-in to the latest end."""

    def __init__(
        self, issuer: Issuer, accounts: AccountService, prover: Prover, audit: AuditLog, life: timedelta
    ) -> None:
        self._issuer = issuer
        self._accounts = accounts
        self._prover = prover
        self._audit = audit
        self._life = life

    def open(
        self,
        tx: Transaction,
        user: UserView,
        tenant_key: int,
        origin: Origin,
        *,
        method: str,
        is_proved: bool = False,
        action: Action = Action.LOGIN_SUCCEEDED,
    ) -> Grant:
        """Return the tokens of a new session: those before the second factor where one is on and not ``is_proved``."""
        standing = self._prover.standing(tx, user.user_number)
        is_due = standing.is_on and not is_proved
        life = timedelta(seconds=PENDING_SECONDS) if is_due else self._life
        facts = SessionFacts(new_id(), user.id, tx.now, tx.now + life, 1, tx.now)
        gate.add(
            tx,
            id=facts.id,
            user_key=user.user_number,
            user_agent=storable_text(origin.user_agent, 400),
            ip=storable_text(origin.ip, 64),
            surface=origin.surface,
            method=method,
            factor_due=is_due,
            factor_at=tx.now if is_proved else None,
            refresh_floor=0,
            created_at=tx.now,
            last_activity_at=tx.now,
            expires_at=facts.expires_at,
        )
        self._audit.record(
            tx,
            action=Action.LOGIN_FACTOR_DUE if is_due else action,
            resource=f"session/{facts.id}",
            tenant_key=tenant_key,
            user_key=user.user_number,
            ip=origin.ip,
            details={"surface": origin.surface, "method": method},
        )
        if is_due:
            return self._issuer.pending(facts, user, standing.methods, tx.now)
        grant = self._issuer.grant(facts, user, origin.surface, tx.now)
        return replace(grant, mfa_setup_required=standing.setup_required)

    def complete(self, tx: Transaction, actor: Actor, surface: Surface) -> Grant | None:
        """Note that the actor has proved a second factor; return the tokens if their session was waiting for it.

        Raises:
            SessionEnded: it is over, or was completed by somebody else just before.
        """
        if not actor.factor_due or actor.session_id is None:
            gate.note_factor(tx, actor)
            return None
        row = gate.session_of_token(tx, actor.session_id, for_update=True)
        if row is None or not row.factor_due or not gate.is_open(row, tx.now, self._life):
            raise SessionEnded
        started = row.session_created_at
        facts = SessionFacts(actor.session_id, actor.user_id, started, started + self._life, 1, tx.now)
        gate.complete(tx, row.session_key, facts.expires_at)
        self._audit.record(
            tx,
            action=Action.LOGIN_SUCCEEDED,
            resource=f"session/{facts.id}",
            actor=actor,
            details={"surface": surface, "second_factor": True},
        )
        return self._issuer.grant(facts, self._accounts.view(tx, actor.user_key), surface, tx.now)
