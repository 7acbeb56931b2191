"""A person's choices: reading a section whole, changing a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import select, update

from steward.core.accounts import AccountService, UserView
from steward.core.accounts.gate import own_view
from steward.core.accounts.rules import invalid
from steward.core.audit import Action, AuditLog
from steward.core.people.sections import PROFILE, SECTIONS, Field, Section
from steward.core.people.types import SectionView
from steward.db.database import Database, Transaction
from steward.db.tables import User, UserSettings
from steward.kit.actor import Actor
from steward.kit.errors import TooLarge

SectionName = Literal["preferences", "settings", "voice", "calendar"]

MOST_BYTES = 16 * 1024
"""Of one section, as JSON."""
_LONGEST_NAME = 80

_DEFAULTS = {"timezone": "UTC", "language": "en-US", "theme": "auto"}
"""What a choice that lives in the profile goes back to."""

Stored = dict[str, dict[str, Any]]


class SettingsService:
    """What can be done with one's own choices."""

    def __init__(self, db: Database, audit: AuditLog, accounts: AccountService) -> None:
        self._db = db
        self._audit = audit
        self._accounts = accounts

    async def get(self, actor: Actor, section: SectionName) -> SectionView:
        """Return the section with the defaults filled in.

        Raises:
            NotFound: the account is gone.
        """
        actor.need("profile:read")
        return await self._db.read(lambda tx: _view(tx, actor, section))

    async def change(self, actor: Actor, section: SectionName, changes: Mapping[str, Any]) -> SectionView:
        """Merge the changes into the section and return it whole; null puts a choice back to its default.

        An open section keeps names that it does not know, the others leave them out.

        Raises:
            Invalid: some values cannot be accepted; ``fields`` names all of them and nothing was changed.
            TooLarge: the section would be larger than 16 KB.
            NotFound: the account is gone.
        """
        actor.need("profile:write")
        wanted = _accepted(SECTIONS[section], changes)

        def work(tx: Transaction) -> SectionView:
            tx.session.execute(select(User.key).where(User.key == actor.user_key).with_for_update())
            own_view(tx, actor)
            places = _by_place(section, wanted)
            profile = places.pop(PROFILE, {})
            if profile:
                self._accounts.change(
                    tx, actor, {name: _DEFAULTS[name] if value is None else value for name, value in profile.items()}
                )
            for name, values in places.items():
                _merge(tx, actor, name, values)
            if places:
                names = ",".join(sorted(wanted))[:200]
                details = {"section": section, "fields": names}
                self._audit.record(tx, action=Action.SETTINGS_CHANGED, actor=actor, details=details)
            return _view(tx, actor, section)

        return await self._db.write(work)


def _accepted(section: Section, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of the changes the section takes.

    Raises:
        Invalid: some of it cannot be accepted.
    """
    wrong: dict[str, list[str]] = {}
    found: dict[str, Any] = {}
    for name, value in changes.items():
        field = section.fields.get(name)
        if field is None and not section.is_open:
            continue
        if field is None and not (0 < len(name) <= _LONGEST_NAME):
            wrong[name[:_LONGEST_NAME]] = [f"A name has at most {_LONGEST_NAME} characters"]
        elif field is not None and value is not None and (problem := field.wrong(value)) is not None:
            wrong[name] = [problem]
        else:
            found[name] = value
    if wrong:
        raise invalid(wrong)
    return found


def _by_place(section: str, wanted: Mapping[str, Any]) -> Stored:
    """Return the values by the section in which each lives."""
    places: Stored = {}
    for name, value in wanted.items():
        field = SECTIONS[section].fields.get(name)
        place, stored_as = (field.lives_in if field else None) or (section, name)
        places.setdefault(place, {})[stored_as] = value
    return places


def _merge(tx: Transaction, actor: Actor, section: str, values: Mapping[str, Any]) -> None:
    mine = (UserSettings.user_key == actor.user_key) & (UserSettings.section == section)
    row = tx.session.execute(select(UserSettings.key, UserSettings.data).where(mine)).one_or_none()
    before = {} if row is None else row.data
    data = {name: value for name, value in {**before, **values}.items() if value is not None}
    if len(orjson.dumps(data)) > MOST_BYTES:
        raise TooLarge(f"The choices of one section have at most {MOST_BYTES // 1024} KB.")
    if row is None:
        tx.add(
            UserSettings(
                tenant_key=actor.tenant_key, user_key=actor.user_key, section=section, data=data, updated_at=tx.now
            )
        )
        tx.session.flush()
        return
    tx.session.execute(update(UserSettings).where(UserSettings.key == row.key).values(data=data, updated_at=tx.now))


def _view(tx: Transaction, actor: Actor, section: str) -> SectionView:
    person = own_view(tx, actor)
    rows = tx.session.execute(
        select(UserSettings.section, UserSettings.data, UserSettings.updated_at).where(
            UserSettings.user_key == actor.user_key
        )
    ).all()
    stored: Stored = {row.section: row.data for row in rows}
    changed: list[datetime] = [row.updated_at for row in rows if row.section == section]
    fields = SECTIONS[section].fields
    known = {name: _value(section, name, field, stored, person) for name, field in fields.items()}
    return SectionView({**stored.get(section, {}), **known}, changed[0] if changed else None)


def _value(section: str, name: str, field: Field, stored: Stored, person: UserView) -> Any:
    place, stored_as = field.lives_in or (section, name)
    if place == PROFILE:
        return getattr(person, stored_as)
    found = stored.get(place, {}).get(stored_as)
    if found is not None:
        return found
    return getattr(person, field.default_of) if field.default_of else field.default
