"""Repetition: RRULE texts (RFC 5545) checked, and expanded so that the wall time stays the same over clock changes.

A rule repeats at most hourly. The parts that are understood are FREQ, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY,
BYMONTH, BYSETPOS and WKST. Hourly rules step in real hours; all others in wall time of the zone.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday

from steward.core.reminders.wall_time import LAST_YEAR, instant_of, wall_of
from steward.kit.errors import Invalid

MOST_COUNT = 2_000
"""More occurrences than that are "for ever"."""

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES: dict[str, Literal[-1, 0, 1, 2, 3]] = {
    "DAILY": DAILY,
    "WEEKLY": WEEKLY,
    "MONTHLY": MONTHLY,
    "YEARLY": YEARLY,
    "HOURLY": -1,
}
_STEP_DAYS = {DAILY: 1, WEEKLY: 7}
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_BY_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_ALLOWED = {
    "DAILY": {"BYDAY", "BYMONTH", "BYMONTHDAY"},
    "WEEKLY": {"BYDAY", "BYMONTH", "WKST"},
    "MONTHLY": {"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": {"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"},
    "HOURLY": {"BYDAY"},
}
_FILTERS: dict[str, set[str]] = {  # parts that only take days away: with a longer interval nothing may be left
    "DAILY": {"BYDAY", "BYMONTH", "BYMONTHDAY"},
    "WEEKLY": {"BYMONTH"},
    "MONTHLY": {"BYMONTH"},
    "YEARLY": set(),
    "HOURLY": {"BYDAY"},
}
_CYCLE = (datetime(2000, 1, 1), datetime(2027, 12, 31))
"""The 28 years in which every month begins on every day of the week, leap years too."""
_HOURS_TO_SPARE = 26
"""A day and more: by so much the clocks of a zone have been moved at once, when it changed sides of the date line."""
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Rule:
    """A checked rule. ``text`` is its normal form; ``until`` is the last allowed time; ``by`` holds the rest."""

    text: str
    frequency: Literal[-1, 0, 1, 2, 3]
    interval: int
    count: int | None
    until: str | None
    by: dict[str, Any]


def read_rule(text: str, field: str = "recurrence") -> Rule:
    """Return the rule that the text spells, with or without the prefix ``RRULE:``.

    Raises:
        Invalid: it is no RRULE, repeats more often than hourly, or can never happen.
    """
    parts = _parts(text, field)
    name = parts.pop("FREQ", "")
    if name not in _FREQUENCIES:
        raise _wrong(field, "FREQ must be HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY")
    interval = _number(parts.pop("INTERVAL", "1"), 1, 1_000, field, "INTERVAL")
    count = _number(parts.pop("COUNT"), 1, MOST_COUNT, field, "COUNT") if "COUNT" in parts else None
    until = parts.pop("UNTIL", None)
    if until is not None and (count is not None or not _is_until(until)):
        raise _wrong(field, "UNTIL must be a date or a time such as 20240131T235959Z, without COUNT")
    unknown = parts.keys() - _ALLOWED[name]
    if unknown:
        raise _wrong(field, f"{sorted(unknown)[0]} is not understood with FREQ={name}")
    filters = parts.keys() & _FILTERS[name]
    if filters and interval > (23 if name == "HOURLY" else 1):
        raise _wrong(field, f"INTERVAL cannot be combined with {sorted(filters)[0]} in this rule")
    by = {key: _by(key, value, name, field) for key, value in parts.items()}
    _refuse_impossible_days(by, field)
    _refuse_missing_places(_FREQUENCIES[name], by, field)
    return Rule(_normal(name, interval, count, until, parts), _FREQUENCIES[name], interval, count, until, by)


def occurrences(
    rule: Rule, first: datetime, zone: ZoneInfo, *, after: datetime | None = None, inclusive: bool = True
) -> Iterator[datetime]:
    """Yield the instants of the rule from ``first`` on, in order, that are not before ``after``; lazily.

    ``first`` is an aware instant and counts only if the rule fits it. Without ``inclusive`` an instant equal to
    ``after`` is left out.
    """
    until = _until(rule.until, zone)
    last: datetime | None = None
    source = _hourly(rule, first, zone, after) if rule.frequency == -1 else _by_wall(rule, first, zone, after)
    for number, instant in enumerate(source, 1):
        if (until is not None and instant > until) or (rule.count is not None and number > rule.count):
            return
        if instant == last or (after is not None and (instant < after or (instant == after and not inclusive))):
            continue
        last = instant
        yield instant


def first_fit(rule: Rule, first: datetime, zone: ZoneInfo, field: str = "recurrence") -> datetime:
    """Return the first instant of the rule at or after ``first``: where a series really begins.

    Raises:
        Invalid: the rule never happens.
    """
    found = next(occurrences(rule, first, zone), None)
    if found is None:
        raise _wrong(field, "The rule never happens")
    return found


def last_of(rule: Rule, first: datetime, zone: ZoneInfo) -> datetime | None:
    """Return an instant that no occurrence is after, or None when the rule goes on for ever."""
    if rule.count is None:
        return _until(rule.until, zone)
    if rule.frequency == -1:
        return max(occurrences(rule, first, zone), default=first)
    ends = deque(islice(_walls(rule, first, zone, None), rule.count), maxlen=2)  # two, for a clock change swaps them
    return max((_instant(wall, first, zone) for wall in ends), default=first)


def _parts(text: str, field: str) -> dict[str, str]:
    body = text.strip().upper().removeprefix("RRULE:").rstrip(";")
    parts: dict[str, str] = {}
    for piece in body.split(";"):
        key, separator, value = piece.partition("=")
        if not separator or not value or key in parts or len(body) > 400:
            raise _wrong(field, "Not a recurrence rule such as FREQ=WEEKLY;BYDAY=MO")
        parts[key] = value
    return parts


def _number(text: str, least: int, most: int, field: str, name: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 6 or not least <= int(text) <= most:
        raise _wrong(field, f"{name} must be {least} to {most}")
    return int(text)


def _is_until(text: str) -> bool:
    found = _UNTIL.fullmatch(text)
    try:
        return found is not None and datetime.strptime(found[1] + (found[2] or ""), _format(found)).year <= LAST_YEAR
    except ValueError:
        return False


def _format(found: re.Match[str]) -> str:
    return "%Y%m%d%H%M%S" if found[2] else "%Y%m%d"


def _until(text: str | None, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    found = _UNTIL.fullmatch(text)
    if found is None:  # a row that something else wrote
        return None
    when = datetime.strptime(found[1] + (found[2] or ""), _format(found))
    if found[3]:
        return when.replace(tzinfo=UTC)
    return instant_of(when if found[2] else when + timedelta(hours=23, minutes=59, seconds=59), zone)


def _by(key: str, value: str, name: str, field: str) -> Any:
    if key == "WKST":
        if value not in _DAYS:
            raise _wrong(field, "WKST must be a day such as MO")
        return _DAYS.index(value)
    if key == "BYDAY":
        return [_by_day(part, name, field) for part in value.split(",")]
    most = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYSETPOS": 31}[key]
    numbers = [_signed(part, most, field, key) for part in value.split(",")]
    if key == "BYMONTH" and min(numbers) < 0:
        raise _wrong(field, "BYMONTH must be 1 to 12")
    return numbers


def _signed(text: str, most: int, field: str, key: str) -> int:
    number = _number(text.lstrip("+-"), 1, most, field, key)
    return -number if text.startswith("-") else number


def _by_day(text: str, name: str, field: str) -> weekday:
    found = _BY_DAY.fullmatch(text)
    if found is None or (found[1] and name not in ("MONTHLY", "YEARLY")):
        raise _wrong(field, "BYDAY must be days such as MO,WE, or 1MO and -1FR in monthly and yearly rules")
    return weekday(_DAYS.index(found[2]), int(found[1]) if found[1] else None)


def _refuse_impossible_days(by: dict[str, Any], field: str) -> None:
    months, days = by.get("BYMONTH"), by.get("BYMONTHDAY")
    longest = max(_LONGEST_MONTH[month - 1] for month in months) if months else 31
    if days and min(abs(day) for day in days) > longest:
        raise _wrong(field, "There is no such day in that month")
    numbered = {bool(day.n) for day in by.get("BYDAY", ())}
    if days and True in numbered:
        raise _wrong(field, "BYMONTHDAY cannot be combined with a numbered BYDAY")
    if len(numbered) > 1:
        raise _wrong(field, "BYDAY must be all days such as MO,WE or all numbered ones such as 1MO,3MO")
    if "BYSETPOS" in by and not {"BYDAY", "BYMONTHDAY"} & by.keys():
        raise _wrong(field, "BYSETPOS needs BYDAY or BYMONTHDAY")


def _refuse_missing_places(frequency: Literal[-1, 0, 1, 2, 3], by: dict[str, Any], field: str) -> None:
    """A place that no month or year has would be looked for until the year 9999: 28 years show all there are."""
    if frequency == -1 or "BYSETPOS" not in by:
        return
    needed = min(abs(place) for place in by["BYSETPOS"])
    sizes: Counter[tuple[int, int]] = Counter()
    for day in rrule(frequency, dtstart=_CYCLE[0], until=_CYCLE[1], **_options({**by, "BYSETPOS": None})):
        period = day.year, day.month if frequency == MONTHLY else 0
        sizes[period] += 1
        if sizes[period] == needed:
            return
    raise _wrong(field, "There are never that many days for BYSETPOS")


def _options(by: dict[str, Any]) -> dict[str, Any]:
    return {key.lower().replace("byday", "byweekday"): value for key, value in by.items()}


def _normal(name: str, interval: int, count: int | None, until: str | None, parts: dict[str, str]) -> str:
    shown = {"FREQ": name}
    if interval > 1:
        shown["INTERVAL"] = str(interval)
    if count is not None:
        shown["COUNT"] = str(count)
    if until is not None:
        shown["UNTIL"] = until
    return ";".join(f"{key}={value}" for key, value in {**shown, **parts}.items())


def _hourly(rule: Rule, first: datetime, zone: ZoneInfo, after: datetime | None) -> Iterator[datetime]:
    step = timedelta(hours=rule.interval)
    days = {day.weekday for day in rule.by.get("BYDAY", ())}
    gaps = [min(((day - today) % 7 for day in days), default=0) for today in range(7)]
    at = first
    if after is not None and after > first and rule.count is None:
        at += (after - first) // step * step
    while at.year <= LAST_YEAR:
        wall = wall_of(at, zone)
        gap = gaps[wall.weekday()]
        if gap == 0:
            yield at
        hours = 24 * gap - wall.hour - _HOURS_TO_SPARE  # they certainly lie before the next day that fits
        at += step * max(1, hours // rule.interval)


def _by_wall(rule: Rule, first: datetime, zone: ZoneInfo, after: datetime | None) -> Iterator[datetime]:
    for wall in _walls(rule, first, zone, after):
        yield _instant(wall, first, zone)


def _instant(wall: datetime, first: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a wall time; the second of a doubled wall time stays it."""
    return first if wall == wall_of(first, zone) else instant_of(wall, zone)


