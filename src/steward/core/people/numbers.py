"""A person's phone numbers: claimed by anybody, theirs once a code that was texted to the number comes back.

Source: decisions AP08, C24; OWASP ASVS 5.0, 6.6.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Update, and_, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from steward.core.accounts import StepUp, wording
from steward.core.accounts.numbers import claim
from steward.core.accounts.rules import invalid, label
from steward.core.audit import Action, AuditLog
from steward.core.audit.types import Result
from steward.core.letters import Letters
from steward.core.people.errors import CodeWrong, NumberUnknown, PhoneTaken
from steward.core.people.types import PhoneView
from steward.core.proofs import ProofKind, Proofs
from steward.db.database import Database, Transaction
from steward.db.tables import PhoneNumber, User
from steward.kit.actor import Actor
from steward.kit.errors import TooMany
from steward.kit.pages import Page, Window
from steward.kit.phone import e164

CODE_LIFE = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=60)
MOST_NUMBERS = 10
_MOST_CODES_AN_HOUR = 10
_HOUR = timedelta(hours=1)
_LABEL = 40
_COLUMNS = (
    PhoneNumber.id,
    PhoneNumber.number.label("phone_number"),
    PhoneNumber.label,
    and_(PhoneNumber.is_primary, PhoneNumber.is_verified).label("is_primary"),
    PhoneNumber.is_verified,
    PhoneNumber.created_at,
    PhoneNumber.verified_at,
)


class PhoneNumbers:
    """What can be done with one's own phone numbers."""

    def __init__(self, db: Database, audit: AuditLog, proofs: Proofs, letters: Letters, step_up: StepUp) -> None:
        self._db = db
        self._audit = audit
        self._proofs = proofs
        self._letters = letters
        self._step_up = step_up

    async def list(self, actor: Actor, window: Window) -> Page[PhoneView]:
        """Return the actor's numbers, the primary one first, then the oldest."""
        actor.need("profile:read")

        def work(tx: Transaction) -> Page[PhoneView]:
            count = select(func.count()).select_from(PhoneNumber).where(_own(actor))
            order = (PhoneNumber.is_verified.desc(), PhoneNumber.is_primary.desc(), PhoneNumber.key)
            chosen = select(*_COLUMNS).where(_own(actor)).order_by(*order)
            rows = tx.session.execute(chosen.limit(window.limit).offset(window.offset)).all()
            return Page([PhoneView(**row._mapping) for row in rows], tx.session.execute(count).scalar_one(), window)

        return await self._db.read(work)

    async def add(self, actor: Actor, number: str, *, name: str = "mobile", is_primary: bool = False) -> PhoneView:
        """Claim a number and text it a code; claiming it again sends another code, after a minute at the earliest.

        ``is_primary`` is a wish: it comes true when the number is verified.

        Raises:
            Invalid: it does not look like a number, or there are ten already; ``fields`` names what is wrong.
            PhoneTaken: it is somebody's verified number, perhaps the actor's own.
            TooMany: too many codes; ``retry_after_seconds``.
        """
        actor.need("profile:write")
        wanted, called = e164(number), label("label", _LABEL)(name)

        def work(tx: Transaction) -> PhoneView:
            _hold_person(tx, actor)
            taken = select(PhoneNumber.key).where(PhoneNumber.number == wanted, PhoneNumber.is_verified.is_(True))
            with tx.whole_server():
                is_taken = tx.session.execute(taken).first() is not None
            if is_taken:
                raise PhoneTaken
            claim(tx, actor.tenant_key, actor.user_key, wanted)
            if tx.session.execute(select(func.count()).where(_own(actor))).scalar_one() > MOST_NUMBERS:
                raise invalid({"phone_number": [f"There can be at most {MOST_NUMBERS} numbers"]})
            mine = _own(actor) & (PhoneNumber.number == wanted)
            tx.session.execute(update(PhoneNumber).where(mine).values(label=called, is_primary=is_primary))
            self._send_code(tx, actor, wanted)
            view = _view(tx, mine)
            self._note(tx, Action.PHONE_NUMBER_ADDED, actor, view.id)
            return view

        return await self._db.write(work)

    async def change(
        self,
        actor: Actor,
        number_id: UUID,
        *,
        name: str | None = None,
        is_primary: bool | None = None,
        verification_code: str | None = None,
    ) -> PhoneView:
        """Verify a number by the code that was texted to it, name it, or make it the primary one; None changes nothing.

        The first verified number becomes the primary one. Only a verified one can be it: for others the wish is kept.

        Raises:
            NumberUnknown: the actor has no such number.
            CodeWrong: the code is wrong, used, old, or was guessed at five times.
            PhoneTaken: somebody else has verified the number.
        """
        actor.need("profile:write")
        called = None if name is None else label("label", _LABEL)(name)

        def work(tx: Transaction) -> PhoneView | None:
            _hold_person(tx, actor)
            row = _row(tx, actor, number_id)
            if (
                verification_code is not None
                and not row.is_verified
                and not self._verify(tx, actor, row, verification_code)
            ):
                return None
            if called is not None:
                tx.session.execute(_update(row).values(label=called))
            if is_primary is not None:
                tx.session.execute(_update(row).values(is_primary=is_primary))
            _settle_primary(tx, actor, row.key if is_primary else None)
            self._note(tx, Action.PHONE_NUMBER_CHANGED, actor, number_id)
            return _view(tx, PhoneNumber.key == row.key)

        view = await self._db.write(work)
        if view is None:  # the wrong guess is counted: its transaction had to be committed
            raise CodeWrong
        return view

    async def remove(
        self, actor: Actor, number_id: UUID, *, password: str | None = None, code: str | None = None
    ) -> None:
        """Forget a number; if it was the primary one, the oldest verified one takes its place.

        Raises:
            NumberUnknown: the actor has no such number.
            StepUpRequired: a second factor is asked for.
        """
        actor.need("profile:write")
        await self._step_up.check(actor, password=password, code=code)

        def work(tx: Transaction) -> None:
            _hold_person(tx, actor)
            row = _row(tx, actor, number_id)
            tx.session.execute(delete(PhoneNumber).where(PhoneNumber.key == row.key))
            _settle_primary(tx, actor, None)
            self._note(tx, Action.PHONE_NUMBER_REMOVED, actor, number_id)

        await self._db.write(work)

    def _send_code(self, tx: Transaction, actor: Actor, number: str) -> None:
        lately = self._proofs.issued_since(tx, ProofKind.PHONE_NUMBER, actor.user_key, tx.now - _HOUR)
        if lately and tx.now - lately[0] < RESEND_AFTER:
            raise TooMany(retry_after_seconds=(lately[0] + RESEND_AFTER - tx.now).total_seconds())
        if len(lately) >= _MOST_CODES_AN_HOUR:
            raise TooMany(retry_after_seconds=(lately[-1] + _HOUR - tx.now).total_seconds())
        code = self._proofs.issue_code(
            tx,
            ProofKind.PHONE_NUMBER,
            life=CODE_LIFE,
            tenant_key=actor.tenant_key,
            user_key=actor.user_key,
            target=number,
        )
        is_promised = self._letters.text(
            tx,
            to=number,
            purpose="phone_number",
            body=wording.phone_code(code),
            tenant_key=actor.tenant_key,
            user_key=actor.user_key,
        )
        if not is_promised:
            raise TooMany(retry_after_seconds=_HOUR.total_seconds())

    def _verify(self, tx: Transaction, actor: Actor, row: Row[*tuple[Any, ...]], code: str) -> bool:
        """Return whether the code proves the number, which is then the actor's alone."""
        proof = self._proofs.redeem_code(
            tx, ProofKind.PHONE_NUMBER, user_key=actor.user_key, code=code, target=row.number
        )
        if proof is None:
            self._note(tx, Action.PHONE_NUMBER_CHECK_FAILED, actor, row.id)
            return False
        try:
            tx.session.execute(_update(row).values(is_verified=True, verified_at=tx.now))
        except IntegrityError:
            raise PhoneTaken from None
        self._note(tx, Action.PHONE_NUMBER_VERIFIED, actor, row.id)
        return True

    def _note(self, tx: Transaction, action: Action, actor: Actor, number_id: UUID) -> None:
        result: Result = "failure" if action is Action.PHONE_NUMBER_CHECK_FAILED else "success"
        self._audit.record(tx, action=action, resource=f"phone_number/{number_id}", result=result, actor=actor)


