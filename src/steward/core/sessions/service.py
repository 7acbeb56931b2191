"""Sessions: logging in and out, refreshing, and telling who a request comes from."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from steward.core.access import actor_of_user
from steward.core.accounts import AccountDisabled, AccountService, Credentials, PasswordHasher, UserView
from steward.core.audit import Action, AuditLog
from steward.core.factors import Attempt, Bearer, Factor, Notices, Prover, refusal
from steward.core.limits import LoginBrake
from steward.core.sessions import gate
from steward.core.sessions.errors import InvalidCredentials, TokenReused, TokenWrong
from steward.core.sessions.opening import Opener
from steward.core.sessions.recognising import Recogniser
from steward.core.sessions.tokens import Claims, Issuer, SessionFacts, TokenSigner, Use, use_of
from steward.core.sessions.types import Grant, Origin, PasswordProof, Surface
from steward.db.database import Database, Transaction
from steward.kit.actor import Actor
from steward.kit.errors import FactorDue, StewardError
from steward.kit.secrets import KeyRing
from steward.ports.live import LiveHints
from steward.settings import Settings

_WITH_PASSWORD: frozenset[Factor] = frozenset({"totp", "backup"})
"""What may come with the password: a texted code is bound to a session, and there is none yet."""


class SessionService(Recogniser):
    """What can be done with sessions.

    Without ``notices`` nobody is mailed, without ``live`` nobody is told at once. ``monotonic`` gives seconds and is
    there for tests.
    """

    def __init__(
        self,
        db: Database,
        settings: Settings,
        ring: KeyRing,
        accounts: AccountService,
        hasher: PasswordHasher,
        audit: AuditLog,
        *,
        brake: LoginBrake,
        prover: Prover,
        notices: Notices | None = None,
        live: LiveHints | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        signer = TokenSigner(ring, settings.public_url)
        super().__init__(db, signer, live, timedelta(days=settings.session_idle_days), monotonic)
        self._accounts = accounts
        self._hasher = hasher
        self._brake = brake
        self._audit = audit
        self._issuer = Issuer(signer, settings)
        self._prover = prover
        self._notices = notices
        self.opener = Opener(self._issuer, accounts, prover, audit, timedelta(days=settings.session_days))
        accounts.when_changed(self.forget_user)

    async def login(
        self,
        identifier: str,
        password: str,
        *,
        surface: Surface,
        user_agent: str = "",
        ip: str = "",
        mfa_code: str | None = None,
    ) -> Grant:
        """Open a session for the person with that address or user name, and return its tokens.

        Where a second factor is on, ``mfa_code`` of an authenticator app or of the backup codes makes it one step;
        without it the grant says ``mfa_required`` (decisions C02, C28).

        Raises:
            InvalidCredentials: nobody has that name, or the password is wrong; both take equally long.
            AccountDisabled: the password is right, but the account is switched off.
            CodeWrong, TooManyCodes: the password is right, but not the code.
            HasherBusy: too many at once.
        """
        proof = await self.prove_password(identifier, password, ip=ip)
        who = proof.who

        def work(tx: Transaction) -> Grant | StewardError:
            attempt = self._prove_factor(tx, who, mfa_code, ip)
            error = refusal(attempt) if attempt else None
            if error is not None:
                return error
            if not self._accounts.signed_in(tx, who, proof.new_hash):
                return InvalidCredentials()
            user, origin = self._accounts.view(tx, who.user_key), Origin(surface, user_agent, ip)
            return self.opener.open(tx, user, who.tenant_key, origin, method="password", is_proved=attempt is not None)

        grant = await self._db.write(work)
        if isinstance(grant, StewardError):
            raise grant
        return grant

    async def prove_person(self, identifier: str, password: str, code: str | None, *, ip: str = "") -> PasswordProof:
        """Return whose password it is, its second factor proved too where one is on; for doors that open no session.

        Raises:
            FactorDue: the password is right, a second factor is on, and ``code`` is missing.
            CodeWrong, TooManyCodes: the password is right, but not the code.
            InvalidCredentials, AccountDisabled, LimitExceeded, HasherBusy: as in ``prove_password``.
        """
        proof = await self.prove_password(identifier, password, ip=ip)

        def work(tx: Transaction) -> StewardError | None:
            if code is None and self._prover.standing(tx, proof.who.user_key).is_on:
                return FactorDue()
            attempt = self._prove_factor(tx, proof.who, code, ip)
            return refusal(attempt) if attempt else None

        error = await self._db.write(work)
        if error is not None:
            raise error
        return proof

    async def prove_password(self, identifier: str, password: str, *, ip: str = "") -> PasswordProof:
        """Return whose password it is: the one check of a password that signs somebody in, for every door.

        Raises:
            InvalidCredentials: nobody has that name, or the password is wrong; both take equally long.
            AccountDisabled: the password is right, but the account is switched off.
            LimitExceeded: too many passwords were wrong.
            HasherBusy: too many at once.
        """
        with self._hasher.place():  # a crowd for which there is no room costs no look at the database
            who = await self._db.read(lambda tx: self._accounts.credentials(tx, identifier))
            is_right, new_hash = await self._brake.guess(
                identifier,
                who.user_id if who else None,
                ip,
                lambda: self._hasher.verify(password, who.password_hash if who else None, has_place=True),
            )
        if who is None or not is_right or not who.is_active:
            await self._db.write(lambda tx: self._note_failure(tx, who, is_right, ip))
            raise AccountDisabled if is_right else InvalidCredentials
        return PasswordProof(who, new_hash)

    async def open_session_for(
        self, user: UserView, *, surface: Surface, user_agent: str = "", ip: str = "", method: str = "registration"
    ) -> Grant:
        """Open a session for somebody who has just proved themselves in another way, such as by registering.

        ``method`` says how: ``registration``, ``oauth:<provider>``. Where a second factor is on, it is asked for.

        Raises:
            Unauthenticated: the account is switched off or gone.
        """

        def work(tx: Transaction) -> Grant:
            actor, origin = actor_of_user(tx, user.user_number), Origin(surface, user_agent, ip)
            return self.opener.open(tx, user, actor.tenant_key, origin, method=method, action=Action.SESSION_OPENED)

        return await self._db.write(work)

    async def refresh(self, refresh_token: str, surface: Surface, *, ip: str = "") -> Grant:
        """Return new tokens for a refresh token, by soft rotation (``sessions.tokens``).

        Raises:
            TokenWrong: it is not a refresh token of this server.
            TokenExpired: the session has lived as long as it may.
            SessionEnded: somebody signed out, or the account is switched off.
            TokenReused: it was replaced before; the session has been ended.
        """
        claims = self._claims(refresh_token, "refresh")

        def work(tx: Transaction) -> Grant | None:
            row = self._open_row(tx, claims, for_update=True)
            use = use_of(claims.counter, floor=row.refresh_floor, rotated_at=row.rotated_at, now=tx.now)
            if use is Use.REUSED:
                self._end_stolen(tx, row, claims, ip)
                return None
            floor, since = row.refresh_floor, row.rotated_at or row.session_created_at
            if use is Use.FIRST:
                floor, since = claims.counter, tx.now
                gate.rotate(tx, row.session_key, floor)
            else:
                gate.note_activity(tx, row.session_key, tx.now)
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
            row = self._open_row(tx, claims)
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
            tx.after_commit(lambda: self.has_ended(session_id))

        await self._db.write(work)

    def _prove_factor(self, tx: Transaction, who: Credentials, code: str | None, ip: str) -> Attempt | None:
        """Return what became of a code sent with the password, None where there is none or no factor is on."""
        if code is None or not self._prover.standing(tx, who.user_key).is_on:
            return None
        attempt = self._prover.prove(tx, Bearer(who.tenant_key, who.user_key), code, _WITH_PASSWORD)
        if attempt.factor is None:
            self._note_failure(tx, who, True, ip, code=True)
        return attempt

    def _note_failure(
        self, tx: Transaction, who: Credentials | None, is_right: bool, ip: str, *, code: bool = False
    ) -> None:
        self._audit.record_refusal(
            tx,
            whose=f"user/{who.user_key}" if who else f"address/{ip}",
            action=Action.LOGIN_FAILED,
            resource=f"user/{who.user_id}" if who else "",
            result="denied" if is_right and not code else "failure",
            tenant_key=who.tenant_key if who else None,
            user_key=who.user_key if who else None,
            ip=ip,
            details={"second_factor": True} if code else None,
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
        if self._notices is not None:
            self._notices.token_reused(tx, row.tenant_key, row.user_key)
        tx.after_commit(lambda: self.has_ended(claims.session_id))
