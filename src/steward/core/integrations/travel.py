"""Sending somebody to a provider and telling, when a browser comes back, whose errand it is and that it is theirs.

The state is a one-time value of ten minutes. Beside it lie, sealed, the PKCE verifier and the nonce, which the browser
never sees. Where the errand began in a browser, the state is bound to a random value in a cookie of that browser, so
that nobody can finish in somebody else's browser what they began in theirs. Source: security notes, items 54 to 57.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from typing import cast

import orjson

from steward.core.integrations.errors import StateWrong
from steward.core.integrations.types import STATE_SECONDS, Departure, Flow, Return
from steward.core.proofs import ProofKind, Proofs, ProofWrong
from steward.db.database import Database, Transaction
from steward.kit.actor import Actor
from steward.kit.secrets import sha256_hex
from steward.ports.oauth import Asked, OAuthProvider

_BOUND = "browser:"
_FREE = "user"


@dataclass(frozen=True, slots=True)
class Errand:
    """What somebody went for. ``tenant_key`` and ``user_key`` are None where they are not signed in."""

    flow: Flow
    provider: str
    asked: Asked
    return_to: str
    tenant_key: int | None
    user_key: int | None


class Travel:
    """Departures and returns."""

    def __init__(self, db: Database, proofs: Proofs, public_url: str) -> None:
        self._db = db
        self._proofs = proofs
        self._callback = f"{public_url.rstrip('/')}/api/v1/oauth/callback"

    async def depart(
        self,
        provider: OAuthProvider,
        flow: Flow,
        *,
        scopes: tuple[str, ...],
        return_to: str,
        actor: Actor | None,
        is_bound: bool,
    ) -> Departure:
        """Return where to go; ``is_bound`` makes a value that the browser must bring back.

        Every provider has a callback of its own, so that one cannot pass its codes off as another's.

        Raises:
            Unavailable: the provider does not tell where.
        """
        verifier, nonce = token_urlsafe(48), token_urlsafe(32)
        browser = token_urlsafe(32) if is_bound else None
        data = {"flow": flow, "provider": provider.name, "scopes": list(scopes), "return_to": return_to}

        def work(tx: Transaction) -> str:
            return self._proofs.issue(
                tx,
                ProofKind.OAUTH_STATE,
                life=timedelta(seconds=STATE_SECONDS),
                tenant_key=actor.tenant_key if actor else None,
                user_key=actor.user_key if actor else None,
                target=f"{_BOUND}{sha256_hex(browser)}" if browser else _FREE,
                data=data,
                secret=orjson.dumps({"verifier": verifier, "nonce": nonce}),
            )

        state = await self._db.write(work)
        asked = Asked(self._callback_of(provider.name), scopes, state, nonce, verifier)
        return Departure(provider.name, await provider.authorization_url(asked), state, STATE_SECONDS, browser)

    async def come_back(self, came: Return) -> Errand:
        """Use the state up and return what it was for.

        Raises:
            StateWrong: it is unknown, used or too old, of another provider, or did not begin in this browser.
        """
        errand = await self._db.write(lambda tx: self._taken(tx, came))
        if errand is None:
            raise StateWrong
        return errand

    def _taken(self, tx: Transaction, came: Return) -> Errand | None:
        """Return the errand; None uses the state up nevertheless."""
        try:
            proof = self._proofs.redeem(tx, ProofKind.OAUTH_STATE, came.state)
        except ProofWrong:
            return None
        data, secret = proof.data, orjson.loads(proof.secret or b"{}")
        if came.provider not in (None, data["provider"]):
            return None
        if proof.target != _FREE and proof.target != f"{_BOUND}{sha256_hex(came.browser or '')}":
            return None
        if proof.user_key is not None and came.visitor_key not in (None, proof.user_key):
            return None
        asked = Asked(
            self._callback_of(data["provider"]),
            tuple(data["scopes"]),
            came.state,
            secret["nonce"],
            secret["verifier"],
        )
        flow = cast("Flow", data["flow"])
        return Errand(flow, data["provider"], asked, data["return_to"], proof.tenant_key, proof.user_key)

    def _callback_of(self, provider: str) -> str:
        return f"{self._callback}/{provider}"
