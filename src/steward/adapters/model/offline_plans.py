"""From a frame about the calendar to the calls that carry it out, or to the question that is still open."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from steward.adapters.model.offline_slots import (
    Slots,
    day_slot,
    hours_of,
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
from steward.adapters.model.offline_turn import Call, Moment, Pending, Reply
from steward.adapters.model.offline_wording import (
    capital,
    joined,
    quoted,
    say_clock,
    say_day,
    say_minutes,
    say_moment,
    say_rule,
)
from steward.nlu import Frame, question

DAYS_SHOWN = 7
"""How many days "show my calendar" means, and how many days one question about free time may span."""

_KIND = re.compile(
    r"\b((?:video|phone|conference) call|call|lunch|dinner|breakfast|coffee|interview|workshop|catch[- ]?up)\s+with\b",
    re.IGNORECASE,
)
_ONE_WITH = re.compile(r"(?:the |my )?(?:one|meeting|call|appointment) with (?P<person>.+)", re.IGNORECASE)
_QUESTIONS = {
    "time": "What time should it be?",
    "date": "Which day should it be?",
    "duration": "How long should it be?",
    "title": "Which one do you mean?",
    "text": "What should it say?",
    "number": "Which one do you mean?",
}


def ask(frame: Frame, *slots: str, text: str = "") -> Reply:
    """Return the question for the missing slots; the frame waits for the answer."""
    asked = replace(frame, missing=slots, needs_confirmation=False)
    words = text or question(asked) or _QUESTIONS.get(slots[0] if slots else "", "Can you tell me a little more?")
    return Reply(words, pending=Pending("slot", asked))


def schedule(frame: Frame, moment: Moment) -> Reply:
    """Return the call that makes the event; a time that is over is asked about first."""
    slots = frame.entities
    start = start_of(slots, moment)
    if start is None:
        return ask(frame, *(("time",) if day_slot(slots) or slots.get("recurrence") else ("date", "time")))
    title, people = title_of(slots, moment.text), people_slot(slots)
    arguments: dict[str, Any] = {"title": title, "start": iso(start)}
    end, minutes = time_slot(slots, "end_time"), number_slot(slots, "duration")
    if end is not None:
        until = datetime.combine(start.date(), end)
        arguments["end"] = iso(until if until > start else until + timedelta(days=1))
    elif minutes is not None and minutes > 0:
        arguments["duration_minutes"] = max(round(minutes), 1)
    _take(arguments, slots, {"location": "location", "recurrence": "recurrence", "timezone": "zone"})
    if people:
        arguments["attendees"] = people
    rule = text_slot(slots, "recurrence")
    when = f"{say_rule(rule)} from {say_moment(start, moment)}" if rule else f"for {say_moment(start, moment)}"
    reply = Reply(calls=(Call("create_event", arguments),), about=f"put {quoted(title)} on your calendar {when}")
    if not rule and start < wall_in(slots, moment):
        return confirm(frame, reply, f"{say_moment(start, moment)} has already passed. Should I schedule it anyway?")
    return reply


def confirm(frame: Frame, reply: Reply, text: str = "") -> Reply:
    """Return the question whether to run the reply's calls; they wait for a yes."""
    words = text or f"Just to be sure: should I {reply.about or 'do that'}?"
    return Reply(words, pending=Pending("confirm", replace(frame, needs_confirmation=False), calls=reply.calls))


def title_of(slots: Slots, text: str = "") -> str:
    """Return the title of a new event: the one that was said, or what happens and with whom."""
    title, people = text_slot(slots, "title"), people_slot(slots)
    if not people:
        return capital(title) or "Meeting"
    names = joined(people)
    if not title:
        kind = _KIND.search(text)
        title = " ".join(kind[1].lower().split()) if kind else "meeting"
    if any(name.lower() in title.lower() for name in people):
        return capital(title)
    return capital(f"{title} with {names}")


def _take(arguments: dict[str, Any], slots: Slots, names: dict[str, str]) -> None:
    for slot, argument in names.items():
        if value := text_slot(slots, slot):
            arguments[argument] = value


def _which(slots: Slots, day: str, at: str) -> dict[str, Any]:
    """Return the arguments that say which event is meant; ``day`` and ``at`` name the slots of its present time."""
    arguments: dict[str, Any] = {}
    title, people = selector(slots, "title"), people_slot(slots)
    if named := _ONE_WITH.fullmatch(title):
        title, people = "", [named["person"]]
    if title:
        arguments["title"] = title
    if people:
        arguments["person"] = people[0]
    if on_date := day_slot(slots, day):
        arguments["on_date"] = on_date.isoformat()
    if at_time := time_slot(slots, at):
        arguments["at_time"] = at_time.isoformat()
    return arguments


def which_event(arguments: Slots, moment: Moment) -> str:
    """Return "the meeting with John on Tuesday, January 16" for the arguments that say which event is meant."""
    title, person = text_slot(arguments, "title"), text_slot(arguments, "person")
    words = quoted(title) if title else "the meeting"
    if person:
        words += f" with {person}"
    if day := day_slot(arguments, "on_date"):
        words += f" on {say_day(day, moment)}"
    if at := time_slot(arguments, "at_time"):
        words += f" at {say_clock(at, moment)}"
    return words


