"""What calendar tools did, as sentences: only what their results say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from steward.adapters.model.offline_slots import Slots, text_slot
from steward.adapters.model.offline_turn import Moment
from steward.adapters.model.offline_wording import (
    Row,
    capital,
    count,
    counted,
    day_of,
    joined,
    line,
    moment_of,
    quoted,
    row,
    rows,
    say_clock,
    say_day,
    say_minutes,
    say_moment,
    say_rule,
    say_span,
)

_PLAIN_TITLE = re.compile(
    r"^(?:meeting|(?:(?:video|phone|conference) )?call|interview|workshop|catch[- ]?up|appointment|lunch|dinner|coffee"
    r"|breakfast)\b",
    re.IGNORECASE,
)
_NO_ARTICLE = re.compile(r"^(?:lunch|dinner|coffee|breakfast)\b", re.IGNORECASE)


def thing(event: Row, article: str = "the") -> str:
    """Return "the meeting with John" for plain titles and "“Budget review”" for those that are names."""
    title = line(event, "title") or "the event"
    if title == "the event":
        return title
    if not _PLAIN_TITLE.match(title):
        words = quoted(title)
    else:
        plain = title[:1].lower() + title[1:]
        words = plain if _NO_ARTICLE.match(title) and article == "a" else f"{_article(plain, article)} {plain}"
    others = [name for name in _names(event) if name.lower() not in title.lower()]
    return f"{words} with {joined(others)}" if others and " with " not in words else words


def _article(words: str, article: str) -> str:
    return "an" if article == "a" and words[:1] in "aeiou" else article


def _names(event: Row) -> list[str]:
    return [
        name for name in (line(person, "name") or line(person, "email") for person in rows(event, "attendees")) if name
    ]


def starts(event: Row) -> datetime | None:
    """Return when the event starts, as wall time where the person is."""
    return moment_of(event.get("start_local"))


def span(event: Row, moment: Moment) -> str:
    """Return "Tuesday, January 16 from 2 PM to 3 PM"; "" when the event has no start."""
    start = starts(event)
    return say_span(start, moment_of(event.get("end_local")), moment) if start else ""


def event_line(event: Row, moment: Moment, day: date | None = None) -> str:
    """Return one line of a list; on ``day`` itself the day is not said again."""
    start, end = starts(event), moment_of(event.get("end_local"))
    title = line(event, "title") or "(no title)"
    place = line(event, "location")
    tail = f", {place}" if place else ""
    if start is None:
        return f"- {title}{tail}"
    if day == start.date() and (end is None or end.date() == day):
        hours = say_clock(start.time(), moment) + (
            f" to {say_clock(end.time(), moment)}" if end and end != start else ""
        )
        return f"- {hours}: {title}{tail}"
    return f"- {say_span(start, end, moment)}: {title}{tail}"


def event_lines(events: Sequence[Row], total: int, moment: Moment, day: date | None = None) -> str:
    """Return the events as a Markdown list, with how many more there are."""
    lines = [event_line(event, moment, day) for event in events]
    return "\n".join([*lines, f"- and {total - len(events)} more"] if total > len(events) else lines)


def created(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return what was put on the calendar, when, how long, and what it overlaps."""
    event = row(data, "event")
    start, end = starts(event), moment_of(event.get("end_local"))
    words = f"I've scheduled {thing(event, 'a')}"
    if start:
        words += f" for {say_moment(start, moment)}"
        if end and end > start:
            words += f", for {say_minutes((end - start) / timedelta(minutes=1))}"
    if place := line(event, "location"):
        words += f", at {place}"
    sentences = [words + "."]
    if rule := line(event, "recurrence"):
        sentences.append(f"It repeats {say_rule(rule)}.")
    if note := _elsewhere(event, arguments, moment):
        sentences.append(note)
    if start and start < moment.wall and not rule:
        sentences.append("That time has already passed.")
    if note := overlaps(rows(data, "conflicts"), moment):
        sentences.append(note)
    return " ".join(sentences)


