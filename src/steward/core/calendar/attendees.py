"""Who is invited: names looked up among people who are known, so that no address is ever made up (decision AV13)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, select

from steward.core.calendar.gate import own
from steward.core.calendar.types import Invitee
from steward.core.reminders.words import label, shares_a_word, words_of
from steward.db.database import Transaction
from steward.db.tables import CalendarEvent, EventAttendee, User
from steward.kit.actor import Actor
from steward.kit.errors import Invalid
from steward.kit.text import normal_email

MOST_ATTENDEES = 200
_MOST_KNOWN = 500
_ADDRESS = re.compile(r"[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]{1,255}")


def invitee(text: str) -> Invitee:
    """Return whom a single text names: an address if there is an at sign in it, else a name."""
    return Invitee(email=text) if "@" in text else Invitee(name=text)


def resolve(tx: Transaction, actor: Actor, invitees: Sequence[Invitee]) -> list[EventAttendee]:
    """Return attendee rows; a name without an address gets the one known address that fits it, or none.

    Known are the other people of the same tenant and those who were invited by this person before. Two different people
    who fit the name equally well leave it without an address.

    Raises:
        Invalid: more than 200, an entry without name and address, or something that is no address.
    """
    if len(invitees) > MOST_ATTENDEES:
        raise Invalid("That is too many people.", fields={"attendees": [f"At most {MOST_ATTENDEES}"]})
    checked = [_checked(each) for each in invitees]
    unknown = [each.name for each in checked if each.email is None]
    known = _known(tx, actor, unknown) if unknown else []
    rows: dict[str, EventAttendee] = {}
    for each in checked:
        name, email = (each.name, each.email) if each.email else _looked_up(each.name, known)
        rows.setdefault(email or name.casefold(), EventAttendee(name=name, email=email, response="pending"))
    return list(rows.values())


def _checked(each: Invitee) -> Invitee:
    name = label(each.name, "attendees", 200, least=0)
    email = normal_email(each.email) if each.email and each.email.strip() else None
    if email is not None and (not _ADDRESS.fullmatch(email) or not email.isprintable()):
        raise Invalid("That is no e-mail address.", fields={"attendees": ["Not an e-mail address"]})
    if email is None and not name:
        raise Invalid("An attendee needs a name or an address.", fields={"attendees": ["Name or email is missing"]})
    return Invitee(name, email)


def _known(tx: Transaction, actor: Actor, names: Iterable[str]) -> list[tuple[str, str]]:
    wanted = " ".join(names)
    colleagues = tx.session.execute(
        select(User.full_name, User.email)
        .where(
            User.tenant_key == actor.tenant_key,
            User.key != actor.user_key,
            User.email.is_not(None),
            *_narrowed(User.full_name, wanted),
        )
        .order_by(User.key)
        .limit(_MOST_KNOWN)
    )
    earlier = tx.session.execute(
        select(EventAttendee.name, EventAttendee.email)
        .join(CalendarEvent, CalendarEvent.key == EventAttendee.event_key)
        .where(own(actor), EventAttendee.email.is_not(None), *_narrowed(EventAttendee.name, wanted))
        .distinct()
        .limit(_MOST_KNOWN)
    )
    return [(name, email) for rows in (colleagues, earlier) for name, email in rows if email]


def _narrowed(column: object, wanted: str) -> list[ColumnElement[bool]]:
    condition = shares_a_word(column, wanted)
    return [] if condition is None else [condition]


def _looked_up(name: str, known: Sequence[tuple[str, str]]) -> tuple[str, str | None]:
    wanted = words_of(name)
    same = {email: found for found, email in known if words_of(found) == wanted}
    fits = same or {email: found for found, email in known if wanted and wanted <= words_of(found)}
    if len(fits) != 1:
        return name, None
    email, found = next(iter(fits.items()))
    return found or name, email
