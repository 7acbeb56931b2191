"""Whether somebody is free, as sentences: what the search for free time found."""

from __future__ import annotations

from collections.abc import Sequence

from steward.adapters.model.offline_slots import Slots, day_slot, time_slot
from steward.adapters.model.offline_told_events import starts, thing
from steward.adapters.model.offline_turn import Moment
from steward.adapters.model.offline_wording import (
    Row,
    capital,
    joined,
    moment_of,
    rows,
    say_clock,
    say_day,
    time_of,
)


def free_time(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return whether the asked hours of a day are free, or when that day has room."""
    day = day_slot(arguments, "date")
    on_day = f"on {say_day(day, moment)}" if day else "then"
    start, end = time_slot(arguments, "from_time"), time_slot(arguments, "to_time")
    asked = f" from {say_clock(start, moment)} to {say_clock(end, moment)}" if start and end else ""
    free = free_hours(data, moment)
    if data.get("is_free") is True:
        return f"Yes, you're free {on_day}{asked}." if asked else f"You're free {on_day}{' ' if free else ''}{free}."
    busy = busy_events(data, moment)
    place = f"{capital(on_day) if free else f'No, {on_day}'}{asked}"
    sentences = [f"{place} you have {busy}."] if busy else []
    if free:
        sentences.append(f"You're free {free}." if busy else f"You're free {on_day} {free}.")
    elif not busy or not asked:
        sentences.append(f"I found no free time {on_day}{asked}.")
    return " ".join(sentences)


def free_days(pairs: Sequence[tuple[Slots, Row]], moment: Moment) -> str:
    """Return the free hours of several days, a line each."""
    lines = []
    for arguments, data in pairs:
        day = day_slot(arguments, "date")
        name = say_day(day, moment) if day else "that day"
        lines.append(f"- {name}: {free_hours(data, moment) or ('free' if data.get('is_free') else 'no free time')}")
    return "Here is when you're free:\n\n" + "\n".join(lines)


def free_hours(data: Row, moment: Moment) -> str:
    """Return "from 9 AM to noon and from 1 PM to 6 PM"; "" when there is no free time."""
    return joined([words for words in (_slot(slot, moment) for slot in rows(data, "free")) if words])


def busy_events(data: Row, moment: Moment) -> str:
    """Return what stands in the way, with its hours; "" when nothing does."""
    busy = rows(data, "busy")
    named = [f"{thing(event)} ({_hours(event, moment)})" if starts(event) else thing(event) for event in busy[:5]]
    return joined([*named, f"{len(busy) - 5} more"] if len(busy) > 5 else named)


def _hours(event: Row, moment: Moment) -> str:
    start, end = starts(event), moment_of(event.get("end_local"))
    words = say_clock(start.time(), moment) if start else ""
    return f"{words} to {say_clock(end.time(), moment)}" if end and end != start else words


def _slot(slot: Row, moment: Moment) -> str:
    first, last = moment_of(slot.get("from_local")), moment_of(slot.get("to_local"))
    starts_at = first.time() if first else time_of(slot.get("from_local"))
    ends_at = last.time() if last else time_of(slot.get("to_local"))
    return f"from {say_clock(starts_at, moment)} to {say_clock(ends_at, moment)}" if starts_at and ends_at else ""
