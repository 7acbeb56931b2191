"""Looking after people: listing, inviting, changing, locking out and deleting them.

Nobody decides on somebody who may do more than they may themselves, and nobody gives a role that goes beyond their own
permissions. Source: decisions C10, C23, AL05, AL22 to AL24, AL31, AL33.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import func, select, update

from steward.core.access import EVERYTHING, ROLES, keep_an_admin, permissions_held, permissions_of, set_role
from steward.core.access.errors import MoreThanOwn
from steward.core.accounts import AccountLife, AccountService, Holder, OwnerStays, UserView
from steward.core.accounts.gate import end_sessions, holder_of, own_view
from steward.core.accounts.rules import invalid
from steward.core.audit import Action, AuditLog
from steward.core.people import gate
from steward.core.people.gate import PersonKey
from steward.core.people.lists import filters_of, sorting_of
from steward.core.people.types import ShortView
from steward.db.database import Database, Transaction
from steward.db.tables import Tenant, User
from steward.kit.actor import Actor
from steward.kit.pages import Page, Window

_ADMIN = "admin"
_PROFILE = frozenset({"full_name", "first_name", "last_name", "timezone", "language", "theme", "phone_number"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Whom to invite; ``profile`` has the fields of ``AccountService.change_me``."""

    email: str
    role: str
    profile: Mapping[str, object]


