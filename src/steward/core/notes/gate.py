"""The only way to the rows of ``notes`` on somebody's behalf."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_

from steward.db.tables import Note
from steward.kit.actor import Actor
from steward.kit.errors import NotFound


class NoteUnknown(NotFound):
    """There is no such note."""

    code = "NOTE_NOT_FOUND"


def own(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a note is the actor's."""
    return and_(Note.tenant_key == actor.tenant_key, Note.user_key == actor.user_key)
