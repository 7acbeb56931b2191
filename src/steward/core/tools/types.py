"""What a tool is, what it is given and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from steward.core.calendar import CalendarService
from steward.core.notes import NoteService
from steward.core.reminders import ReminderService
from steward.core.reminders.wall_time import zone_of
from steward.core.tasks import TaskService
from steward.db.database import Transaction
from steward.kit.actor import Actor
from steward.kit.errors import StewardError

Effect = Literal["none", "own", "outward"]
"""What a tool changes: nothing, what belongs to the person, or something that others notice."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where the person spoke: wall times in arguments are meant in ``zone``, an IANA name."""

    now: datetime
    zone: str = "UTC"
    locale: str = "en-US"


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What a tool came to; a failure is an outcome too.

    ``data`` is what the model is told: ``{"ok": true, …}`` or ``{"ok": false, "error": {"code", "message",
    "candidates"?}}``. ``inverse`` is how to take the effect back, None when there is nothing to take back: keep it with
    the tool call as undoable. ``action`` is shown with the assistant's message. ``ran`` is False where the call was
    refused before the tool began.
    """

    ok: bool
    data: Mapping[str, Any]
    inverse: Mapping[str, Any] | None = None
    action: Mapping[str, Any] | None = None
    ran: bool = True


@dataclass(frozen=True, slots=True)
class Nouns:
    """The services that tools act through."""

    calendar: CalendarService
    reminders: ReminderService
    tasks: TaskService
    notes: NoteService


@dataclass(frozen=True, slots=True)
class Call:
    """One run of a tool: the caller's transaction, on whose behalf, and when they spoke."""

    tx: Transaction
    actor: Actor
    moment: Moment
    nouns: Nouns

    @property
    def zone(self) -> ZoneInfo:
        """The person's zone."""
        return zone_of(self.moment.zone)


@dataclass(frozen=True, slots=True)
class Done:
    """What a tool did: result data without ``ok``, the way back, and what is shown."""

    data: Mapping[str, Any] = field(default_factory=dict)
    inverse: Mapping[str, Any] | None = None
    action: Mapping[str, Any] | None = None


class Arguments(BaseModel):
    """The arguments of a tool; unknown ones are refused, so that nothing that was meant is dropped."""

    model_config = ConfigDict(extra="forbid", str_max_length=20_000)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: ``permission`` is what the actor must hold, None for none."""

    name: str
    description: str
    arguments: type[Arguments]
    run: Callable[[Call, Any], Done]
    permission: str | None = None
    effect: Effect = "none"


class ToolFailed(StewardError):
    """The tool could not do that."""

    code = "INVALID_ARGUMENTS"

    def __init__(
        self, message: str, *, code: str = "INVALID_ARGUMENTS", candidates: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        super().__init__(message, code=code)
        self.candidates = [dict(candidate) for candidate in candidates]


MOST_CANDIDATES = 10


@contextmanager
def taken_back_if_it_fails(connection: Connection) -> Iterator[None]:
    """Run what is inside behind a savepoint: if it raises, its writes are taken back and the transaction goes on."""
    connection.exec_driver_sql("SAVEPOINT tool")
    try:
        yield
    except BaseException:
        if not connection.invalidated:
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT tool")
        raise
    connection.exec_driver_sql("RELEASE SAVEPOINT tool")


def the_one(found: Sequence[Any], what: str, shown: Callable[[Any], Mapping[str, Any]]) -> Any:
    """Return the only row that was found.

    Raises:
        ToolFailed: NOT_FOUND when there is none, AMBIGUOUS with the candidates when there are several.
    """
    if not found:
        raise ToolFailed(f"I found no such {what}.", code="NOT_FOUND")
    if len(found) > 1:
        raise ToolFailed(
            f"Several {what}s fit that: say which one.",
            code="AMBIGUOUS",
            candidates=[shown(row) for row in found[:MOST_CANDIDATES]],
        )
    return found[0]


def way_back(verb: str, tells: str, **arguments: Any) -> dict[str, Any]:
    """Return an inverse: the verb of ``undoing`` with its JSON arguments, and the sentence that tells of it."""
    return {"verb": verb, "arguments": arguments, "tells": tells}
