"""Phone numbers as claims of people: anybody may name a number, only a proof makes it theirs."""

from __future__ import annotations

from sqlalchemy import delete, select

from steward.db.database import Transaction
from steward.db.tables import PhoneNumber


def claim(tx: Transaction, tenant_key: int, user_key: int, number: str) -> None:
    """Note that the person says the number is theirs; nothing if they said so before."""
    mine = (PhoneNumber.user_key == user_key) & (PhoneNumber.number == number)
    if tx.session.execute(select(PhoneNumber.key).where(mine)).first() is None:
        tx.add(PhoneNumber(tenant_key=tenant_key, user_key=user_key, number=number, created_at=tx.now))
        tx.session.flush()


def replace_claim(tx: Transaction, tenant_key: int, user_key: int, number: str | None) -> None:
    """Put the number in the place of those that the person claimed and never proved; None only takes them away."""
    unproved = (PhoneNumber.user_key == user_key) & PhoneNumber.is_verified.is_(False)
    tx.session.execute(delete(PhoneNumber).where(unproved, PhoneNumber.number != (number or "")))
    if number is not None:
        claim(tx, tenant_key, user_key, number)
