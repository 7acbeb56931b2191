"""The tools on reminders: set_reminder, list_reminders, cancel_reminder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from pydantic import Field

from steward.core.reminders import Alert, NewReminder, ReminderView
from steward.core.reminders.types import MOST_MINUTES_BEFORE
from steward.core.reminders.wall_time import read_when, wall_of, zone_of
from steward.core.tools import shown
from steward.core.tools.calendar_tools import next_fitting
from steward.core.tools.types import Arguments, Call, Done, Tool, ToolFailed, the_one, way_back
from steward.kit.ids import parse_id
from steward.kit.pages import Window

MORNING = time(9)
"""The wall time of a reminder that names a day and no hour."""

_MOST_CANCELLED = 500


class BeforeEvent(Arguments):
    """Before which event."""

    title: str | None = Field(None, description="Words of the event's title.")
    person: str | None = Field(None, description="Somebody who takes part.")
    minutes: int = Field(ge=0, le=MOST_MINUTES_BEFORE, description="How many minutes before it starts.")


class SetReminder(Arguments):
    """What to remind of, and when: due, recurrence or before_event."""

    text: str = Field(min_length=1, max_length=2_000)
    due: str | None = Field(None, description="Wall time in the person's zone such as 2024-01-16T14:00:00, or a date.")
    recurrence: str | None = Field(None, description="RRULE such as FREQ=DAILY; hourly at most.")
    zone: str | None = Field(None, description="IANA zone of due when it is not the person's.")
    is_timer: bool = Field(False, description="Whether it is a countdown.")
    before_event: BeforeEvent | None = None


class ListReminders(Arguments):
    """Which reminders to list."""

    from_: str | None = Field(None, alias="from", description="First date or time.")
    to: str | None = Field(None, description="Last date (whole day) or time.")
    limit: int = Field(20, ge=1, le=100)


class CancelReminder(Arguments):
    """Which reminder to cancel; the only one that waits when nothing is said."""

    text: str | None = Field(None, description="Words of the reminder.")
    all: bool = Field(False, description="Cancel all that fit, or all that wait when there is no text.")
    id: str | None = Field(None, description="The id from an earlier result, if there is one.")


def set_reminder(call: Call, wanted: SetReminder) -> Done:
    """Set a reminder at a time, again and again, or before an event."""
    made = _before_event(call, wanted, wanted.before_event) if wanted.before_event else _at_time(call, wanted)
    told = shown.reminder(made, call.zone)
    what = "timer" if made.is_timer else "reminder"
    return Done(
        {"reminder": told},
        way_back("reminder.cancel", f"The {what} “{made.text}” is cancelled.", ids=[str(made.id)]),
        {"type": "create_reminder", "data": told},
    )


def list_reminders(call: Call, wanted: ListReminders) -> Done:
    """List the reminders that wait, earliest first."""
    page = call.nouns.reminders.page_in(
        call.tx,
        call.actor,
        start=read_when(wanted.from_, "from") if wanted.from_ else None,
        end=read_when(wanted.to, "to") if wanted.to else None,
        window=Window(limit=wanted.limit),
    )
    return Done({"reminders": [shown.reminder(each, call.zone) for each in page.items], "total": page.total})


def cancel_reminder(call: Call, wanted: CancelReminder) -> Done:
    """Cancel the reminder that is meant, or all that fit."""
    found = _meant(call, wanted)
    if not wanted.all:
        found = [the_one(found, "reminder", lambda each: shown.reminder(each, call.zone))]
    elif not found:
        raise ToolFailed("There is no reminder to cancel.", code="NOT_FOUND")
    ids = [each.id for each in found[:_MOST_CANCELLED]]
    call.nouns.reminders.cancel_in(call.tx, call.actor, ids)
    gone = call.nouns.reminders.seen_in(call.tx, call.actor, ids)
    told = [shown.reminder(each, call.zone) for each in gone]
    names = f"The reminder “{gone[0].text}” is" if len(gone) == 1 else f"{len(gone)} reminders are"
    back = way_back("reminder.restore", f"{names} set again.", ids=[str(each) for each in ids])
    return Done({"reminders": told}, back, {"type": "cancel_reminder", "data": {"reminders": told}})


TOOLS = (
    Tool(
        "set_reminder",
        "Remind the person at a time, repeatedly, or before an event; also timers.",
        SetReminder,
        set_reminder,
        permission="reminders:write",
        effect="own",
    ),
    Tool("list_reminders", "List reminders that wait.", ListReminders, list_reminders, permission="reminders:read"),
    Tool(
        "cancel_reminder",
        "Cancel a reminder or timer, or all of them.",
        CancelReminder,
        cancel_reminder,
        permission="reminders:write",
        effect="own",
    ),
)


def _at_time(call: Call, wanted: SetReminder) -> ReminderView:
    zone_name = wanted.zone or call.moment.zone
    if wanted.due:
        when = read_when(wanted.due, "due")
        due = when if isinstance(when, datetime) else datetime.combine(when, MORNING)
    elif wanted.recurrence:
        due = datetime.combine(wall_of(call.moment.now, zone_of(zone_name)).date(), MORNING)
    else:
        raise ToolFailed("Say when to remind: a time, a repetition or an event.")
    new = NewReminder(wanted.text, due, wanted.recurrence or None, zone_name, wanted.is_timer)
    return call.nouns.reminders.create_in(call.tx, call.actor, new, asked_at=call.moment.now)


def _before_event(call: Call, wanted: SetReminder, before: BeforeEvent) -> ReminderView:
    found = next_fitting(call, before.title, before.person)
    event = the_one(found, "event", lambda each: shown.event(each, call.zone))
    alert = Alert("push", before.minutes, wanted.text)
    made = call.nouns.calendar.add_alert_in(call.tx, call.actor, event.id, alert, asked_at=call.moment.now)
    return call.nouns.reminders.seen_in(call.tx, call.actor, [made])[0]


def _meant(call: Call, wanted: CancelReminder) -> Sequence[ReminderView]:
    waiting = call.nouns.reminders.find_in(call.tx, call.actor, wanted.text or "")
    if not wanted.id:
        return waiting
    wanted_id = parse_id(wanted.id, prefix="reminder")
    return [each for each in waiting if each.id == wanted_id]
