"""From a frame about reminders, tasks and notes to the calls that carry it out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from steward.adapters.model.offline_plans import ask
from steward.adapters.model.offline_slots import (
    MORNING,
    Slots,
    day_slot,
    first_of,
    iso,
    number_slot,
    people_slot,
    selector,
    start_of,
    text_slot,
    time_slot,
    wall_in,
    window_of,
)
from steward.adapters.model.offline_turn import Call, Moment, Reply
from steward.adapters.model.offline_wording import quoted, say_day, say_minutes, say_moment, say_rule
from steward.kit.clock import iso_z
from steward.nlu import Frame

PRIORITIES = ("low", "medium", "high")
MOST_LISTED = 100
MAX_TIMER_MINUTES = 7 * 24 * 60

_WAKE = re.compile(r"\b(?:wake|alarm)\b", re.IGNORECASE)
_EVENT_WITH = re.compile(
    r"^(?:the |my |our )?(?:next )?(?:meeting|call|event|appointment)s? with (?P<person>.+)$", re.I
)
_NEXT_EVENT = re.compile(r"(?:the |my )?next (?:meeting|call|event|appointment|one)", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|my|our|a|an)\s+", re.IGNORECASE)


def set_reminder(frame: Frame, moment: Moment) -> Reply:
    """Return the call that sets a reminder: at a time, again and again, or some minutes before an event."""
    slots = frame.entities
    offset = number_slot(slots, "offset")
    if offset:
        return _before_event(frame, abs(offset), moment)
    text = text_slot(slots, "text") or ("Wake up" if _WAKE.search(moment.text) else "")
    if not text:
        return ask(frame, "text")
    due = _due(slots, moment)
    rule = text_slot(slots, "recurrence")
    if due is None:
        return ask(frame, "time" if day_slot(slots) else "date")
    if not rule and due <= wall_in(slots, moment):
        open_frame = replace(frame, entities={k: v for k, v in slots.items() if k not in ("date", "time")})
        passed = f"{say_moment(due, moment)} has already passed. When should I remind you instead?"
        return ask(open_frame, "date", "time", text=passed)
    arguments: dict[str, Any] = {"text": text, "due": iso(due)}
    if rule:
        arguments["recurrence"] = rule
    if zone := text_slot(slots, "timezone"):
        arguments["zone"] = zone
    when = say_rule(rule) if rule else f"on {say_moment(due, moment)}"
    return Reply(calls=(Call("set_reminder", arguments),), about=f"remind you {when}: {text}")


def _due(slots: Slots, moment: Moment) -> datetime | None:
    """Return when the reminder is due: a day without an hour means the morning, an hour without a day the next one."""
    at, day, rule = time_slot(slots), day_slot(slots), text_slot(slots, "recurrence")
    now = wall_in(slots, moment)
    if rule and at is None:
        return first_of(rule, now if "HOURLY" in rule.upper() else datetime.combine(now.date(), MORNING), now)
    if at is None:
        day = day or day_slot(slots, "date_from")
        return datetime.combine(day, MORNING) if day else None
    return start_of(slots, moment)


def _before_event(frame: Frame, minutes: float, moment: Moment) -> Reply:
    slots = frame.entities
    text, people = text_slot(slots, "text"), people_slot(slots)
    if _NEXT_EVENT.fullmatch(text) and not people:
        look = {"from": iso(moment.wall), "only_next": True}
        return Reply(calls=(Call("find_events", look),), about="remind you of your next meeting")
    event: dict[str, Any] = {"minutes": max(round(minutes), 1)}
    named = _EVENT_WITH.match(text)
    title = selector(slots, "title") or ("" if named else _ARTICLE.sub("", text))
    if people or named:
        event["person"] = people[0] if people else named["person"] if named else ""
    elif title:
        event["title"] = title
    else:
        return ask(frame, "text", text="Before which meeting should I remind you?")
    arguments = {"text": text or title or f"meeting with {event['person']}", "before_event": event}
    about = f"remind you {say_minutes(minutes)} before {quoted(text_slot(arguments, 'text'))}"
    return Reply(calls=(Call("set_reminder", arguments),), about=about)


def set_timer(frame: Frame, moment: Moment) -> Reply:
    """Return the call that sets a timer; its end is an instant, so that a change of the clocks does not matter."""
    minutes = number_slot(frame.entities, "duration")
    if minutes is None or minutes <= 0:
        return ask(frame, "duration", text="For how long should I set the timer?")
    if minutes > MAX_TIMER_MINUTES:
        return Reply("A timer can run for up to a week; for longer, ask me for a reminder on a day.")
    text = text_slot(frame.entities, "text") or text_slot(frame.entities, "title") or "Timer"
    due = iso_z(moment.instant + timedelta(minutes=minutes))
    arguments = {"text": text, "due": due, "is_timer": True}
    return Reply(calls=(Call("set_reminder", arguments),), about=f"set a timer for {say_minutes(minutes)}")


def list_reminders(frame: Frame, moment: Moment) -> Reply:
    """Return the call that lists reminders, of a day or range where one was named."""
    return Reply(calls=(Call("list_reminders", _window(frame.entities, moment)),), about="list your reminders")


def _window(slots: Slots, moment: Moment) -> dict[str, Any]:
    first, last = window_of(slots, moment)
    return {key: value for key, value in (("from", first), ("to", last)) if value}


def cancel_reminder(frame: Frame, moment: Moment) -> Reply:
    """Return the call that cancels a reminder, or the look at all of them first."""
    slots = frame.entities
    if text_slot(slots, "scope") == "all":
        return Reply(calls=(Call("list_reminders", {"limit": MOST_LISTED}),), about="cancel all your reminders")
    text = selector(slots, "text") or selector(slots, "title")
    if not text and (day_slot(slots) or time_slot(slots)):
        return Reply(calls=(Call("list_reminders", {"limit": MOST_LISTED}),), about="cancel that reminder")
    if not text:
        return ask(frame, "text", text="Which reminder should I cancel?")
    return Reply(calls=(Call("cancel_reminder", {"text": text}),), about=f"cancel the reminder {quoted(text)}")


def add_task(frame: Frame, moment: Moment) -> Reply:
    """Return the call that adds a task; a range of days means its last one."""
    slots = frame.entities
    title = text_slot(slots, "title") or text_slot(slots, "text")
    if not title:
        return ask(frame, "title", text="What should the task say?")
    arguments: dict[str, Any] = {"title": title}
    day, at = day_slot(slots) or day_slot(slots, "date_to"), time_slot(slots)
    if at is not None and (start := start_of(slots, moment)) is not None:
        arguments["due"] = iso(start)
    elif day is not None:
        arguments["due"] = day.isoformat()
    if text_slot(slots, "priority") in PRIORITIES:
        arguments["priority"] = text_slot(slots, "priority")
    if name := text_slot(slots, "list"):
        arguments["list"] = name
    due = f", due {say_day(day, moment)}" if day else ""
    return Reply(calls=(Call("add_task", arguments),), about=f"add the task {quoted(title)}{due}")


def _one_task(frame: Frame, tool: str, verb: str) -> Reply:
    slots = frame.entities
    number, title = number_slot(slots, "number"), selector(slots, "title")
    if number is not None and number == int(number) and number >= 1:
        return Reply(calls=(Call(tool, {"number": int(number)}),), about=f"{verb} task {int(number)}")
    if not title and (slots.get("scope") == "all" or slots.get("list")):
        named = {"list": text_slot(slots, "list")} if slots.get("list") else {}
        return Reply(calls=(Call("list_tasks", {"limit": MOST_LISTED, **named}),), about=f"{verb} several tasks")
    if not title:
        return ask(frame, "title", text=f"Which task should I {verb}?")
    return Reply(calls=(Call(tool, {"title": title}),), about=f"{verb} the task {quoted(title)}")


def complete_task(frame: Frame, moment: Moment) -> Reply:
    """Return the call that marks a task as done, by its words or its number in the list."""
    return _one_task(frame, "complete_task", "complete")


def delete_task(frame: Frame, moment: Moment) -> Reply:
    """Return the call that deletes a task, by its words or its number in the list."""
    return _one_task(frame, "delete_task", "delete")


def list_tasks(frame: Frame, moment: Moment) -> Reply:
    """Return the call that lists tasks by state, priority, list and due days."""
    slots = frame.entities
    arguments, status = _window(slots, moment), text_slot(slots, "status")
    if status == "overdue":
        arguments = {"to": iso(moment.wall)}
    elif status in ("completed", "failed"):
        arguments["status"] = status
    if text_slot(slots, "priority") in PRIORITIES:
        arguments["priority"] = text_slot(slots, "priority")
    if name := text_slot(slots, "list"):
        arguments["list"] = name
    return Reply(calls=(Call("list_tasks", arguments),), about="list your tasks")


def create_note(frame: Frame, moment: Moment) -> Reply:
    """Return the call that keeps a note, word for word."""
    text = str(frame.entities.get("text") or "").strip() or text_slot(frame.entities, "title")
    if not text:
        return ask(frame, "text", text="What should the note say?")
    arguments = {"text": text}
    if title := text_slot(frame.entities, "title"):
        arguments["title"] = title
    return Reply(calls=(Call("create_note", arguments),), about=f"note down {quoted(text)}")


def list_notes(frame: Frame, moment: Moment) -> Reply:
    """Return the call that lists notes, or those about something."""
    query = text_slot(frame.entities, "query")
    return Reply(calls=(Call("list_notes", {"query": query} if query else {}),), about="look at your notes")
