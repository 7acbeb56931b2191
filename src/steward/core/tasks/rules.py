"""What makes a task valid, and how it is kept for taking a deletion back; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from steward.core.reminders.wall_time import resolved, zone_of
from steward.core.reminders.words import label, prose
from steward.core.tasks.types import PRIORITIES, STATUSES
from steward.kit.clock import iso_z_or_none
from steward.kit.errors import Invalid

_MOST_DETAILS = 20_000
_STORED = ("title", "description", "status", "priority", "list_name", "details", "result", "error")
_TIMES = ("due_at", "created_at", "updated_at", "completed_at")


def title_of(text: str) -> str:
    """Return the title as one safe line of 1 to 300 characters. Raises Invalid."""
    return label(text, "title", 300)


def description_of(text: str) -> str:
    """Return the description, at most 20,000 characters. Raises Invalid."""
    return prose(text, "description", 20_000)


def list_of(text: str) -> str:
    """Return the name of a list in lower case, at most 80 characters. Raises Invalid."""
    return label(text.lower(), "list", 80, least=0)  # lower case may be longer


def priority_of(text: str) -> str:
    """Return the priority. Raises Invalid unless it is low, medium or high."""
    if text not in PRIORITIES:
        raise Invalid("Priorities are low, medium and high.", fields={"priority": ["Unknown priority"]})
    return text


def status_of(text: str) -> str:
    """Return the status. Raises Invalid unless it is pending, completed or failed."""
    if text not in STATUSES:
        raise Invalid("A task is pending, completed or failed.", fields={"status": ["Unknown status"]})
    return text


def details_of(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata as JSON can keep it, at most 20,000 bytes. Raises Invalid."""
    try:
        kept = orjson.dumps(dict(details))
    except (TypeError, ValueError):
        raise Invalid(fields={"metadata": ["Not a JSON object"]}) from None
    if len(kept) > _MOST_DETAILS:
        raise Invalid("That metadata is too large.", fields={"metadata": [f"At most {_MOST_DETAILS} bytes"]})
    read_back: dict[str, Any] = orjson.loads(kept)
    return read_back


def due_of(due: datetime | date | None, zone: str) -> datetime | None:
    """Return the instant that is meant; a date is the last second of that day in the zone. Raises Invalid."""
    if due is None:
        return None
    at = resolved(due, zone_of(zone), field="due_date", day_end=True)
    return at if isinstance(due, datetime) else at - timedelta(seconds=1)


def packed(row: Any) -> dict[str, Any]:
    """Return the whole row of a task as JSON values, to be restored by ``unpacked``."""
    times = {name: iso_z_or_none(getattr(row, name)) for name in _TIMES}
    return {"key": row.key, "id": str(row.id), **{name: getattr(row, name) for name in _STORED}, **times}


def unpacked(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a row that ``packed`` kept; the key is left out."""
    times = {name: None if stored[name] is None else datetime.fromisoformat(stored[name]) for name in _TIMES}
    return {"id": UUID(stored["id"]), **{name: stored[name] for name in _STORED}, **times}