def _own(actor: Actor) -> Any:
    return (PhoneNumber.user_key == actor.user_key) & (PhoneNumber.tenant_key == actor.tenant_key)


def _hold_person(tx: Transaction, actor: Actor) -> None:
    """Hold the person until the commit, so that their changes of numbers follow each other."""
    tx.session.execute(select(User.key).where(User.key == actor.user_key).with_for_update())


def _row(tx: Transaction, actor: Actor, number_id: UUID) -> Row[*tuple[Any, ...]]:
    columns = (PhoneNumber.key, PhoneNumber.id, PhoneNumber.number, PhoneNumber.is_verified)
    row = tx.session.execute(select(*columns).where(_own(actor), PhoneNumber.id == number_id)).one_or_none()
    if row is None:
        raise NumberUnknown
    return row


def _update(row: Row[*tuple[Any, ...]]) -> Update:
    return update(PhoneNumber).where(PhoneNumber.key == row.key)


def _view(tx: Transaction, condition: Any) -> PhoneView:
    return PhoneView(**tx.session.execute(select(*_COLUMNS).where(condition)).one()._mapping)


def _settle_primary(tx: Transaction, actor: Actor, wish: int | None) -> None:
    """Leave exactly one primary number among the verified ones: the wish, else the one there is, else the oldest."""
    verified = _own(actor) & PhoneNumber.is_verified.is_(True)
    rows = tx.session.execute(
        select(PhoneNumber.key, PhoneNumber.is_primary).where(verified).order_by(PhoneNumber.verified_at.desc())
    ).all()
    keys = [row.key for row in rows]
    primaries = [row.key for row in rows if row.is_primary]
    chosen = wish if wish in keys else next(iter(primaries), keys[-1] if keys else None)
    tx.session.execute(update(PhoneNumber).where(verified).values(is_primary=PhoneNumber.key == chosen))
