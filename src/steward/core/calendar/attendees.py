"""Who is invited: names looked up among people who are known, so that no address is ever made up (decision AV13)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, Table, bindparam, delete, select

from steward.core.calendar.gate import OWN, scope
from steward.core.calendar.types import AttendeeView, Invitee
from steward.core.reminders.words import label, named, patterns_of, shares_a_word, words_of
from steward.db.database import Transaction
from steward.db.tables import CalendarEvent, EventAttendee, User
from steward.kit.actor import Actor
from steward.kit.errors import Invalid
from steward.kit.ids import new_id
from steward.kit.text import normal_email

MOST_ATTENDEES = 200
_MOST_KNOWN = 500
_attendees: Table = EventAttendee.__table__  # type: ignore[assignment]  # declarative tables are Tables
_INSERT = _attendees.insert()
_DELETE = delete(_attendees).where(_attendees.c.event_key == bindparam("event"))
_ADDRESS = re.compile(r"[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]{1,255}")


def invitee(text: str) -> Invitee:
    """Return whom a single text names: an address if there is an at sign in it, else a name."""
    return Invitee(email=text) if "@" in text else Invitee(name=text)


def resolve(tx: Transaction, actor: Actor, invitees: Sequence[Invitee]) -> list[AttendeeView]:
    """Return who is invited; a name without an address gets the one known address that fits it, or none.

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
    rows: dict[str, AttendeeView] = {}
    for each in checked:
        name, email = (each.name, each.email) if each.email else _looked_up(each.name, known)
        rows.setdefault(email or name.casefold(), AttendeeView(name, email, "pending"))
    return list(rows.values())


def invite(tx: Transaction, event_key: int, attendees: Sequence[AttendeeView]) -> None:
    """Write the attendees of an event."""
    if attendees:
        tx.connection.execute(
            _INSERT,
            [
                {"id": new_id(), "event_key": event_key, "name": one.name, "email": one.email, "response": one.response}
                for one in attendees
            ],
        )


def invite_instead(tx: Transaction, event_key: int, attendees: Sequence[AttendeeView]) -> None:
    """Write these attendees of an event in place of those it had."""
    tx.connection.execute(_DELETE, {"event": event_key})
    invite(tx, event_key, attendees)


def _checked(each: Invitee) -> Invitee:
    name = label(each.name, "attendees", 200, least=0)
    email = normal_email(each.email) if each.email and each.email.strip() else None
    if email is not None and (not _ADDRESS.fullmatch(email) or not email.isprintable()):
        raise Invalid("That is no e-mail address.", fields={"attendees": ["Not an e-mail address"]})
    if email is None and not name:
        raise Invalid("An attendee needs a name or an address.", fields={"attendees": ["Name or email is missing"]})
    return Invitee(name, email)


def _known(tx: Transaction, actor: Actor, names: Iterable[str]) -> list[tuple[str, str]]:
    patterns = patterns_of(" ".join(names))
    parameters = scope(actor, **named(patterns))
    found = [tx.connection.execute(query, parameters).all() for query in _known_queries(len(patterns))]
    return [(name, email) for rows in found for name, email in rows if email]


@cache
def _known_queries(words: int) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]:
    """Return the queries of colleagues and of those who were invited before."""
    of_tenant = (User.tenant_key == bindparam("of_tenant"), User.key != bindparam("of_user"), User.email.is_not(None))
    colleagues = select(User.full_name, User.email).where(*of_tenant)
    earlier = (
        select(EventAttendee.name, EventAttendee.email)
        .join(CalendarEvent, CalendarEvent.key == EventAttendee.event_key)
        .where(OWN, EventAttendee.email.is_not(None))
        .distinct()
    )
    if words:
        colleagues = colleagues.where(shares_a_word(User.full_name, words))
        earlier = earlier.where(shares_a_word(EventAttendee.name, words))
    return colleagues.order_by(User.key).limit(_MOST_KNOWN), earlier.limit(_MOST_KNOWN)


def _looked_up(name: str, known: Sequence[tuple[str, str]]) -> tuple[str, str | None]:
    wanted = words_of(name)
    same = {email: found for found, email in known if words_of(found) == wanted}
    fits = same or {email: found for found, email in known if wanted and wanted <= words_of(found)}
    if len(fits) != 1:
        return name, None
    email, found = next(iter(fits.items()))
    return found or name, email
