"""Taking back what a tool did: the inverse verbs, and finding the newest effect that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update

from steward.core.access import EVERYTHING
from steward.core.calendar import EventChange
from steward.core.tasks import TaskChange
from steward.core.tools.types import Call, Done, ToolFailed, taken_back_if_it_fails
from steward.db.tables import ToolCall
from steward.kit.errors import Conflict, NotFound

_NEWEST = (
    select(ToolCall.key, ToolCall.name, ToolCall.inverse)
    .where(ToolCall.user_key == bindparam("of_user"), ToolCall.undoable, ToolCall.undone_at.is_(None))
    .order_by(ToolCall.key.desc())
    .limit(1)
    .with_for_update()
)
_MARK = update(ToolCall.__table__).where(ToolCall.key == bindparam("row"))  # type: ignore[arg-type]
_Arguments = Mapping[str, Any]
_PERMISSIONS = {
    "event": "calendar:write",
    "reminder": "reminders:write",
    "task": "tasks:write",
    "note": "notes:write",
}


class ChangedSince(Conflict):
    """That cannot be taken back any more, because it was changed since."""

    code = "CONFLICT"


def undo_newest(call: Call) -> Done:
    """Take back the person's newest effect that was not taken back yet.

    What has changed since (somebody deleted it) cannot be taken back: it is passed over with CONFLICT, so that the next
    try reaches the effect before it.

    Raises:
        ToolFailed: NOTHING_TO_UNDO when there is none.
        Forbidden: the person may no longer change such things.
    """
    connection = call.tx.connection
    row = connection.execute(_NEWEST, {"of_user": call.actor.user_key}).one_or_none()
    if row is None:
        raise ToolFailed("There is nothing to undo.", code="NOTHING_TO_UNDO")
    inverse = row.inverse or {}
    call.actor.need(_PERMISSIONS.get(inverse.get("verb", "").partition(".")[0], EVERYTHING))
    connection.execute(_MARK, {"row": row.key, "undone_at": call.tx.now})
    verb = VERBS.get(inverse.get("verb", ""))
    if verb is None:
        raise ChangedSince
    try:
        with taken_back_if_it_fails(connection):
            verb(call, inverse["arguments"])
    except NotFound:
        raise ChangedSince from None
    told = str(inverse["tells"])
    return Done({"undone": row.name, "description": told}, None, {"type": "undo", "data": {"undone": row.name}})


def _remove_event(call: Call, arguments: _Arguments) -> None:
    call.nouns.calendar.remove_in(call.tx, call.actor, UUID(arguments["id"]))


def _move_event(call: Call, arguments: _Arguments) -> None:
    change = EventChange(start=_instant(arguments["start"]), end=_instant(arguments["end"]))
    call.nouns.calendar.change_in(call.tx, call.actor, UUID(arguments["id"]), change)


def _rejoin_event(call: Call, arguments: _Arguments) -> None:
    series, start = UUID(arguments["series_id"]), _instant(arguments["start"])
    call.nouns.calendar.restore_in(call.tx, call.actor, series, status="confirmed", occurrence=start)
    call.nouns.calendar.remove_in(call.tx, call.actor, UUID(arguments["id"]))


def _restore_events(call: Call, arguments: _Arguments) -> None:
    for event in arguments["events"]:
        occurrence = _instant(event["occurrence"]) if event["occurrence"] else None
        call.nouns.calendar.restore_in(
            call.tx, call.actor, UUID(event["id"]), status=event["status"], occurrence=occurrence
        )


def _cancel_reminders(call: Call, arguments: _Arguments) -> None:
    call.nouns.reminders.cancel_in(call.tx, call.actor, [UUID(each) for each in arguments["ids"]])


def _restore_reminders(call: Call, arguments: _Arguments) -> None:
    ids = [UUID(each) for each in arguments["ids"]]
    if call.nouns.reminders.restore_in(call.tx, call.actor, ids) == 0:
        raise ChangedSince


def _remove_task(call: Call, arguments: _Arguments) -> None:
    call.nouns.tasks.remove_in(call.tx, call.actor, UUID(arguments["id"]))


def _reopen_task(call: Call, arguments: _Arguments) -> None:
    change = TaskChange(status=arguments["status"])
    call.nouns.tasks.change_in(call.tx, call.actor, UUID(arguments["id"]), change)


def _restore_task(call: Call, arguments: _Arguments) -> None:
    call.nouns.tasks.restore_in(call.tx, call.actor, arguments["row"])


def _remove_note(call: Call, arguments: _Arguments) -> None:
    call.nouns.notes.remove_in(call.tx, call.actor, UUID(arguments["id"]))


VERBS: Mapping[str, Callable[[Call, _Arguments], None]] = {
    "event.remove": _remove_event,
    "event.move": _move_event,
    "event.rejoin": _rejoin_event,
    "event.restore": _restore_events,
    "reminder.cancel": _cancel_reminders,
    "reminder.restore": _restore_reminders,
    "task.remove": _remove_task,
    "task.reopen": _reopen_task,
    "task.restore": _restore_task,
    "note.remove": _remove_note,
}
"""The inverse verbs; a name never changes its meaning, because tool calls of the past name it."""


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
