"""The only way to the rows of people."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, select

from steward.core.access import ROLE_SHOWN
from steward.core.accounts.types import Credentials, UserView
from steward.db.database import Transaction
from steward.db.tables import PhoneNumber, Tenant, User
from steward.kit.actor import Actor
from steward.kit.errors import NotFound

_NUMBER_SHOWN = (
    select(PhoneNumber.number)
    .where(PhoneNumber.user_key == User.key)
    .order_by(PhoneNumber.is_primary.desc(), PhoneNumber.key.desc())
    .limit(1)
    .correlate(User)
    .scalar_subquery()
)
_VIEW = select(
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
_VIEW_BY_KEY = _VIEW.where(User.key == bindparam("user_key"))
_VIEW_BY_USERNAME = _VIEW.where(User.username == bindparam("username"))
_CREDENTIALS = select(
    User.key.label("user_key"), User.tenant_key, User.id.label("user_id"), User.password_hash, User.is_active
)
_CREDENTIALS_BY_EMAIL = _CREDENTIALS.where(User.email == bindparam("name"))
_CREDENTIALS_BY_USERNAME = _CREDENTIALS.where(User.username == bindparam("name"))


def own(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a user row is the actor's own, inside the actor's own tenant."""
    return (User.key == actor.user_key) & (User.tenant_key == actor.tenant_key)


def own_view(tx: Transaction, actor: Actor) -> UserView:
    """Return the actor's own profile.

    Raises:
        NotFound: it is gone.
    """
    return _one(tx.session.execute(_VIEW.where(own(actor))).one_or_none())


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


def _one(row: Row[*tuple[Any, ...]] | None) -> UserView:
    if row is None:
        raise NotFound("There is no such person.")
    return UserView(**row._mapping)
