"""Accounts: registering, the owner of the server, and one's own profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from steward.core.access import give_role
from steward.core.accounts import gate, numbers, rules
from steward.core.accounts.errors import EmailTaken
from steward.core.accounts.hashing import PasswordHasher
from steward.core.accounts.passwords import problems_of
from steward.core.accounts.types import Credentials, UserView
from steward.core.audit import Action, AuditLog, storable_text
from steward.db.database import Database, Transaction
from steward.db.tables import Tenant, User
from steward.kit.actor import Actor
from steward.kit.errors import Conflict, Invalid
from steward.settings import Settings

OWNER_USERNAME = "admin"
_PERSONAL, _TEAM = "personal", "team"


@dataclass(frozen=True, slots=True)
class _NewUser:
    email: str
    username: str
    password_hash: str | None
    role: str
    plan: str
    tenant_name: str
    profile: Mapping[str, Any]
    is_verified: bool = False


class AccountService:
    """What can be done with accounts."""

    def __init__(self, db: Database, settings: Settings, audit: AuditLog, hasher: PasswordHasher) -> None:
        self._db = db
        self._audit = audit
        self._hasher = hasher
        self._strong = settings.password_policy == "strong"  # noqa: S105 - the name of a policy
        self._listeners: list[Callable[[int], None]] = []
        self._greeters: list[Callable[[Transaction, int], None]] = []

    def when_changed(self, tell: Callable[[int], None]) -> None:
        """Have ``tell`` called with the user key after every committed change of a person, on a database thread."""
        self._listeners.append(tell)

    def when_registered(self, greet: Callable[[Transaction, int], None]) -> None:
        """Have ``greet`` called with the user key of everybody who registers, in the transaction that makes them."""
        self._greeters.append(greet)

    async def register(
        self,
        *,
        email: str,
        password: str,
        full_name: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        phone_number: str | None = None,
        tenant_name: str | None = None,
        timezone: str | None = None,
        language: str | None = None,
        ip: str = "",
    ) -> UserView:
        """Make an account in a tenant of its own and return its profile.

        With a ``tenant_name`` that is not blank the tenant has the plan ``team`` and the person is its ``admin``;
        otherwise the plan is ``personal`` and the role ``user``. Source: decisions C01, C22, C23, AV02.

        Raises:
            Invalid: some fields cannot be accepted; ``fields`` names all of them.
            EmailTaken: the address has an account.
            HasherBusy: too many at once.
        """
        sent = {
            "full_name": full_name,
            "first_name": first_name,
            "last_name": last_name,
            "phone_number": phone_number,
            "timezone": timezone,
            "language": language,
        }
        given = {name: value for name, value in sent.items() if value is not None}

        def prepare() -> _NewUser:
            return self._new_user(email, password, tenant_name, given)

        new = await self._hasher.run(prepare)
        return await self._db.write(lambda tx: self._insert(tx, new, Action.USER_REGISTERED, ip))

    def add_person(
        self, tx: Transaction, actor: Actor, *, email: str, role: str, profile: Mapping[str, object]
    ) -> UserView:
        """Make an account without a password in the actor's tenant, with a built-in role, and return its profile.

        Whether the actor may, and may give that role, is asked before.

        Raises:
            Invalid: some fields cannot be accepted; ``fields`` names all of them.
            EmailTaken: the address has an account.
        """
        cleaned = rules.cleaned({name: value for name, value in profile.items() if value is not None})
        full, first, last = rules.named(cleaned.get("full_name"), cleaned.get("first_name"), cleaned.get("last_name"))
        address = rules.email_address(email)
        new = _NewUser(
            email=address,
            username=address,
            password_hash=None,
            role=role,
            plan="",
            tenant_name="",
            profile={**cleaned, "full_name": full, "first_name": first, "last_name": last},
        )
        return self._insert(tx, new, Action.USER_INVITED, actor.ip, actor=actor)

    def register_vouched(
        self, tx: Transaction, *, email: str, full_name: str, is_verified: bool, ip: str = ""
    ) -> UserView:
        """Make an account without a password for somebody whom another provider vouches for, and return its profile.

        A name that cannot be kept is left out. Source: security notes, item 59.

        Raises:
            Invalid: the address cannot be accepted.
            EmailTaken: it has an account.
        """
        address = rules.email_address(email)
        try:
            profile = rules.cleaned({"full_name": full_name} if full_name else {})
        except Invalid:
            profile = {}
        full, first, last = rules.named(profile.get("full_name"), None, None)
        new = _NewUser(
            email=address,
            username=address,
            password_hash=None,
            role="user",
            plan=_PERSONAL,
            tenant_name=full or address.partition("@")[0][: rules.NAME_LIMIT],
            profile={"full_name": full, "first_name": first, "last_name": last},
            is_verified=is_verified,
        )
        return self._insert(tx, new, Action.USER_REGISTERED, ip)

    async def ensure_owner(self, email: str, password: str | None) -> tuple[UserView, str | None]:
        """Return the owner of the server, made now if there is none, and the password if one was made up.

        An owner who is there is left as they are, whatever is configured now. A configured password needs its eight
        characters only: it is the operator's choice. Two processes may call it at once.

        Raises:
            Invalid: the address or the password cannot be accepted.
            Conflict: somebody else has the address.
        """
        found = await self._db.read(lambda tx: gate.view_of_username(tx, OWNER_USERNAME))
        if found is not None:
            return found, None
        chosen = password or token_urlsafe(15)
        wrong = problems_of(chosen, strong=False)
        if wrong:
            raise rules.invalid({"password": wrong})
        new = _NewUser(
            email=rules.email_address(email),
            username=OWNER_USERNAME,
            password_hash=await self._hasher.hash(chosen),
            role="owner",
            plan=_PERSONAL,
            tenant_name="Steward",
            profile={"full_name": "Owner", "first_name": "Owner"},
            is_verified=True,
        )
        try:
            made = await self._db.write(lambda tx: self._insert(tx, new, Action.OWNER_CREATED, ""))
        except EmailTaken:
            found = await self._db.read(lambda tx: gate.view_of_username(tx, OWNER_USERNAME))
            if found is None:
                raise Conflict(
                    "The owner's address belongs to another account; set another STEWARD_OWNER_EMAIL."
                ) from None
            return found, None
        return made, None if password else chosen

    async def get_me(self, actor: Actor) -> UserView:
        """Return the actor's own profile.

        Raises:
            Forbidden: the actor may not read it.
            NotFound: the account is gone.
        """
        actor.need("profile:read")
        return await self._db.read(lambda tx: gate.own_view(tx, actor))

    async def change_me(self, actor: Actor, changes: Mapping[str, object]) -> UserView:
        """Change the actor's own profile and return it; keys that are absent or unknown change nothing.

        Known keys: full_name, first_name, last_name, phone_number, timezone, language, theme. Source: decisions C06,
        AP06, AV07.

        Raises:
            Forbidden: the actor may not change it.
            Invalid: some values cannot be accepted; ``fields`` names all of them.
            NotFound: the account is gone.
        """
        actor.need("profile:write")
        return await self._db.write(lambda tx: self.change(tx, actor, changes))

    def change(self, tx: Transaction, actor: Actor, changes: Mapping[str, object]) -> UserView:
        """Do what ``change_me`` does inside the caller's transaction."""
        actor.need("profile:write")
        return self._change(tx, actor, rules.cleaned(changes))

    def change_of(self, tx: Transaction, user_key: int, changes: Mapping[str, object]) -> None:
        """Change the profile of a person whom the caller may change; keys as in ``change_me``.

        Raises:
            Invalid: some values cannot be accepted; ``fields`` names all of them.
        """
        self._set(tx, user_key, rules.cleaned(changes))

    def credentials(self, tx: Transaction, identifier: str) -> Credentials | None:
        """Return what a sign-in is checked against, by address or user name; None for nobody."""
        if "@" not in identifier:
            return gate.credentials_of(tx, email=None, username=storable_text(identifier, 320).strip().lower())
        try:
            email = rules.email_address(identifier)
        except Invalid:
            email = ""  # the same look-up for what cannot be anybody's address
        return gate.credentials_of(tx, email=email, username=None)

    def signed_in(self, tx: Transaction, who: Credentials, new_hash: str | None) -> bool:
        """Note a login now, with a fresh hash if there is one; False if password or account changed meanwhile."""
        values: dict[str, Any] = {"last_login_at": tx.now}
        if new_hash is not None:
            values["password_hash"] = new_hash
        still = (User.key == who.user_key) & (User.password_hash == who.password_hash) & User.is_active.is_(True)
        return tx.session.execute(update(User).where(still).values(**values).returning(User.key)).first() is not None

    def view(self, tx: Transaction, user_key: int) -> UserView:
        """Return the profile of a person whom the server itself looks up.

        Raises:
            NotFound: there is no such person.
        """
        return gate.view_of(tx, user_key)

    def _new_user(self, email: str, password: str, tenant_name: str | None, given: Mapping[str, str]) -> _NewUser:
        wrong: dict[str, list[str]] = {}
        address, profile, tenant = "", {}, ""
        try:
            address = rules.email_address(email)
        except Invalid as problem:
            wrong |= problem.fields
        try:
            profile = rules.cleaned(given)
        except Invalid as problem:
            wrong |= problem.fields
        try:
            tenant = rules.label("tenant_name", rules.NAME_LIMIT)(tenant_name or "")
        except Invalid as problem:
            wrong |= problem.fields
        names = [address or email, tenant, *(given.get(name, "") for name in ("full_name", "first_name", "last_name"))]
        weak = problems_of(password, names=names, strong=self._strong)
        if weak:
            wrong["password"] = weak
        if wrong:
            raise rules.invalid(wrong)
        full, first, last = rules.named(profile.get("full_name"), profile.get("first_name"), profile.get("last_name"))
        return _NewUser(
            email=address,
            username=address,
            password_hash=self._hasher.hash_now(password),
            role="admin" if tenant else "user",
            plan=_TEAM if tenant else _PERSONAL,
            tenant_name=tenant or full or address.partition("@")[0][: rules.NAME_LIMIT],
            profile={**profile, "full_name": full, "first_name": first, "last_name": last},
        )

    def _insert(
        self, tx: Transaction, new: _NewUser, action: Action, ip: str, *, actor: Actor | None = None
    ) -> UserView:
        """Insert the person: into the actor's tenant, or into one of their own when nobody else made them."""
        if actor is None:
            tenant = tx.add(Tenant(name=new.tenant_name, plan=new.plan, created_at=tx.now))
            tx.session.flush()
            tenant_key = tenant.key
        else:
            tenant_key = actor.tenant_key
        user = tx.add(
            User(
                tenant_key=tenant_key,
                email=new.email,
                username=new.username,
                password_hash=new.password_hash,
                is_verified=new.is_verified,
                created_at=tx.now,
                updated_at=tx.now,
                **{name: value for name, value in new.profile.items() if name != "phone_number"},
            )
        )
        try:
            tx.session.flush()
        except IntegrityError as clash:
            if "email" in str(clash.orig) or "username" in str(clash.orig):
                raise EmailTaken from None
            raise
        give_role(tx, user.key, new.role)
        if new.profile.get("phone_number"):
            numbers.claim(tx, tenant_key, user.key, new.profile["phone_number"])
        if actor is None:
            for greet in self._greeters:
                greet(tx, user.key)
        by = user.key if actor is None else actor.user_key
        self._audit.record(tx, action=action, resource=f"user/{user.id}", tenant_key=tenant_key, user_key=by, ip=ip)
        return gate.view_of(tx, user.key)

    def _change(self, tx: Transaction, actor: Actor, values: dict[str, Any]) -> UserView:
        self._set(tx, actor.user_key, values)
        view = gate.own_view(tx, actor)
        if values:
            self._audit.record(
                tx,
                action=Action.USER_CHANGED,
                resource=f"user/{view.id}",
                actor=actor,
                details={"fields": ",".join(sorted(values))},
            )
            tx.after_commit(lambda: self.tell(actor.user_key))
        return view

    def _set(self, tx: Transaction, user_key: int, values: dict[str, Any]) -> None:
        current = tx.session.execute(
            select(User.tenant_key, User.first_name, User.last_name).where(User.key == user_key).with_for_update()
        ).one_or_none()
        if current is None or not values:
            return
        if {"full_name", "first_name", "last_name"} & values.keys():
            values["full_name"], values["first_name"], values["last_name"] = rules.named(
                values.get("full_name"),
                values.get("first_name"),
                values.get("last_name"),
                current=(current.first_name, current.last_name),
            )
        columns = {name: value for name, value in values.items() if name != "phone_number"}
        tx.session.execute(update(User).where(User.key == user_key).values(**columns, updated_at=tx.now))
        if "phone_number" in values:
            numbers.replace_claim(tx, current.tenant_key, user_key, values["phone_number"])

    def tell(self, user_key: int) -> None:
        """Say that something about the person changed; for ``tx.after_commit``."""
        for tell in self._listeners:
            tell(user_key)
