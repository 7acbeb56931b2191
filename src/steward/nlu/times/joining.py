"""Join neighbouring time tags into one: "Friday" + "next week", "a week" + "from Friday", "Monday" + "to Wednesday"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from steward.nlu.patterns import Pattern
from steward.nlu.times.calendar_words import monday_of, safe_date
from steward.nlu.times.tags import Tag

_GAP = Pattern(r"[\s,]*(?:the|of|of the|on)?[\s,]*")
_TO = frozenset({"to", "until", "till", "til", "through", "thru"})


def _with_span(tag: Tag, left: Tag, right: Tag) -> Tag:
    start, end = min(left.start, right.start), max(left.end, right.end)
    return replace(tag, start=start, end=end, lead=left.lead, core=end - start)


def _day_in_period(day: Tag, period: Tag) -> Tag | None:
    """Return the weekday or day number placed inside a week or month ("Wednesday" of "next week")."""
    if day.day is None or period.day is None:
        return None
    if day.grain == "weekday" and period.grain == "week":
        return replace(day, day=monday_of(period.day) + timedelta(days=day.day.weekday()), grain="day")
    if day.grain == "number" and period.grain == "month":
        placed = safe_date(period.day.year, period.day.month, day.day.day)
        return replace(day, day=placed, grain="day") if placed else None
    return None


def _shifted_day(amount: Tag, day: Tag) -> Tag | None:
    """Return the day an amount after or before another ("a week from Friday", "two days before Christmas")."""
    if amount.amount is None or day.day is None or amount.amount.is_clocklike:
        return None
    if amount.kind == "offset" and day.lead in ("", "on"):
        sign = amount.sign
    elif amount.kind in ("amount", "instant") and day.lead in ("from", "after", "before"):
        sign = -1 if day.lead == "before" else 1
    elif amount.kind == "amount" and day.lead in ("on", "") and amount.amount.minutes == 10080 and day.lead:
        sign = 1
    else:
        return None
    return replace(day, day=amount.amount.added_to(day.day, sign), grain="day")


def _days_between(left: Tag, right: Tag, text: str) -> Tag | None:
    """Return the period of "Monday to Wednesday" or "between the 3rd and the 5th"."""
    if left.day is None or right.day is None or left.part or right.part:
        return None
    dashed = bool(re.fullmatch(r"\s*-\s*", text[left.end : right.start]))
    if not (right.lead in _TO or dashed or (right.lead == "and" and left.lead == "between")):
        return None
    last = right.day
    if right.grain == "weekday" and last < left.day:
        last += timedelta(days=7)
    if last < left.day:
        return None
    return replace(left, kind="period", until=last, grain="span")


def _clock_shift(offset: Tag, clock: Tag) -> Tag | None:
    """Return the clock time of "ten minutes before 3 pm"."""
    if offset.kind != "offset" or offset.amount is None or clock.clock is None or clock.kind != "clock":
        return None
    total = clock.clock.hour * 60 + clock.clock.minute + offset.sign * round(offset.amount.minutes)
    if not clock.clock.fixed:
        total = total % 720 or 720
    return replace(clock, clock=replace(clock.clock, hour=total % 1440 // 60, minute=total % 60))


def _pair(left: Tag, right: Tag, text: str) -> Tag | None:
    if not (_GAP.fullmatch(text[left.end : right.start]) or text[left.end : right.start].strip() == "-"):
        return None
    if left.kind in ("amount", "offset", "instant") and right.kind == "date":
        return _shifted_day(left, right)
    if left.kind == "offset":
        return _clock_shift(left, right)
    if {left.kind, right.kind} == {"date", "period"}:
        day, period = (left, right) if left.kind == "date" else (right, left)
        return _day_in_period(day, period)
    if left.kind == "date" and right.kind == "date":
        if (
            left.grain == "weekday"
            and right.grain in ("monthday", "number", "day")
            and right.lead not in _TO | {"and", "from"}
        ):
            return replace(right, grain="day", part=left.part or right.part)
        if right.grain == "weekday" and left.grain in ("monthday", "number") and right.lead in ("", "on"):
            return replace(left, grain="day")
        return _days_between(left, right, text)
    return None


def joined(tags: list[Tag], text: str, today: date) -> list[Tag]:
    """Return the tags with joinable neighbours replaced by one tag over both."""
    result: list[Tag] = []
    for tag in tags:
        if result:
            both = _pair(result[-1], tag, text)
            if both:
                result[-1] = _with_span(both, result[-1], tag)
                continue
        result.append(tag)
    return result
