"""Whether somebody is free, as sentences: what the search for free time found."""

from __future__ import annotations

from steward.adapters.model.offline_slots import Slots, day_slot, time_slot
from steward.adapters.model.offline_told_events import starts, thing
from steward.adapters.model.offline_turn import Moment
from steward.adapters.model.offline_wording import (
    Row,
    joined,
    moment_of,
    rows,
    say_clock,
    say_day,
    say_minutes,
    time_of,
)


def free_time(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return whether the asked hours of a day are free, or when that day has room."""
    day = day_slot(arguments, "date")
    on_day = say_day(day, moment) if day else "that day"
    busy, free = rows(data, "busy"), rows(data, "free")
    start, end = time_slot(arguments, "from_time"), time_slot(arguments, "to_time")
    hours = f" from {say_clock(start, moment)} to {say_clock(end, moment)}" if start and end else ""
    if data.get("is_free") is True:
        return f"Yes, you're free on {on_day}{hours}." if hours else f"You're free all day on {on_day}."
    slots = [words for words in (_slot(slot, moment) for slot in free) if words]
    sentences = []
    if busy:
        named = [f"{thing(event)} ({_hours(event, moment)})" if starts(event) else thing(event) for event in busy[:5]]
        sentences.append(f"On {on_day}{hours} you have {joined(named)}.")
    if slots:
        sentences.append(f"You're free on {on_day} {joined(slots)}.")
    elif not busy:
        sentences.append(f"I found no free time on {on_day}{hours}.")
    else:
        minutes = arguments.get("duration_minutes", 60)
        long = f" of {say_minutes(minutes)}" if isinstance(minutes, int | float) else ""
        sentences.append(f"There is no free slot{long} then.")
    return " ".join(sentences)


def _hours(event: Row, moment: Moment) -> str:
    start, end = starts(event), moment_of(event.get("end_local"))
    words = say_clock(start.time(), moment) if start else ""
    return f"{words} to {say_clock(end.time(), moment)}" if end and end != start else words


def _slot(slot: Row, moment: Moment) -> str:
    first, last = moment_of(slot.get("from_local")), moment_of(slot.get("to_local"))
    starts_at = first.time() if first else time_of(slot.get("from_local"))
    ends_at = last.time() if last else time_of(slot.get("to_local"))
    return f"from {say_clock(starts_at, moment)} to {say_clock(ends_at, moment)}" if starts_at and ends_at else ""
