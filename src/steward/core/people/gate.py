"""The only way to other people: those of one's own tenant, for the server owner all."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, true

from steward.core.access import EVERYTHING, ROLE_SHOWN
from steward.core.accounts.gate import VIEW
from steward.core.accounts.types import UserView
from steward.core.people.errors import PersonUnknown
from steward.core.people.types import ShortView
from steward.db.database import Transaction
from steward.db.tables import User
from steward.kit.actor import Actor

PersonKey = UUID | int
"""How the outside names a person: the id or the ``user_number`` (decision C10)."""


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a ``User`` may be looked after by the actor."""
    return true() if actor.may(EVERYTHING) else User.tenant_key == actor.tenant_key


def views() -> Select[*tuple[object, ...]]:
    """Return the statement whose rows are ``UserView``s."""
    return VIEW


def person_of(tx: Transaction, actor: Actor, person: PersonKey) -> UserView:
    """Return somebody whom the actor may look after.

    Raises:
        PersonUnknown: there is nobody of that name whom the actor may see.
    """
    row = tx.session.execute(VIEW.where(_named(person), visible(actor))).one_or_none()
    if row is None:
        raise PersonUnknown
    return UserView(**row._mapping)


def colleague_of(tx: Transaction, actor: Actor, person: PersonKey) -> ShortView:
    """Return the little that anybody sees of the people in their own tenant.

    Raises:
        PersonUnknown: there is nobody of that name in the actor's tenant.
    """
    columns = (User.id, User.key.label("user_number"), User.full_name, ROLE_SHOWN)
    mine = User.tenant_key == actor.tenant_key
    row = tx.session.execute(select(*columns).where(_named(person), mine)).one_or_none()
    if row is None:
        raise PersonUnknown
    return ShortView(**row._mapping)


def _named(person: PersonKey) -> ColumnElement[bool]:
    return User.key == person if isinstance(person, int) else User.id == person
