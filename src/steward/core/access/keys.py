"""API keys and tokens: made once, shown once, checked at every call, revoked with effect at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, func, insert, select, update

from steward.core.access import rules
from steward.core.access.actors import ACTOR_COLUMNS, actor_of
from steward.core.access.errors import KeyExpired, KeyNotFound, KeyWrong, MoreThanOwn
from steward.core.access.hints import Hints
from steward.core.access.memory import ActorMemory
from steward.core.access.types import IssuedKey, KeyKind, KeyView, NewKey
from steward.core.audit import Action, AuditLog, storable_text
from steward.db.database import Database, Transaction
from steward.db.tables import ApiKey, Tenant, User
from steward.kit.actor import Actor
from steward.kit.api_keys import is_api_key, is_token, new_api_key, new_token
from steward.kit.errors import Conflict, Invalid
from steward.kit.ids import new_id
from steward.kit.pages import Page, Window
from steward.kit.secrets import sha256_hex
from steward.kit.text import without_controls

MOST_TOKENS = 10
"""How many tokens of the sms document a person has at most: one more revokes the oldest."""
MOST_KEYS = 100
"""How many keys a person has at most."""
_SHOWN_CHARACTERS = 8
_REMEMBERED = 10_000
_USED_EVERY = timedelta(seconds=60)

_BY_HASH = (
    select(
        *ACTOR_COLUMNS,
        User.is_active,
        ApiKey.key.label("api_key_key"),
        ApiKey.id.label("api_key_id"),
        ApiKey.scopes,
        ApiKey.expires_at,
        ApiKey.last_used_at,
        ApiKey.revoked_at,
    )
    .join(User, User.key == ApiKey.user_key)
    .join(Tenant, Tenant.key == User.tenant_key)
    .where(ApiKey.hash == bindparam("hash"))
)
_VIEW = select(
    ApiKey.id,
    ApiKey.kind,
    ApiKey.name,
    ApiKey.prefix,
    ApiKey.scopes,
    ApiKey.expires_at,
    ApiKey.last_used_at,
    ApiKey.last_used_ip,
    ApiKey.created_at,
)


class StepUp(Protocol):
    """Asks for one more proof before something grave."""

    async def check(self, actor: Actor, *, password: str | None = None, code: str | None = None) -> None:
        """Return if the proof is good or fresh enough, or if none is asked of this person."""
        ...


class KeyService:
    """What can be done with keys and tokens. ``monotonic`` gives seconds and is there for tests."""

    def __init__(
        self,
        db: Database,
        audit: AuditLog,
        step_up: StepUp | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._audit = audit
        self._step_up = step_up
        self._memory: ActorMemory[str] = ActorMemory(_REMEMBERED, monotonic)
        self._hints = Hints(db)

    async def create(
        self, actor: Actor, new: NewKey, *, password: str | None = None, code: str | None = None
    ) -> IssuedKey:
        """Make a key and return it with its text, which is shown only now.

        Raises:
            Forbidden: the actor may not make keys, such as a key itself, or the step-up is missing.
            Invalid: the name is empty, the expiry has passed, or a scope is unknown or never open to keys.
            MoreThanOwn: a scope is not held by the actor.
            Conflict: there are too many keys.
        """
        actor.need("keys:write")
        name = without_controls(new.name).strip()
        wrong = _problems(name, new, self._db.clock.now())
        if wrong:
            raise Invalid("The key cannot be made like that.", fields=wrong)
        if new.scopes is not None and not rules.holds_all(actor.permissions, new.scopes):
            raise MoreThanOwn
        if self._step_up is not None:
            await self._step_up.check(actor, password=password, code=code)

        def work(tx: Transaction) -> IssuedKey:
            owner = _held(tx, actor.user_key)
            mine = _live(actor.user_key, "api_key")
            if (tx.session.scalar(select(func.count()).select_from(ApiKey).where(mine)) or 0) >= MOST_KEYS:
                raise Conflict(f"You have {MOST_KEYS} keys; revoke one first.")
            return self._issue(tx, owner, "api_key", new_api_key(), replace(new, name=name), actor.ip)

        return await self._db.write(work)

    def issue_token(self, tx: Transaction, user_key: int, *, ip: str = "") -> IssuedKey:
        """Make a token of the sms document for somebody who has just proved themselves.

        Only the hash of a token is kept, so each call makes a new one; beyond ``MOST_TOKENS`` the oldest is revoked.
        Source: decision AS02.
        """
        owner = _held(tx, user_key)
        live = select(ApiKey.key, ApiKey.id).where(_live(user_key, "token")).order_by(ApiKey.key.desc())
        for row in tx.session.execute(live.offset(MOST_TOKENS - 1)).all():
            self._revoke(tx, row.key, row.id, owner, ip, why="replaced")
        return self._issue(tx, owner, "token", new_token(), NewKey("sms token"), ip)

    async def list(self, actor: Actor, window: Window) -> Page[KeyView]:
        """Return the actor's own keys and tokens that are not revoked, the newest first.

        Raises:
            Forbidden: the actor may not see keys.
        """
        actor.need("keys:read")

        def work(tx: Transaction) -> Page[KeyView]:
            mine = _live(actor.user_key)
            total = tx.session.scalar(select(func.count()).select_from(ApiKey).where(mine)) or 0
            rows = tx.session.execute(
                _VIEW.where(mine).order_by(ApiKey.key.desc()).limit(window.limit).offset(window.offset)
            )
            return Page([_view(row) for row in rows], total, window)

        return await self._db.read(work)

    async def get(self, actor: Actor, key_id: UUID) -> KeyView:
        """Return one of the actor's own keys.

        Raises:
            Forbidden: the actor may not see keys.
            KeyNotFound: there is none, or it is revoked.
        """
        actor.need("keys:read")
        return await self._db.read(lambda tx: _own(tx, actor, key_id))

    async def rename(self, actor: Actor, key_id: UUID, name: str) -> KeyView:
        """Give one of the actor's own keys another name.

        Raises:
            Forbidden: the actor may not change keys.
            Invalid: the name is empty.
            KeyNotFound: there is none, or it is revoked.
        """
        actor.need("keys:write")
        clean = without_controls(name).strip()
        if not clean:
            raise Invalid("A key needs a name.", fields={"name": ["Must not be empty"]})

        def work(tx: Transaction) -> KeyView:
            tx.session.execute(update(ApiKey).where(_live(actor.user_key), ApiKey.id == key_id).values(name=clean))
            view = _own(tx, actor, key_id)
            self._audit.record(tx, action=Action.KEY_CHANGED, resource=f"api_key/{key_id}", actor=actor)
            return view

        return await self._db.write(work)

    async def revoke(self, actor: Actor, key_id: UUID) -> None:
        """End one of the actor's own keys: here at once, in other processes within a second.

        Raises:
            Forbidden: the actor may not change keys.
            KeyNotFound: there is none, or it is revoked.
        """
        actor.need("keys:write")

        def work(tx: Transaction) -> None:
            mine = select(ApiKey.key).where(_live(actor.user_key), ApiKey.id == key_id)
            key = tx.session.scalar(mine.with_for_update())
            if key is None:
                raise KeyNotFound
            self._revoke(tx, key, key_id, _held(tx, actor.user_key), actor.ip)

        await self._db.write(work)

    def revoke_all(self, tx: Transaction, user_key: int, *, ip: str = "") -> None:
        """End every key and token of a person, on the server's own behalf."""
        owner = _held(tx, user_key)
        for row in tx.session.execute(select(ApiKey.key, ApiKey.id).where(_live(user_key))).all():
            self._revoke(tx, row.key, row.id, owner, ip, why="all")

    async def authenticate(self, text: str, ip: str = "") -> Actor:
        """Return who a key or token belongs to, with what both may do, checked at most a second ago.

        A key whose checksum does not fit is refused without a look into the database; any other takes one indexed read.

        Raises:
            KeyWrong: there is no such key, it is revoked, or its owner's account is switched off.
            KeyExpired: its time is over.
        """
        if not (is_api_key(text) or is_token(text)):
            raise KeyWrong
        hashed = sha256_hex(text)
        known = self._memory.get(hashed, self._db.clock.now().timestamp(), ip)
        if known is not None:
            return known
        ticket = self._memory.ticket()
        row, now = await self._db.glance(lambda tx: (_found(tx, hashed), tx.now))
        if row.last_used_at is None or now - row.last_used_at >= _USED_EVERY:
            self._note_use(row.api_key_key, ip)
        owner = actor_of(row, via="api_key", ip=ip)
        actor = replace(owner, permissions=rules.key_permissions(owner.permissions, row.scopes))
        ends_at = row.expires_at.timestamp() if row.expires_at else float("inf")
        self._memory.put(hashed, actor, ends_at, ticket)
        return actor

    def forget_user(self, user_key: int) -> None:
        """Ask the database again for every key of this person: something about them changed."""
        self._memory.forget_user(user_key)

    async def settle(self) -> None:
        """Wait until the noted times of last use are written; call it before the database is closed."""
        await self._hints.settle()

    def _note_use(self, key: int, ip: str) -> None:
        def work(tx: Transaction) -> None:
            stale = ApiKey.last_used_at.is_(None) | (ApiKey.last_used_at <= tx.now - _USED_EVERY)
            values = {"last_used_at": tx.now, "last_used_ip": storable_text(ip, 64)}
            tx.session.execute(update(ApiKey).where(ApiKey.key == key, stale).values(**values))

        self._hints.write(key, work)

    def _issue(self, tx: Transaction, owner: _Owner, kind: KeyKind, text: str, new: NewKey, ip: str) -> IssuedKey:
        key_id = new_id()
        scopes = None if new.scopes is None else sorted(set(new.scopes))
        tx.session.execute(
            insert(ApiKey).values(
                id=key_id,
                tenant_key=owner.tenant_key,
                user_key=owner.key,
                kind=kind,
                name=new.name,
                prefix=text[:_SHOWN_CHARACTERS],
                hash=sha256_hex(text),
                scopes=scopes,
                expires_at=new.expires_at,
                created_at=tx.now,
            )
        )
        view = _view(tx.session.execute(_VIEW.where(ApiKey.id == key_id)).one())
        self._audit.record(
            tx,
            action=Action.KEY_CREATED,
            resource=f"api_key/{key_id}",
            tenant_key=owner.tenant_key,
            user_key=owner.key,
            ip=ip,
            details={"kind": kind, "scopes": " ".join(scopes) if scopes is not None else None},
        )
        return IssuedKey(view, text, owner.key, owner.username)

    def _revoke(self, tx: Transaction, key: int, key_id: UUID, owner: _Owner, ip: str, *, why: str = "asked") -> None:
        tx.session.execute(update(ApiKey).where(ApiKey.key == key).values(revoked_at=tx.now))
        self._audit.record(
            tx,
            action=Action.KEY_REVOKED,
            resource=f"api_key/{key_id}",
            tenant_key=owner.tenant_key,
            user_key=owner.key,
            ip=ip,
            details={"why": why},
        )
        tx.after_commit(lambda: self.forget_user(owner.key))