def reschedule(frame: Frame, moment: Moment) -> Reply:
    """Return the call that moves the event; asks which one and when to where that was not said."""
    slots = frame.entities
    arguments = _which(slots, "from_date", "from_time")
    if not arguments:
        return ask(frame, "title", text="Which meeting should I move?")
    day, at, end = day_slot(slots), time_slot(slots), time_slot(slots, "end_time")
    shift = number_slot(slots, "shift")
    if part := text_slot(slots, "part") if at is None and not shift else "":
        return ask(frame, "time", text=f"What time in the {part} should I move it to?")
    which = which_event(arguments, moment)
    to: list[str] = []
    if day is not None:
        arguments["new_date"] = day.isoformat()
        to.append(f"to {say_day(day, moment)}")
    if at is not None:
        arguments["new_time"] = at.isoformat()
        to.append(f"{'at' if day else 'to'} {say_clock(at, moment)}")
        if end is not None:
            arguments["new_end_time"] = end.isoformat()
    elif shift:
        arguments["shift_minutes"] = round(shift)
        to.append(f"{say_minutes(abs(shift))} {'later' if shift > 0 else 'earlier'}")
    if not to:
        return ask(frame, "date", "time", text="When should I move it to?")
    _take(arguments, slots, {"timezone": "zone"})
    reply = Reply(calls=(Call("move_event", arguments),), about=f"move {which} {' '.join(to)}")
    if day and at and datetime.combine(day, at) < wall_in(slots, moment):
        passed = say_moment(datetime.combine(day, at), moment)
        return confirm(frame, reply, f"{passed} has already passed. Should I move it there anyway?")
    return reply


def cancel(frame: Frame, moment: Moment) -> Reply:
    """Return the call that cancels one event, or the look at all those it would cancel."""
    slots = frame.entities
    arguments = _which(slots, "date", "time")
    if "on_date" not in arguments and (day := day_slot(slots, "from_date")):
        arguments["on_date"] = day.isoformat()
    if cancels_several(slots):
        look = {**search_arguments(slots, moment), "limit": 100}
        return Reply(calls=(Call("find_events", look),), about="cancel all of those")
    if not arguments:
        return ask(frame, "title", text="Which meeting should I cancel?")
    return Reply(calls=(Call("cancel_event", arguments),), about=f"cancel {which_event(arguments, moment)}")


def cancels_several(slots: Slots) -> bool:
    """Whether the frame means every event that fits, not one of them."""
    if text_slot(slots, "scope") == "all":
        return True
    named = selector(slots, "title") or people_slot(slots)
    hours = slots.get("part") or slots.get("end_time")
    return bool(slots.get("date_from") or hours) and not named


def search_arguments(slots: Slots, moment: Moment) -> dict[str, Any]:
    """Return the arguments that find the events the slots speak of; without a day, everything that is still to come."""
    arguments: dict[str, Any] = {}
    if people := people_slot(slots):
        arguments["person"] = people[0]
    if words := selector(slots, "title") or text_slot(slots, "query"):
        arguments["query"] = words
    first, last = window_of(slots, moment)
    arguments["from"] = first or iso(moment.wall)
    if last:
        arguments["to"] = last
    return arguments


def check_calendar(frame: Frame, moment: Moment) -> Reply:
    """Return the call that finds the events asked about: a day's, somebody's, the next one, the week's."""
    slots = frame.entities
    arguments = search_arguments(slots, moment)
    if text_slot(slots, "scope") == "next":
        arguments["only_next"] = True
    elif set(arguments) == {"from"}:
        today = moment.wall.date()
        arguments = {"from": today.isoformat(), "to": (today + timedelta(days=DAYS_SHOWN - 1)).isoformat()}
    return Reply(calls=(Call("find_events", arguments),), about="look at your calendar")


def check_availability(frame: Frame, moment: Moment) -> Reply:
    """Return the calls that find free time: one for each day asked about, at most a week of them."""
    slots = frame.entities
    minutes = number_slot(slots, "duration")
    arguments: dict[str, Any] = {}
    if minutes is not None and minutes > 0:
        arguments["duration_minutes"] = max(round(minutes), 1)
    if hours := hours_of(slots, moment.text):
        start, end = hours
        if minutes and start.replace(hour=min(start.hour + 1, 23)) == end:
            wanted = datetime.combine(date.min, start) + timedelta(minutes=min(max(minutes, 1), 24 * 60))
            end = wanted.time() if wanted.date() == date.min else time(23, 59, 59)
        arguments |= {"from_time": start.isoformat(), "to_time": end.isoformat()}
    first = day_slot(slots) or day_slot(slots, "date_from") or moment.wall.date()
    last = first if day_slot(slots) else day_slot(slots, "date_to") or first
    days = min(max((last - first).days, 0) + 1, DAYS_SHOWN)
    return Reply(
        calls=tuple(
            Call("find_free_time", {"date": (first + timedelta(days=step)).isoformat(), **arguments})
            for step in range(days)
        ),
        about="look for free time",
    )
