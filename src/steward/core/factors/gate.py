"""The only way to the rows of factors: every statement names the person."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from secrets import token_bytes
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Insert,
    Row,
    String,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from steward.core.access import ROLE_SHOWN
from steward.core.accounts.numbers import claim
from steward.core.factors.types import Bearer, MfaStatus
from steward.core.people.errors import PersonUnknown, PhoneTaken
from steward.core.people.gate import visible
from steward.db.database import Transaction
from steward.db.tables import BackupCode, MfaAccount, MfaMethod, Passkey, PhoneNumber, User, UserSettings
from steward.kit.actor import Actor
from steward.kit.ids import new_id
from steward.kit.phone import masked

_HANDLE_BYTES = 32
_STANDING = select(
    select(func.aggregate_strings(MfaMethod.kind, " "))
    .where(MfaMethod.user_key == User.key, MfaMethod.enabled_at.is_not(None))
    .correlate(User)
    .scalar_subquery()
    .label("methods"),
    ROLE_SHOWN,
    select(UserSettings.data)
    .where(UserSettings.user_key == User.key, UserSettings.section == literal_column("'settings'", String()))
    .correlate(User)
    .scalar_subquery()
    .label("settings"),
).where(User.key == bindparam("of_user"))
_HELD = select(MfaAccount.wrong_at).where(MfaAccount.user_key == bindparam("of_user")).with_for_update()


def standing(tx: Transaction, user_key: int) -> Row[*tuple[Any, ...]]:
    """Return the names of the methods that are on, with spaces between them, the highest role, and the settings."""
    return tx.connection.execute(_STANDING, {"of_user": user_key}).one()


def hold(tx: Transaction, bearer: Bearer) -> list[float]:
    """Hold what the person's factors have in common to the end of the transaction; return the times of wrong codes."""
    found = tx.connection.execute(_HELD, {"of_user": bearer.user_key}).one_or_none()
    if found is None:
        ensure(tx, bearer.tenant_key, bearer.user_key)
        found = tx.connection.execute(_HELD, {"of_user": bearer.user_key}).one()
    return list(found.wrong_at)


def ensure(tx: Transaction, tenant_key: int, user_key: int) -> bytes:
    """Return the handle under which authenticators know the person, made now if there is none."""
    row = {
        "id": new_id(),
        "tenant_key": tenant_key,
        "user_key": user_key,
        "user_handle": token_bytes(_HANDLE_BYTES),
        "wrong_at": [],
        "created_at": tx.now,
    }
    tx.connection.execute(_insert_once(tx.connection.dialect.name), row)
    return tx.connection.execute(select(MfaAccount.user_handle).where(MfaAccount.user_key == user_key)).scalar_one()


def note_wrong(tx: Transaction, user_key: int, times: Sequence[float]) -> None:
    """Store the times of the latest wrong codes of a person whose row is held."""
    tx.connection.execute(update(MfaAccount).where(MfaAccount.user_key == user_key).values(wrong_at=list(times)))


def method(tx: Transaction, user_key: int, kind: str) -> MfaMethod | None:
    """Return the person's method of the kind, on or waiting for its first code."""
    mine = (MfaMethod.user_key == user_key) & (MfaMethod.kind == kind)
    return tx.session.scalars(select(MfaMethod).where(mine)).one_or_none()


def put_method(tx: Transaction, bearer: Bearer, kind: str, *, phone_number: str | None = None) -> MfaMethod:
    """Put a method that waits for its first code into the place of one that still waits."""
    forget_method(tx, bearer.user_key, kind)
    row = MfaMethod(
        id=new_id(),  # known before the flush: the secret is sealed for it
        tenant_key=bearer.tenant_key,
        user_key=bearer.user_key,
        kind=kind,
        phone_number=phone_number,
        created_at=tx.now,
    )
    return tx.add(row)


def forget_method(tx: Transaction, user_key: int, kind: str) -> None:
    """Remove the person's method of the kind."""
    tx.session.execute(delete(MfaMethod).where(MfaMethod.user_key == user_key, MfaMethod.kind == kind))


def use_step(tx: Transaction, method_key: int, step: int) -> bool:
    """Use a time step up; False if it, or a later one, was used before."""
    unused = (MfaMethod.key == method_key) & (MfaMethod.last_step < step)
    changed = tx.session.execute(update(MfaMethod).where(unused).values(last_step=step).returning(MfaMethod.key))
    return changed.first() is not None


def enable(tx: Transaction, method_key: int) -> None:
    """Switch a method on."""
    tx.session.execute(update(MfaMethod).where(MfaMethod.key == method_key).values(enabled_at=tx.now))


