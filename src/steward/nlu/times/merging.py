"""From time tags to the time entities of a frame: date, time, end_time, duration, recurrence and the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from steward.nlu.times.calendar_words import BYDAY
from steward.nlu.times.tagger import instant
from steward.nlu.times.tags import Clock, Tag

PART_TIMES = {"morning": 9, "afternoon": 15, "evening": 18, "tonight": 20, "night": 21}
"""The hour a reminder gets when only a part of the day was named."""

TIME_KEYS = (
    "date", "time", "end_time", "duration", "recurrence", "date_from", "date_to", "part", "shift", "offset", "timezone",
    "from_time", "from_date",
)  # fmt: skip
_END_LEADS = frozenset({"to", "until", "till", "til", "and", "through", "thru"})


@dataclass(frozen=True, slots=True)
class Reading:
    """How one intent wants its times read.

    ``anchor``: a time without a day means its next occurrence. ``prefer_morning``: "wake me at 6" is am.
    ``part_times``: "tomorrow morning" becomes nine o'clock. ``span_duration``: "from 2 to 3" also gives a duration.
    """

    anchor: bool = False
    prefer_morning: bool = False
    part_times: bool = False
    span_duration: bool = False


def clock_text(moment: time) -> str:
    """Return the entity form of a wall time, ``HH:MM:SS``."""
    return moment.strftime("%H:%M:%S")


def _hour_in_part(hour: int, part: str) -> int:
    if part == "morning":
        return hour % 12
    if part in ("night", "tonight") and (hour == 12 or (part == "night" and hour < 5)):
        return hour % 12
    if part == "afternoon" and hour == 11:
        return hour
    return hour % 12 + 12


def resolved(
    clock: Clock, part: str = "", day: date | None = None, now: datetime | None = None, *, morning: bool = False
) -> time:
    """Return the wall time of a clock reading: 1 to 6 is pm, 7 to 11 am, 12 noon, unless something says otherwise.

    ``part`` (morning, evening, ...) overrides; on ``now``'s own day an am time that has passed becomes pm.
    """
    hour = clock.hour
    if not clock.fixed and 1 <= hour <= 12:
        if part:
            hour = _hour_in_part(hour, part)
        elif morning:
            hour = hour % 12
        elif hour < 7:
            hour += 12
        passed = now is not None and day == now.date() and time(hour, clock.minute) <= now.time()
        if not part and passed and hour < 12:
            hour += 12
    elif part in ("evening", "tonight", "night", "afternoon") and clock.fixed and clock.hour == 12:
        hour = 12
    return time(hour, clock.minute, clock.second)


def _span_times(tag: Tag, part: str, day: date | None, now: datetime) -> tuple[time, time]:
    """Return start and end of "2 to 3:30pm": the start takes the end's half of the day, the end follows the start."""
    first, last = tag.clock or Clock(0), tag.end_clock or Clock(0)
    if last.fixed and not first.fixed and 1 <= first.hour <= 12 and not part:
        end = time(last.hour, last.minute)
        late = time(first.hour % 12 + 12, first.minute)
        start = (
            late if last.hour >= 12 and late < end else time(first.hour % 12 if first.hour != 12 else 12, first.minute)
        )
        return start, end
    start = resolved(first, part, day, now)
    if last.fixed or not 1 <= last.hour <= 12:
        return start, resolved(last)
    early = time(last.hour % 12, last.minute)
    return start, early if early > start else time(last.hour % 12 + 12, last.minute)


def _anchored(moment: time, clock: Clock, part: str, now: datetime) -> tuple[date, time]:
    """Return the next day and time a bare clock reading can mean."""
    if moment > now.time():
        return now.date(), moment
    later = time((moment.hour + 12) % 24, moment.minute)
    if not clock.fixed and not part and moment.hour < 12 and later > now.time():
        return now.date(), later
    return now.date() + timedelta(days=1), moment


def _recurrence(rules: list[str], tags: list[Tag]) -> tuple[str, bool]:
    """Return the one rule that several spoken ones make, and whether the spoken weekday went into it."""
    rule = max(rules, key=lambda r: (";BY" in r, len(r)))
    days = [t.day for t in tags if t.kind == "date" and t.grain == "weekday" and t.day]
    if rule.startswith("FREQ=WEEKLY") and "BYDAY" not in rule and days:
        return f"{rule};BYDAY={BYDAY[days[0].weekday()]}", True
    interval = next((m.group() for r in rules if (m := re.search(r";INTERVAL=\d+", r))), "")
    if interval and "INTERVAL" not in rule and rule.startswith("FREQ=WEEKLY"):
        rule = rule.replace("FREQ=WEEKLY", f"FREQ=WEEKLY{interval}")
    return rule, False


