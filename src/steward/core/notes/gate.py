"""The only way to the rows of ``notes`` on somebody's behalf."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam

from steward.db.tables import Note
from steward.kit.actor import Actor
from steward.kit.errors import NotFound


class NoteUnknown(NotFound):
    """There is no such note."""

    code = "NOTE_NOT_FOUND"


OWN = and_(Note.tenant_key == bindparam("of_tenant"), Note.user_key == bindparam("of_user"))
"""The condition that a note is the actor's."""


def scope(actor: Actor, **more: Any) -> dict[str, Any]:
    """Return the parameters of ``OWN``, and ``more``."""
    return {"of_tenant": actor.tenant_key, "of_user": actor.user_key, **more}
