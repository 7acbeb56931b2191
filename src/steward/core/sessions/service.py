"""Sessions: logging in and out, refreshing, and telling who a request comes from."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from steward.core.access import actor_of, actor_of_user
from steward.core.accounts import AccountDisabled, AccountService, Credentials, PasswordHasher, UserView
from steward.core.audit import Action, AuditLog, storable_text
from steward.core.sessions import gate
from steward.core.sessions.cache import Bounded, SessionMemory
from steward.core.sessions.errors import InvalidCredentials, SessionEnded, TokenExpired, TokenReused, TokenWrong
from steward.core.sessions.rules import Use, use_of
from steward.core.sessions.tokens import Claims, Issuer, Purpose, SessionFacts, TokenSigner
from steward.core.sessions.types import Grant, Surface
from steward.db.database import Database, Transaction
from steward.kit.actor import Actor
from steward.kit.errors import Unavailable
from steward.kit.ids import new_id
from steward.kit.secrets import KeyRing
from steward.settings import Settings

_REMEMBERED = 10_000
_ACTIVITY_EVERY = timedelta(seconds=60)


class SessionService:
    """What can be done with sessions. ``monotonic`` gives seconds and is there for tests."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        ring: KeyRing,
        accounts: AccountService,
        hasher: PasswordHasher,
        audit: AuditLog,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._accounts = accounts
        self._hasher = hasher
        self._audit = audit
        self._signer = TokenSigner(ring, settings.public_url)
        self._issuer = Issuer(self._signer, settings)
        self._life = timedelta(days=settings.session_days)
        self._read_tokens: Bounded[str, Claims] = Bounded(_REMEMBERED)
        self._memory = SessionMemory(_REMEMBERED, monotonic)
        self._notes: dict[int, asyncio.Task[None]] = {}
        accounts.when_changed(self._memory.forget_user)

    async def login(
        self, identifier: str, password: str, *, surface: Surface, user_agent: str = "", ip: str = ""
    ) -> Grant:
        """Open a session for the person with that address or user name, and return its tokens.

        Raises:
            InvalidCredentials: nobody has that name, or the password is wrong; both take equally long.
            AccountDisabled: the password is right, but the account is switched off.
            HasherBusy: too many at once.
        """
        who = await self._db.read(lambda tx: self._accounts.credentials(tx, identifier))
        is_right, new_hash = await self._hasher.verify(password, who.password_hash if who else None)
        if who is None or not is_right or not who.is_active:
            await self._db.write(lambda tx: self._note_failure(tx, who, is_right, ip))
            raise AccountDisabled if is_right else InvalidCredentials

        def work(tx: Transaction) -> Grant | None:
            if not self._accounts.signed_in(tx, who, new_hash):
                return None
            user = self._accounts.view(tx, who.user_key)
            return self._open(tx, user, Action.LOGIN_SUCCEEDED, who.tenant_key, surface, user_agent, ip)

        grant = await self._db.write(work)
        if grant is None:
            raise InvalidCredentials
        return grant

    async def open_session_for(self, user: UserView, *, surface: Surface, user_agent: str = "", ip: str = "") -> Grant:
        """Open a session for somebody who has just proved themselves in another way, such as by registering.

        Raises:
            Unauthenticated: the account is switched off or gone.
        """

        def work(tx: Transaction) -> Grant:
            actor = actor_of_user(tx, user.user_number)
            return self._open(tx, user, Action.SESSION_OPENED, actor.tenant_key, surface, user_agent, ip)

        return await self._db.write(work)

    async def refresh(self, refresh_token: str, surface: Surface, *, ip: str = "") -> Grant:
        """Return new tokens for a refresh token, by soft rotation (``sessions.rules``).

        Raises:
            TokenWrong: it is not a refresh token of this server.
            TokenExpired: the session has lived as long as it may.
            SessionEnded: somebody signed out, or the account is switched off.
            TokenReused: it was replaced before; the session has been ended.
        """
        claims = self._claims(refresh_token, "refresh")

        def work(tx: Transaction) -> Grant | None:
            row = gate.session_of_token(tx, claims.session_id, for_update=True)
            if row is None or row.user_id != claims.user_id or not gate.is_open(row, tx.now):
                raise SessionEnded
            use = use_of(claims.counter, floor=row.refresh_floor, rotated_at=row.rotated_at, now=tx.now)
            if use is Use.REUSED:
                self._end_stolen(tx, row, claims, ip)
                return None
            floor, since = row.refresh_floor, row.rotated_at or row.session_created_at
            if use is Use.FIRST:
                floor, since = claims.counter, tx.now
                gate.rotate(tx, row.session_key, floor)
            facts = SessionFacts(
                claims.session_id, row.user_id, row.session_created_at, row.expires_at, floor + 1, since
            )
            return self._issuer.grant(facts, self._accounts.view(tx, row.user_key), surface, tx.now)

        grant = await self._db.write(work)
        if grant is None:
            raise TokenReused
        return grant

    async def refresh_by_access(self, access_token: str, surface: Surface) -> Grant:
        """Return a new access token for one that is still good; nothing rotates (decision C03).

        Raises:
            TokenWrong: it is not an access token of this server.
            TokenExpired: its time is over.
            SessionEnded: the session is over, or the account is switched off.
        """
        claims = self._claims(access_token, "access")

        def work(tx: Transaction) -> Grant:
            row = gate.session_of_token(tx, claims.session_id)
            if row is None or row.user_id != claims.user_id or not gate.is_open(row, tx.now):
                raise SessionEnded
            facts = SessionFacts(claims.session_id, row.user_id, row.session_created_at, row.expires_at)
            return self._issuer.grant(facts, self._accounts.view(tx, row.user_key), surface, tx.now)

        return await self._db.read(work)

    async def renew(self, *, body_token: str | None, bearer: str | None, surface: Surface, ip: str = "") -> Grant:
        """Refresh by whatever proof there is: a token in the body, a bearer refresh token, a bearer access token.

        Source: decision C03.

        Raises:
            TokenWrong: there is no proof, or it is not a token of this server.
            TokenExpired, SessionEnded, TokenReused: as in ``refresh`` and ``refresh_by_access``.
        """
        if body_token:
            return await self.refresh(body_token, surface, ip=ip)
        if not bearer:
            raise TokenWrong
        if self._signer.read(bearer).purpose == "refresh":
            return await self.refresh(bearer, surface, ip=ip)
        return await self.refresh_by_access(bearer, surface)

    async def logout(self, actor: Actor) -> None:
        """End the session that the actor is signed in with: its tokens stop working at once. Repeating is harmless."""
        if actor.session_id is None:
            return
        session_id = actor.session_id

        def work(tx: Transaction) -> None:
            if gate.end_own(tx, actor):
                self._audit.record(tx, action=Action.SESSION_ENDED, resource=f"session/{session_id}", actor=actor)
            tx.after_commit(lambda: self.forget(session_id))

        await self._db.write(work)

    def cached(self, token: str, ip: str = "", *, purpose: Purpose = "access") -> Actor | None:
        """Return who the token belongs to if this process was sure of it within the last second, else None.

        No database, no waiting: about 2 microseconds. None means ``authenticate``, which also knows what is wrong.
        """
        claims = self._read_tokens.get(token)
        if claims is None or claims.purpose != purpose:
            return None
        now = self._db.clock.now().timestamp()
        return None if now >= claims.expires_at else self._memory.get(claims.session_id, now, ip)

    async def authenticate(self, token: str, ip: str = "") -> Actor:
        """Return who an access token belongs to, checked against the session row at most a second ago.

        Raises:
            TokenWrong: it is not an access token of this server.
            TokenExpired: its time is over.
            SessionEnded: the session is over, or the account is switched off.
        """
        return self.cached(token, ip) or await self._check(self._claims(token, "access"), ip)

    async def authenticate_cookie(self, value: str, ip: str = "") -> Actor:
        """Return who a browser's session cookie belongs to; checked and refused like ``authenticate``."""
        return self.cached(value, ip, purpose="cookie") or await self._check(self._claims(value, "cookie"), ip)

    def forget(self, session_id: UUID) -> None:
        """Ask the database again at the next request of this session: something about it changed."""
        self._memory.forget(session_id)

    async def settle(self) -> None:
        """Wait until the noted times of last activity are written; call it before the database is closed."""
        while self._notes:
            await asyncio.gather(*self._notes.values())

    def _claims(self, token: str, purpose: Purpose) -> Claims:
        claims = self._read_tokens.get(token)
        if claims is None:
            claims = self._signer.read(token)
            if claims.purpose == purpose and purpose != "refresh":
                self._read_tokens.put(token, claims)
        if claims.purpose != purpose:
            raise TokenWrong
        if self._db.clock.now().timestamp() >= claims.expires_at:
            self._read_tokens.drop(token)
            raise TokenExpired
        return claims

    async def _check(self, claims: Claims, ip: str) -> Actor:
        known = self._memory.get(claims.session_id, self._db.clock.now().timestamp(), ip)
        if known is not None:  # checked a moment ago through another token of the session
            return known
        ticket = self._memory.ticket()

        def work(tx: Transaction) -> Row[*tuple[Any, ...]]:
            row = gate.session_of_token(tx, claims.session_id)
            if row is None or row.user_id != claims.user_id or not gate.is_open(row, tx.now):
                raise SessionEnded
            if tx.now - row.last_activity_at >= _ACTIVITY_EVERY:
                stale.append(row.session_key)
            return row

        stale: list[int] = []
        row = await self._db.glance(work)
        for session_key in stale:
            self._note_activity(session_key)
        actor = actor_of(row, session_id=claims.session_id, ip=ip)
        self._memory.put(claims.session_id, actor, row.expires_at.timestamp(), ticket)
        return actor

    def _note_activity(self, session_key: int) -> None:
        if session_key in self._notes:
            return

        async def write() -> None:
            with contextlib.suppress(Unavailable):  # a hint for the session list; the next request tries again
                await self._db.write(lambda tx: gate.note_activity(tx, session_key, tx.now - _ACTIVITY_EVERY))

        task = asyncio.get_running_loop().create_task(write())
        self._notes[session_key] = task
        task.add_done_callback(lambda _: self._notes.pop(session_key, None))

    def _open(
        self,
        tx: Transaction,
        user: UserView,
        action: Action,
        tenant_key: int,
        surface: Surface,
        user_agent: str,
        ip: str,
    ) -> Grant:
        facts = SessionFacts(new_id(), user.id, tx.now, tx.now + self._life, 1, tx.now)
        gate.add(
            tx,
            id=facts.id,
            user_key=user.user_number,
            user_agent=storable_text(user_agent, 400),
            ip=storable_text(ip, 64),
            refresh_floor=0,
            created_at=tx.now,
            last_activity_at=tx.now,
            expires_at=facts.expires_at,
        )
        self._audit.record(
            tx,
            action=action,
            resource=f"session/{facts.id}",
            tenant_key=tenant_key,
            user_key=user.user_number,
            ip=ip,
            details={"surface": surface},
        )
        return self._issuer.grant(facts, user, surface, tx.now)

    def _note_failure(self, tx: Transaction, who: Credentials | None, is_right: bool, ip: str) -> None:
        self._audit.record(
            tx,
            action=Action.LOGIN_FAILED,
            resource=f"user/{who.user_id}" if who else "",
            result="denied" if is_right else "failure",
            tenant_key=who.tenant_key if who else None,
            user_key=who.user_key if who else None,
            ip=ip,
        )

    def _end_stolen(self, tx: Transaction, row: Row[*tuple[Any, ...]], claims: Claims, ip: str) -> None:
        gate.end(tx, row.session_key)
        self._audit.record(
            tx,
            action=Action.SESSION_TOKEN_REUSED,
            resource=f"session/{claims.session_id}",
            result="denied",
            tenant_key=row.tenant_key,
            user_key=row.user_key,
            ip=ip,
            details={"counter": claims.counter, "floor": row.refresh_floor},
        )
        tx.after_commit(lambda: self.forget(claims.session_id))
