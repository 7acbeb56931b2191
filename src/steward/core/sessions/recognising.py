"""Telling who a request comes from, and when that is no longer so.

What a session row says is believed for a second, so that most requests need no database. Source: decision F01.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from steward.core.access import actor_of
from steward.core.access.hints import Hints
from steward.core.access.memory import ActorMemory, Bounded
from steward.core.sessions import gate
from steward.core.sessions.errors import SessionEnded, TokenExpired, TokenWrong
from steward.core.sessions.tokens import Claims, Purpose, TokenSigner
from steward.db.database import Database, Transaction
from steward.kit.actor import Actor
from steward.kit.errors import Unavailable
from steward.ports.live import LiveHints

ENDED = "ended"
"""The hint on ``channel_of`` a session when it is over."""

_REMEMBERED = 10_000
_ACTIVITY_EVERY = timedelta(seconds=60)
_LOOK_EVERY_SECONDS = 0.8
"""With the look itself, a stream ends within a second of its session."""
_SHOWN_AS: dict[Purpose, tuple[Purpose, ...]] = {"access": ("access", "pending"), "cookie": ("cookie",)}
"""Which tokens are taken where: the one from before the second factor travels like an access token."""


class Recogniser:
    """Reads tokens and cookies, and watches sessions. ``idle`` is how long a session may be left alone."""

    def __init__(
        self,
        db: Database,
        signer: TokenSigner,
        live: LiveHints | None,
        idle: timedelta,
        monotonic: Callable[[], float],
    ) -> None:
        self._db = db
        self._signer = signer
        self._live = live
        self._idle = idle
        self._read_tokens: Bounded[str, Claims] = Bounded(_REMEMBERED)
        self._memory: ActorMemory[UUID] = ActorMemory(_REMEMBERED, monotonic)
        self._hints = Hints(db)

    def cached(self, token: str, ip: str = "", *, purpose: Purpose = "access") -> Actor | None:
        """Return who the token belongs to if this process was sure of it within the last second, else None.

        No database, no waiting: about 2 microseconds. None means ``authenticate``, which also knows what is wrong.
        """
        claims = self._read_tokens.get(token)
        if claims is None or claims.purpose not in _SHOWN_AS[purpose]:
            return None
        now = self._db.clock.now().timestamp()
        return None if now >= claims.expires_at else self._remembered(claims, now, ip)

    async def authenticate(self, token: str, ip: str = "") -> Actor:
        """Return who an access token belongs to, checked against the session row at most a second ago.

        A token from before the second factor gives an actor whose ``factor_due``, as long as it is.

        Raises:
            TokenWrong: it is not an access token of this server.
            TokenExpired: its time is over.
            SessionEnded: the session is over, or the account is switched off.
        """
        return self.cached(token, ip) or await self._check(self._claims(token, *_SHOWN_AS["access"]), ip)

    async def authenticate_cookie(self, value: str, ip: str = "") -> Actor:
        """Return who a browser's session cookie belongs to; checked and refused like ``authenticate``."""
        return self.cached(value, ip, purpose="cookie") or await self._check(self._claims(value, "cookie"), ip)

    def forget(self, session_id: UUID) -> None:
        """Ask the database again at the next request of this session: something about it changed."""
        self._memory.forget(session_id)

    def forget_user(self, user_key: int) -> None:
        """Ask the database again at the next request of every session of this person."""
        self._memory.forget_user(user_key)

    def has_ended(self, session_id: UUID) -> None:
        """Forget the session and tell the streams and sockets that live on it; from any thread."""
        self._memory.forget(session_id)
        if self._live is not None:
            self._live.publish(channel_of(session_id), ENDED)

    async def until_ended(self, actor: Actor) -> None:
        """Return once the actor's session is over, in whichever process that happened: at most a second later.

        For streams and sockets, which outlive the check at their start. Never returns for an actor without a session.
        """
        if actor.session_id is None or self._live is None:
            await asyncio.Event().wait()
            return
        claims = Claims("pending" if actor.factor_due else "access", actor.user_id, actor.session_id, 0, 0)
        async with self._live.listen(channel_of(actor.session_id)) as hints:
            news: asyncio.Future[str] = asyncio.ensure_future(anext(hints))
            try:
                while await self._is_open(claims, actor.ip):
                    await asyncio.wait([news], timeout=_LOOK_EVERY_SECONDS)
                    if news.done():
                        news = asyncio.ensure_future(anext(hints))
            finally:
                news.cancel()

    async def settle(self) -> None:
        """Wait until the noted times of last activity are written; call it before the database is closed."""
        await self._hints.settle()

    def _claims(self, token: str, *purposes: Purpose) -> Claims:
        claims = self._read_tokens.get(token)
        if claims is None:
            claims = self._signer.read(token)
            if claims.purpose in purposes and claims.purpose != "refresh":
                self._read_tokens.put(token, claims)
        if claims.purpose not in purposes:
            raise TokenWrong
        if self._db.clock.now().timestamp() >= claims.expires_at:
            self._read_tokens.drop(token)
            raise TokenExpired
        return claims

    async def _check(self, claims: Claims, ip: str) -> Actor:
        # It may have been checked a moment ago through another token of the session.
        known = self._remembered(claims, self._db.clock.now().timestamp(), ip)
        return known or await self._asked(claims, ip)

    def _remembered(self, claims: Claims, now: float, ip: str) -> Actor | None:
        known = self._memory.get(claims.session_id, now, ip)
        return known if known is not None and known.factor_due == (claims.purpose == "pending") else None

    async def _asked(self, claims: Claims, ip: str) -> Actor:
        """Return the actor as the database says at this moment."""
        ticket = self._memory.ticket()

        def work(tx: Transaction) -> Row[*tuple[Any, ...]]:
            row = self._open_row(tx, claims)
            if tx.now - row.last_activity_at >= _ACTIVITY_EVERY:
                stale.append(row.session_key)
            return row

        stale: list[int] = []
        row = await self._db.glance(work)
        for session_key in stale:
            self._note_activity(session_key)
        actor = actor_of(row, session_id=claims.session_id, ip=ip)
        if row.factor_due:
            actor = replace(actor, role="", permissions=frozenset(), factor_due=True)
        elif row.factor_at is not None:
            actor = replace(actor, factor_at=row.factor_at)
        self._memory.put(claims.session_id, actor, gate.end_of(row, self._idle).timestamp(), ticket)
        return actor

    async def _is_open(self, claims: Claims, ip: str) -> bool:
        try:
            await self._asked(claims, ip)
        except SessionEnded:
            return False
        except Unavailable:  # not known just now: look again
            return True
        return True

    def _open_row(self, tx: Transaction, claims: Claims, *, for_update: bool = False) -> Row[*tuple[Any, ...]]:
        """Return the session of a token if it goes on and is as far as the token says.

        Raises:
            SessionEnded: it does not, or its second factor is missing, or it is no longer.
        """
        row = gate.session_of_token(tx, claims.session_id, for_update=for_update)
        if row is None or row.user_id != claims.user_id or not gate.is_open(row, tx.now, self._idle):
            raise SessionEnded
        if row.factor_due != (claims.purpose == "pending"):
            raise SessionEnded
        return row

    def _note_activity(self, session_key: int) -> None:
        self._hints.write(session_key, lambda tx: gate.note_activity(tx, session_key, tx.now - _ACTIVITY_EVERY))


def channel_of(session_id: UUID) -> str:
    """Return the live channel on which the end of a session is told."""
    return f"session:{session_id}"