def _part_of(tags: Iterable[Tag]) -> str:
    return next((t.part for t in tags if t.part), "")


def _days(tags: list[Tag], now: datetime) -> tuple[dict[str, Any], date | None, time | None]:
    """Return the day entities, the one day they name and the time an "in 45 minutes" fixes."""
    for tag in tags:
        if tag.kind == "date" and tag.day:
            return {"date": tag.day.isoformat()}, tag.day, None
    for tag in tags:
        if tag.kind == "instant":
            moment = instant(tag, now)
            clocklike = tag.amount is not None and tag.amount.is_clocklike
            return {"date": moment.date().isoformat()}, moment.date(), moment.time() if clocklike else None
    for tag in tags:
        if tag.kind == "period" and tag.day and tag.until:
            return {"date_from": tag.day.isoformat(), "date_to": tag.until.isoformat()}, None, None
    return {}, None, None


def _clock_pair(tags: list[Tag]) -> Tag | None:
    """Return the first clock reading, as a span when a second one ends it ("at 3 tomorrow until 5")."""
    clocks = [t for t in tags if t.kind in ("clock", "span")]
    if not clocks:
        return None
    first = clocks[0]
    if first.kind == "clock" and len(clocks) > 1 and clocks[1].kind == "clock" and clocks[1].lead in _END_LEADS:
        return Tag("span", first.start, clocks[1].end, clock=first.clock, end_clock=clocks[1].clock)
    return first


def _put_clock(found: dict[str, Any], tag: Tag, day: date | None, part: str, now: datetime, reading: Reading) -> None:
    clock = tag.clock or Clock(0)
    if tag.kind == "span":
        start, end = _span_times(tag, part, day, now)
        found["end_time"] = clock_text(end)
        if reading.span_duration:
            found["duration"] = ((end.hour - start.hour) * 60 + end.minute - start.minute) % 1440 or 1440
    else:
        start = resolved(clock, part, day, now, morning=reading.prefer_morning)
        if clock.hour == 12 and not clock.fixed and part in ("night", "tonight") and day:
            found["date"] = (day + timedelta(days=1)).isoformat()
    bare = day is None and "recurrence" not in found and "date_from" not in found
    if reading.anchor and bare:
        day, start = _anchored(start, clock, part or ("morning" if reading.prefer_morning else ""), now)
        found["date"] = day.isoformat()
    found["time"] = clock_text(start)


def _put_part(found: dict[str, Any], part: str, day: date | None, now: datetime, reading: Reading) -> None:
    if not reading.part_times:
        found["part"] = "evening" if part == "tonight" else part
        if day is None and reading.anchor and "recurrence" not in found and "date_from" not in found:
            found["date"] = now.date().isoformat()
        return
    hour = PART_TIMES[part]
    found["time"] = f"{hour:02d}:00:00"
    if day is None and "recurrence" not in found and "date_from" not in found:
        passed = now.hour >= hour
        found["date"] = (now.date() + timedelta(days=1 if passed else 0)).isoformat()


def time_entities(tags: list[Tag], now: datetime, reading: Reading) -> dict[str, Any]:
    """Return the time entities of the tags, dates and times in their text forms; ``now`` is a naive wall time."""
    found: dict[str, Any] = {}
    rules = [t.rule for t in tags if t.rule]
    days, day, fixed_time = _days(tags, now)
    if rules:
        found["recurrence"], swallowed = _recurrence(rules, tags)
        if swallowed:
            days, day = {}, None
    found.update(days)
    _put_amounts(found, tags)
    part = _part_of(tags)
    pair = _clock_pair(tags)
    if fixed_time is not None:
        found["time"] = clock_text(fixed_time)
    elif pair:
        _put_clock(found, pair, day, part, now, reading)
    elif part:
        _put_part(found, part, day, now, reading)
    return found


def _put_amounts(found: dict[str, Any], tags: list[Tag]) -> None:
    for tag in tags:
        if tag.kind == "zone" and tag.zone:
            found["timezone"] = tag.zone
        if tag.amount is None:
            continue
        minutes = tag.amount.minutes + tag.amount.months * 43200
        value = int(minutes) if float(minutes).is_integer() else round(minutes, 2)
        if tag.kind == "offset":
            found["offset"] = tag.sign * value
        elif tag.kind == "amount":
            found.setdefault("duration", value)
