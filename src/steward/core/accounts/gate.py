"""The only way to the rows of people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, delete, exists, select, update

from steward.core.access import ROLE_SHOWN
from steward.core.accounts.types import Credentials, Holder, UserView
from steward.db.database import Transaction
from steward.db.tables import ApiKey, ExternalIdentity, LoginSession, OneTimeToken, PhoneNumber, Tenant, Turn, User
from steward.kit.actor import Actor
from steward.kit.errors import NotFound

_NUMBER_SHOWN = (
    select(PhoneNumber.number)
    .where(PhoneNumber.user_key == User.key)
    .order_by(PhoneNumber.is_verified.desc(), PhoneNumber.is_primary.desc(), PhoneNumber.key.desc())
    .limit(1)
    .correlate(User)
    .scalar_subquery()
)
VIEW = select(
    User.id,
    User.key.label("user_number"),
    User.email,
    User.username,
    User.full_name,
    User.first_name,
    User.last_name,
    _NUMBER_SHOWN.label("phone_number"),
    ROLE_SHOWN,
    Tenant.id.label("tenant_id"),
    Tenant.name.label("tenant_name"),
    User.is_active,
    User.is_verified,
    User.timezone,
    User.language,
    User.theme,
    User.last_login_at.label("last_login"),
    User.created_at,
    User.updated_at,
).join(Tenant, Tenant.key == User.tenant_key)
"""Every column of ``UserView``."""

_VIEW_BY_KEY = VIEW.where(User.key == bindparam("user_key"))
_VIEW_BY_USERNAME = VIEW.where(User.username == bindparam("username"))
_CREDENTIALS = select(
    User.key.label("user_key"), User.tenant_key, User.id.label("user_id"), User.password_hash, User.is_active
)
_CREDENTIALS_BY_EMAIL = _CREDENTIALS.where(User.email == bindparam("name"))
_CREDENTIALS_BY_USERNAME = _CREDENTIALS.where(User.username == bindparam("name"))
_HOLDER = select(
    User.key.label("user_key"),
    User.tenant_key,
    User.id.label("user_id"),
    User.email,
    User.username,
    User.password_hash,
    User.is_active,
    User.is_verified,
    User.full_name,
    User.first_name,
    User.last_name,
    Tenant.name.label("tenant_name"),
).join(Tenant, Tenant.key == User.tenant_key)


def own(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a user row is the actor's own, inside the actor's own tenant."""
    return (User.key == actor.user_key) & (User.tenant_key == actor.tenant_key)


def own_view(tx: Transaction, actor: Actor) -> UserView:
    """Return the actor's own profile.

    Raises:
        NotFound: it is gone.
    """
    return _one(tx.session.execute(VIEW.where(own(actor))).one_or_none())


def view_of(tx: Transaction, user_key: int) -> UserView:
    """Return the profile of a person whom the server itself looks up.

    Raises:
        NotFound: there is no such person.
    """
    return _one(tx.session.execute(_VIEW_BY_KEY, {"user_key": user_key}).one_or_none())


def view_of_username(tx: Transaction, username: str) -> UserView | None:
    """Return the profile of the user name, None if nobody has it."""
    row = tx.session.execute(_VIEW_BY_USERNAME, {"username": username}).one_or_none()
    return None if row is None else _one(row)


def credentials_of(tx: Transaction, *, email: str | None, username: str | None) -> Credentials | None:
    """Return what a sign-in is checked against, by the normal address or else by the user name; None for nobody."""
    statement = _CREDENTIALS_BY_USERNAME if email is None else _CREDENTIALS_BY_EMAIL
    row = tx.session.execute(statement, {"name": username if email is None else email}).one_or_none()
    return None if row is None else Credentials(**row._mapping)


def holder_of(tx: Transaction, user_key: int, *, for_update: bool = False) -> Holder:
    """Return the account of a person whom the server itself looks up, held until the commit if ``for_update``.

    Raises:
        NotFound: there is no such person.
    """
    statement = _HOLDER.where(User.key == user_key)
    row = tx.session.execute(statement.with_for_update(of=User) if for_update else statement).one_or_none()
    if row is None:
        raise NotFound("There is no such person.")
    return Holder(**row._mapping)


def holder_of_address(tx: Transaction, email: str) -> Holder | None:
    """Return the account with the normal address, None if nobody has it."""
    row = tx.session.execute(_HOLDER.where(User.email == email)).one_or_none()
    return None if row is None else Holder(**row._mapping)


def is_taken(tx: Transaction, email: str) -> bool:
    """Return whether an account has the normal address, whatever its tenant."""
    with tx.whole_server():
        return bool(tx.session.scalar(select(exists().where(User.email == email))))


def change_password(tx: Transaction, who: Holder, password_hash: str) -> bool:
    """Put a new hash in the place of the one that was looked at; False if it is another already."""
    still = (User.key == who.user_key) & (User.password_hash == who.password_hash)
    changed = update(User).where(still).values(password_hash=password_hash, updated_at=tx.now)
    return tx.session.execute(changed.returning(User.key)).first() is not None


def restart(tx: Transaction, who: Holder, password_hash: str) -> None:
    """Set the password of somebody who proved their address by a link, and end all sessions.

    Where the address was never proved before, the account may have been made by somebody else who named it: the keys
    of that time stop working too, and accounts elsewhere sign nobody in here any more.
    """
    values = {"password_hash": password_hash, "is_verified": True, "updated_at": tx.now}
    tx.session.execute(update(User).where(User.key == who.user_key).values(**values))
    end_sessions(tx, who.user_key)
    if not who.is_verified:
        open_ = (ApiKey.user_key == who.user_key) & ApiKey.revoked_at.is_(None)
        tx.session.execute(update(ApiKey).where(open_).values(revoked_at=tx.now))
        tx.session.execute(delete(ExternalIdentity).where(ExternalIdentity.user_key == who.user_key))


def end_sessions(tx: Transaction, user_key: int, *, but: UUID | None = None) -> int:
    """End the person's sessions, except the one with the id ``but``, and return how many.

    Sessions are a noun above this one; that a changed password, a lock or a deletion ends them is a matter of the
    account, and belongs into its transaction. ``AccountService.when_changed`` has every process ask the row again.
    """
    open_ = (LoginSession.user_key == user_key) & LoginSession.ended_at.is_(None)
    if but is not None:
        open_ &= LoginSession.id != but
    ended = update(LoginSession).where(open_).values(ended_at=tx.now)
    return len(tx.session.execute(ended.returning(LoginSession.key)).all())


def erase(tx: Transaction, who: Holder) -> None:
    """Delete a person with all that is theirs, and close the tenant if nobody is left in it."""
    tx.session.execute(delete(Turn).where(Turn.user_key == who.user_key))  # before the messages that point at them
    if who.email is not None:
        tx.session.execute(delete(OneTimeToken).where(OneTimeToken.target == who.email))
    tx.session.execute(delete(User).where(User.key == who.user_key))
    left = exists().where(User.tenant_key == who.tenant_key)
    tx.session.execute(update(Tenant).where(Tenant.key == who.tenant_key, ~left).values(closed_at=tx.now))


def _one(row: Row[*tuple[Any, ...]] | None) -> UserView:
    if row is None:
        raise NotFound("There is no such person.")
    return UserView(**row._mapping)