def _walls(rule: Rule, first: datetime, zone: ZoneInfo, after: datetime | None) -> Iterator[datetime]:
    assert rule.frequency != -1, "hourly rules step in real hours"
    began = wall_of(first, zone)
    start, options = began, _options(rule.by)
    if after is not None and after > first and rule.count is None:  # what lies long before is not walked through
        if rule.frequency in _STEP_DAYS:
            step = timedelta(days=_STEP_DAYS[rule.frequency] * rule.interval)
            start += max(0, (after - first) // step - 1) * step
        else:
            start, options = _months_later(rule, began, after, options)
    frequency: Literal[0, 1, 2, 3] = rule.frequency
    if frequency in _STEP_DAYS and {"BYMONTH", "BYMONTHDAY"} & rule.by.keys():
        frequency, options = MONTHLY, _in_months(rule, began, options)
    for wall in rrule(frequency, dtstart=start, interval=rule.interval, **options):
        if wall.year > LAST_YEAR:
            return
        yield wall


def _in_months(rule: Rule, began: datetime, options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a daily or weekly rule of few days with which a monthly one has the same days.

    A month is one step then, not thirty. Rules with such parts have no interval, so every month counts; a weekly one
    falls on the weekday of its beginning.
    """
    if {"byweekday", "bymonthday"} & options.keys():
        return options
    return {**options, "byweekday": [began.weekday()] if rule.frequency == WEEKLY else [*range(7)]}


def _months_later(
    rule: Rule, began: datetime, after: datetime, options: dict[str, Any]
) -> tuple[datetime, dict[str, Any]]:
    """Return where to begin shortly before ``after``, and what the rule took from its real beginning as options."""
    months = rule.interval * (1 if rule.frequency == MONTHLY else 12)
    steps = ((after.year - began.year) * 12 + after.month - began.month) // months - 1
    if steps < 1:
        return began, options
    if not {"byweekday", "bymonthday"} & options.keys():
        options = {**options, "bymonthday": began.day}
        if rule.frequency == YEARLY:
            options.setdefault("bymonth", began.month)
    years, month = divmod(began.month - 1 + steps * months, 12)
    return began.replace(year=began.year + years, month=month + 1, day=1), options


def _wrong(field: str, problem: str) -> Invalid:
    return Invalid("That repetition is not possible.", fields={field: [problem]})
