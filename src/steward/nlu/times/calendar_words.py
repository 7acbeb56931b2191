"""Names of the calendar: weekdays, months, holidays, and the day arithmetic the conventions need."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import calendar
from datetime import date, timedelta

from dateutil.easter import easter

WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BYDAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MONTH_NAMES = (
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
)  # fmt: skip

WEEKDAY = (
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays"
    r"|weds|wed|tues|tue|thurs|thur|thu|fri|mon|wednes|sat|sun)\b\.?"
)
MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b\.?"
)


def weekday_number(word: str) -> int | None:
    """Return 0 for any spelling of Monday up to 6 for Sunday, or None."""
    stem = word.lower().strip(". ")[:3]
    for number, name in enumerate(WEEKDAY_NAMES):
        if name.startswith(stem):
            return number
    return None


def month_number(word: str) -> int | None:
    """Return 1 for any spelling of January up to 12 for December, or None."""
    stem = word.lower().strip(". ")[:3]
    for number, name in enumerate(MONTH_NAMES, 1):
        if name.startswith(stem):
            return number
    return None


def coming_weekday(today: date, weekday: int) -> date:
    """Return the nearest day after today that falls on ``weekday``."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def monday_of(day: date) -> date:
    """Return the Monday that starts the week of ``day``."""
    return day - timedelta(days=day.weekday())


def safe_date(year: int, month: int, day: int) -> date | None:
    """Return the date, or None when there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def next_month_day(today: date, month: int, day: int) -> date | None:
    """Return the next ``day`` of ``month`` from today on (today counts); 29 February waits for a leap year."""
    for year in range(today.year, today.year + 9):
        found = safe_date(year, month, day)
        if found and found >= today:
            return found
    return None


def next_day_number(today: date, day: int) -> date | None:
    """Return the next day after today whose number in the month is ``day`` (today counts)."""
    for step in range(13):
        month = (today.month - 1 + step) % 12 + 1
        found = safe_date(today.year + (today.month - 1 + step) // 12, month, day)
        if found and found >= today:
            return found
    return None


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    """Return the ``nth`` ``weekday`` of a month; -1 is the last one."""
    days = [d for d in range(1, calendar.monthrange(year, month)[1] + 1) if date(year, month, d).weekday() == weekday]
    try:
        return date(year, month, days[nth if nth < 0 else nth - 1])
    except IndexError:
        return None


def month_end(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


_FIXED_HOLIDAYS = {
    "new year's eve": (12, 31), "new years eve": (12, 31), "new year's day": (1, 1), "new year's": (1, 1),
    "new year": (1, 1), "new years": (1, 1), "valentine's day": (2, 14), "valentines day": (2, 14), "valentine's": (2, 14),
    "st patrick's day": (3, 17), "saint patrick's day": (3, 17), "april fools' day": (4, 1), "april fools": (4, 1),
    "earth day": (4, 22), "cinco de mayo": (5, 5), "independence day": (7, 4), "fourth of july": (7, 4),
    "4th of july": (7, 4), "halloween": (10, 31), "guy fawkes": (11, 5), "bonfire night": (11, 5), "veterans day": (11, 11),
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25), "xmas": (12, 25), "boxing day": (12, 26),
}  # fmt: skip
_MOVING_HOLIDAYS = {
    "martin luther king day": (1, 0, 3), "mlk day": (1, 0, 3), "presidents day": (2, 0, 3), "presidents' day": (2, 0, 3),
    "mother's day": (5, 6, 2), "mothers day": (5, 6, 2), "memorial day": (5, 0, -1), "father's day": (6, 6, 3),
    "fathers day": (6, 6, 3), "labor day": (9, 0, 1), "labour day": (9, 0, 1), "columbus day": (10, 0, 2),
    "thanksgiving day": (11, 3, 4), "thanksgiving": (11, 3, 4),
}  # fmt: skip
_EASTER_HOLIDAYS = {"good friday": -2, "easter sunday": 0, "easter monday": 1, "easter": 0, "ash wednesday": -46}
HOLIDAY = (
    "(?:"
    + "|".join(sorted((*_FIXED_HOLIDAYS, *_MOVING_HOLIDAYS, *_EASTER_HOLIDAYS, "black friday"), key=len, reverse=True))
    + r")\b"
)


def _holiday_in(name: str, year: int) -> date | None:
    if name in _FIXED_HOLIDAYS:
        month, day = _FIXED_HOLIDAYS[name]
        return date(year, month, day)
    if name in _MOVING_HOLIDAYS:
        month, weekday, nth = _MOVING_HOLIDAYS[name]
        return nth_weekday(year, month, weekday, nth)
    if name == "black friday":
        thursday = nth_weekday(year, 11, 3, 4)
        return thursday + timedelta(days=1) if thursday else None
    return easter(year) + timedelta(days=_EASTER_HOLIDAYS[name]) if name in _EASTER_HOLIDAYS else None


def next_holiday(today: date, name: str) -> date | None:
    """Return the next day (today counts) on which the named holiday falls, in the United States' calendar."""
    for year in (today.year, today.year + 1):
        if year > 9998:
            return None
        found = _holiday_in(name, year)
        if found and found >= today:
            return found
    return None