class PeopleService:
    """What can be done with other people's accounts."""

    def __init__(self, db: Database, audit: AuditLog, accounts: AccountService, life: AccountLife) -> None:
        self._db = db
        self._audit = audit
        self._accounts = accounts
        self._life = life

    async def list(
        self, actor: Actor, window: Window, *, sort: str | None = None, wanted: Mapping[str, str] | None = None
    ) -> Page[UserView]:
        """Return the people whom the actor looks after, newest first unless ``sort`` says otherwise.

        ``sort``: ``field:asc`` or ``field:desc``, several by comma. ``wanted``: fields of ``UserView`` by equality;
        names that are no such field are left out.

        Raises:
            Forbidden: the actor looks after nobody.
            Invalid: an unknown field to sort by; a value that its field cannot have (with ``fields``).
        """
        actor.need("users:read")
        order = sorting_of(sort)
        conditions = (gate.visible(actor), *filters_of(wanted or {}))

        def work(tx: Transaction) -> Page[UserView]:
            joined = select(func.count()).select_from(User).join(Tenant, Tenant.key == User.tenant_key)
            total = tx.session.execute(joined.where(*conditions)).scalar_one()
            chosen = gate.views().where(*conditions).order_by(*order).limit(window.limit).offset(window.offset)
            rows = tx.session.execute(chosen).all()
            return Page([UserView(**row._mapping) for row in rows], total, window)

        return await self._db.read(work)

    async def get(self, actor: Actor, person: PersonKey) -> UserView | ShortView:
        """Return somebody: all of them to themselves and to who looks after them, a little to their colleagues.

        Raises:
            PersonUnknown: the actor cannot see such a person.
        """
        actor.need("profile:read")

        def work(tx: Transaction) -> UserView | ShortView:
            if actor.may("users:read"):
                return gate.person_of(tx, actor, person)
            short = gate.colleague_of(tx, actor, person)
            return own_view(tx, actor) if short.user_number == actor.user_key else short

        return await self._db.read(work)

    async def invite(self, actor: Actor, new: NewPerson) -> UserView:
        """Make an account in the actor's tenant and mail its person a link that sets the password.

        Raises:
            Invalid: some fields cannot be accepted; ``fields`` names all of them.
            MoreThanOwn: the role may do more than the actor.
            EmailTaken: the address has an account.
        """
        actor.need("users:write")

        def work(tx: Transaction) -> UserView:
            _need_role(actor, new.role)
            profile = {name: value for name, value in new.profile.items() if name in _PROFILE}
            view = self._accounts.add_person(tx, actor, email=new.email, role=new.role, profile=profile)
            self._life.invite(tx, view.user_number)
            return view

        return await self._decide(actor, work)

    async def change(self, actor: Actor, person: PersonKey, changes: Mapping[str, Any]) -> UserView:
        """Change somebody's profile, their role (``role``) or whether they may come in (``is_active``).

        Who is locked out is out at once: their sessions end. Keys that are absent or unknown change nothing.

        Raises:
            PersonUnknown: the actor looks after no such person.
            MoreThanOwn: the person or the role may do more than the actor.
            LastAdmin: nobody would be left to run the tenant.
            Invalid: some values cannot be accepted; ``fields`` names all of them.
        """
        actor.need("users:write")

        def work(tx: Transaction) -> UserView:
            found, who = self._decided_on(tx, actor, person)
            role, is_active = changes.get("role"), changes.get("is_active")
            if role is not None and role != found.role:
                self._change_role(tx, actor, who, str(role))
            if is_active is not None and is_active != found.is_active:
                self._switch(tx, actor, who, is_active=bool(is_active))
            profile = {name: value for name, value in changes.items() if name in _PROFILE}
            if profile:
                self._accounts.change_of(tx, who.user_key, profile)
                self._note(tx, Action.USER_CHANGED, actor, who, fields=",".join(sorted(profile)))
            tx.after_commit(lambda: self._accounts.tell(who.user_key))
            return self._accounts.view(tx, who.user_key)

        return await self._decide(actor, work)

    async def delete(
        self, actor: Actor, person: PersonKey, *, password: str | None = None, code: str | None = None
    ) -> None:
        """Delete somebody with all that is theirs; oneself only as ``AccountLife.delete_me`` allows.

        Raises:
            PersonUnknown: the actor looks after no such person.
            MoreThanOwn: they may do more than the actor.
            OwnerStays, LastAdmin: as for ``AccountLife.delete_me``.
        """
        actor.need("users:write")
        if person in (actor.user_key, actor.user_id):
            await self._life.delete_me(actor, password=password, code=code)
            return

        def work(tx: Transaction) -> None:
            _, who = self._decided_on(tx, actor, person)
            self._life.erase(tx, who, actor)

        await self._decide(actor, work)

    async def _decide(self, actor: Actor, work: Callable[[Transaction], T]) -> T:
        """Run the work; that it was not the actor's to decide is noted."""
        try:
            return await self._db.write(work)
        except MoreThanOwn:
            await self._db.write(
                lambda tx: self._audit.record(tx, action=Action.PEOPLE_DENIED, result="denied", actor=actor)
            )
            raise

    def _decided_on(self, tx: Transaction, actor: Actor, person: PersonKey) -> tuple[UserView, Holder]:
        view = gate.person_of(tx, actor, person)
        _need_all(actor, permissions_held(tx, view.user_number))
        return view, holder_of(tx, view.user_number)

    def _change_role(self, tx: Transaction, actor: Actor, who: Holder, name: str) -> None:
        _need_role(actor, name)
        self._refuse_owner(tx, who)
        if name != _ADMIN:
            keep_an_admin(tx, who.tenant_key, who.user_key)
        set_role(tx, who.user_key, name)
        self._note(tx, Action.USER_ROLE_CHANGED, actor, who, role=name)

    def _switch(self, tx: Transaction, actor: Actor, who: Holder, *, is_active: bool) -> None:
        self._refuse_owner(tx, who)
        if not is_active:
            keep_an_admin(tx, who.tenant_key, who.user_key)
            end_sessions(tx, who.user_key)
        changed = update(User).where(User.key == who.user_key)
        tx.session.execute(changed.values(is_active=is_active, updated_at=tx.now))
        self._note(tx, Action.USER_ENABLED if is_active else Action.USER_DISABLED, actor, who)

    @staticmethod
    def _refuse_owner(tx: Transaction, who: Holder) -> None:
        if EVERYTHING in permissions_held(tx, who.user_key):
            raise OwnerStays

    def _note(self, tx: Transaction, action: Action, actor: Actor, who: Holder, **details: str) -> None:
        resource = f"user/{who.user_id}"
        self._audit.record(
            tx, action=action, resource=resource, actor=actor, tenant_key=who.tenant_key, details=details
        )


def _need_role(actor: Actor, name: str) -> None:
    if name not in ROLES:
        raise invalid({"role": [f"Must be one of: {', '.join(ROLES)}"]})
    _need_all(actor, permissions_of(name))


def _need_all(actor: Actor, permissions: frozenset[str]) -> None:
    if not actor.may(EVERYTHING) and not permissions <= actor.permissions:
        raise MoreThanOwn