def _elsewhere(event: Row, arguments: Slots, moment: Moment) -> str:
    """Return the time as it was spoken, where that was in another zone."""
    zone, spoken = text_slot(arguments, "zone"), moment_of(arguments.get("start"))
    if not zone or zone == moment.zone or spoken is None:
        return ""
    return f"That is {say_clock(spoken.time(), moment)} in {place_of(zone)}."


def place_of(zone: str) -> str:
    """Return "New York" for "America/New_York"."""
    return zone.rpartition("/")[2].replace("_", " ")


def overlaps(events: Sequence[Row], moment: Moment) -> str:
    """Return the sentence about other events at the same time; "" when there are none."""
    if not events:
        return ""
    named = [f"{thing(event)} ({span(event, moment)})" if starts(event) else thing(event) for event in events[:3]]
    if len(events) > 3:
        named.append(f"{len(events) - 3} more")
    return f"It overlaps with {joined(named)}."


def moved(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return from when to when the event was moved."""
    event, before = row(data, "event"), row(data, "before")
    was, now = moment_of(before.get("start_local")), starts(event)
    words = f"I've moved {thing(event)}"
    if was and was != now:
        words += f" from {say_moment(was, moment)}"
    if now:
        words += f" to {say_moment(now, moment)}"
    sentences = [words + "."]
    if note := overlaps(rows(data, "conflicts"), moment):
        sentences.append(note)
    return " ".join(sentences)


def cancelled(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return which events were cancelled."""
    events = rows(data, "events")
    if not events:
        return "Nothing was cancelled."
    if len(events) == 1:
        when = span(events[0], moment)
        return f"I've cancelled {thing(events[0])}{f' on {when}' if when else ''}."
    listed = event_lines(events, len(events), moment)
    return f"I've cancelled {counted(len(events), 'event')}:\n\n{listed}"


def found(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return the events that were asked about, or that there are none."""
    events = rows(data, "events")
    total = count(data, "total", len(events))
    asked = _asked(arguments, moment)
    if not events:
        return _none_found(arguments, asked)
    if arguments.get("only_next"):
        return f"Your next event is {thing(events[0])}{_on(events[0], moment)}."
    if total == 1 and (arguments.get("person") or arguments.get("query")):
        return f"{capital(thing(events[0]))} is{_on(events[0], moment)}."
    listed = event_lines(events, total, moment, _only_day(arguments))
    return f"You have {counted(total, 'event')}{asked}:\n\n{listed}"


def _on(event: Row, moment: Moment) -> str:
    when, place = span(event, moment), line(event, "location")
    return (f" on {when}" if when else "") + (f", at {place}" if place else "")


def _none_found(arguments: Slots, asked: str) -> str:
    if arguments.get("only_next"):
        return "You have nothing coming up on your calendar."
    if arguments.get("person") or arguments.get("query"):
        return f"I found no events{asked}."
    return f"Your calendar is clear{asked}."


def _only_day(arguments: Slots) -> date | None:
    first, last = day_of(arguments.get("from")), day_of(arguments.get("to"))
    return first if first == last else None


def _asked(arguments: Slots, moment: Moment) -> str:
    """Return what was looked for, as " with John on Tuesday, January 16"."""
    words = f" with {text_slot(arguments, 'person')}" if arguments.get("person") else ""
    if query := text_slot(arguments, "query"):
        words += f" about {quoted(query)}"
    first, last = moment_of(arguments.get("from")), moment_of(arguments.get("to"))
    if first is None or last is None:
        return f"{words} coming up" if words else ""
    if first.date() != last.date():
        return f"{words} from {say_day(first.date(), moment)} to {say_day(last.date(), moment)}"
    return f"{words} on {say_day(first.date(), moment)}{_between(first.time(), last.time(), moment)}"


def _between(first: time, last: time, moment: Moment) -> str:
    if first == last:
        return ""
    if last >= time(23, 59):
        return f" after {say_clock(first, moment)}" if first > time(0) else ""
    if first == time(0):
        return f" before {say_clock(last, moment)}"
    return f" between {say_clock(first, moment)} and {say_clock(last, moment)}"