class _Owner(NamedTuple):
    key: int
    tenant_key: int
    username: str


def _held(tx: Transaction, user_key: int) -> _Owner:
    """Return the owner of keys, held until the commit: what is counted stays true."""
    wanted = select(User.key, User.tenant_key, User.username).where(User.key == user_key)
    return _Owner(*tx.session.execute(wanted.with_for_update(key_share=True)).one())


def _found(tx: Transaction, hashed: str) -> Row[*tuple[Any, ...]]:
    row = tx.connection.execute(_BY_HASH, {"hash": hashed}).one_or_none()
    if row is None or row.revoked_at is not None or not row.is_active:
        raise KeyWrong
    if row.expires_at is not None and tx.now >= row.expires_at:
        raise KeyExpired
    return row


def _live(user_key: int, kind: KeyKind | None = None) -> ColumnElement[bool]:
    mine = (ApiKey.user_key == user_key) & ApiKey.revoked_at.is_(None)
    return mine if kind is None else mine & (ApiKey.kind == kind)


def _own(tx: Transaction, actor: Actor, key_id: UUID) -> KeyView:
    row = tx.session.execute(_VIEW.where(_live(actor.user_key), ApiKey.id == key_id)).one_or_none()
    if row is None:
        raise KeyNotFound
    return _view(row)


def _view(row: Row[*tuple[Any, ...]]) -> KeyView:
    scopes = None if row.scopes is None else tuple(row.scopes)
    return KeyView(**{**row._mapping, "scopes": scopes})


def _problems(name: str, new: NewKey, now: datetime) -> Mapping[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    if not name:
        wrong["name"] = ["Must not be empty"]
    if new.expires_at is not None and new.expires_at <= now:
        wrong["expires_at"] = ["Must be in the future"]
    for place, scope in enumerate(new.scopes or ()):
        if scope in rules.NOT_FOR_KEYS:
            wrong[f"scopes.{place}"] = ["A key can never have this permission"]
        elif scope not in rules.KNOWN:
            wrong[f"scopes.{place}"] = ["There is no such permission"]
    return wrong