def replace_backup_codes(tx: Transaction, bearer: Bearer, hashes: Sequence[str]) -> None:
    """Put new backup codes into the place of all the person's old ones, used or not."""
    tx.session.execute(delete(BackupCode).where(BackupCode.user_key == bearer.user_key))
    same = {"tenant_key": bearer.tenant_key, "user_key": bearer.user_key, "created_at": tx.now}
    if hashes:
        tx.session.execute(insert(BackupCode), [{**same, "id": new_id(), "hash": each} for each in hashes])


def use_backup_code(tx: Transaction, user_key: int, hashes: Sequence[str]) -> bool:
    """Use a backup code up that has one of the hashes; False if there is none that is unused."""
    mine = (BackupCode.user_key == user_key) & BackupCode.hash.in_(hashes) & BackupCode.used_at.is_(None)
    used = tx.session.execute(update(BackupCode).where(mine).values(used_at=tx.now).returning(BackupCode.key))
    return used.first() is not None


def backup_codes_left(tx: Transaction, user_key: int) -> int:
    """Return how many backup codes are unused."""
    mine = (BackupCode.user_key == user_key) & BackupCode.used_at.is_(None)
    return tx.session.execute(select(func.count()).select_from(BackupCode).where(mine)).scalar_one()


def status(tx: Transaction, user_key: int, *, setup_required: bool) -> MfaStatus:
    """Return which factors the person has."""
    rows = tx.session.execute(
        select(MfaMethod.kind, MfaMethod.phone_number).where(
            MfaMethod.user_key == user_key, MfaMethod.enabled_at.is_not(None)
        )
    ).all()
    on = {row.kind: row.phone_number for row in rows}
    passkeys = select(func.count()).select_from(Passkey).where(Passkey.user_key == user_key)
    return MfaStatus(
        totp_enabled="totp" in on,
        sms_enabled="sms" in on,
        phone_number=masked(on["sms"]) if on.get("sms") else None,
        backup_codes_remaining=backup_codes_left(tx, user_key) if on else 0,
        passkeys=tx.session.execute(passkeys).scalar_one(),
        setup_required=setup_required,
    )


def number_to_text(tx: Transaction, user_key: int) -> str | None:
    """Return the person's number: the primary one, else a verified one, else the newest claim."""
    best = (PhoneNumber.is_primary.desc(), PhoneNumber.is_verified.desc(), PhoneNumber.key.desc())
    mine = select(PhoneNumber.number).where(PhoneNumber.user_key == user_key)
    return tx.session.execute(mine.order_by(*best).limit(1)).scalar_one_or_none()


def prove_number(tx: Transaction, bearer: Bearer, number: str) -> bool:
    """Make a number that was just proved the person's own; False if it is somebody else's.

    Anybody may claim a number, only one person can have proved it. Source: decision AP08.
    """
    proved = (PhoneNumber.number == number) & PhoneNumber.is_verified.is_(True)
    with tx.whole_server():
        holder = tx.session.execute(select(PhoneNumber.user_key).where(proved)).scalar_one_or_none()
    if holder is not None:
        return holder == bearer.user_key
    claim(tx, bearer.tenant_key, bearer.user_key, number)
    mine = PhoneNumber.user_key == bearer.user_key
    primary = select(PhoneNumber.key).where(mine, PhoneNumber.is_verified.is_(True), PhoneNumber.is_primary.is_(True))
    is_first = tx.session.execute(primary).first() is None
    values = {"is_verified": True, "verified_at": tx.now, "is_primary": is_first}
    try:
        tx.session.execute(update(PhoneNumber).where(mine, PhoneNumber.number == number).values(**values))
    except IntegrityError:  # somebody else proved it at the same moment
        raise PhoneTaken from None
    return True


def member(tx: Transaction, actor: Actor, person: UUID | int) -> Row[*tuple[Any, ...]]:
    """Return key, id and tenant of a person whom the actor looks after, by id or by user number (C10).

    Raises:
        PersonUnknown: there is nobody of that name whom the actor may see.
    """
    named: ColumnElement[bool] = User.id == person if isinstance(person, UUID) else User.key == person
    row = tx.session.execute(select(User.key, User.id, User.tenant_key).where(named, visible(actor))).one_or_none()
    if row is None:
        raise PersonUnknown
    return row


def address_of(tx: Transaction, user_key: int) -> str | None:
    """Return where notices to the person go, None if they have no address."""
    return tx.session.execute(select(User.email).where(User.key == user_key)).scalar_one_or_none()


def forget_all(tx: Transaction, user_key: int) -> None:
    """Remove every factor of the person, passkeys too."""
    for table in (MfaMethod, BackupCode, Passkey):
        tx.session.execute(delete(table).where(table.user_key == user_key))


@cache
def _insert_once(dialect: str) -> Insert:
    if dialect == "postgresql":
        return postgresql.insert(MfaAccount).on_conflict_do_nothing(index_elements=["user_key"])
    return sqlite.insert(MfaAccount).on_conflict_do_nothing(index_elements=["user_key"])
