"""Single days: "tomorrow", "next Tuesday", "January 30th", "the 5th", "last Monday of March", "2024-02-01"."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from steward.nlu.number_words import ORDINAL, ORDINALS, ordinal_value
from steward.nlu.times.calendar_words import (
    HOLIDAY,
    MONTH,
    WEEKDAY,
    coming_weekday,
    monday_of,
    month_end,
    month_number,
    next_day_number,
    next_holiday,
    next_month_day,
    nth_weekday,
    safe_date,
    weekday_number,
)
from steward.nlu.times.tags import Tag

DAY_NUMBER = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\b|{ORDINAL}\b)"
SUFFIXED = r"\d{1,2}(?:st|nd|rd|th)\b"
_YEAR = r"(?:,? (?:20\d\d|in 20\d\d))"
_NTH = r"(?:first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th)"
_NOT_A_DATE = (
    r"(?! (?:floor|time|street|avenue|grade|draft|chapter|birthday|anniversary|place|item|one|quarter|person|edition|level|version"
    r"|task|meeting|event|reminder|note|on (?:my|the) list))"
)
Read = Callable[[re.Match[str], date, str], "Tag | None"]


def _tag(found: re.Match[str], day: date | None, grain: str = "day", part: str = "") -> Tag | None:
    return Tag("date", found.start(), found.end(), day=day, grain=grain, part=part) if day else None


_NEAR = {
    "today": 0, "2day": 0, "tomorrow": 1, "tmrw": 1, "tmr": 1, "tomorow": 1, "tommorow": 1, "tommorrow": 1, "2morrow": 1, "tomoz": 1,
    "yesterday": -1, "the day after tomorrow": 2, "day after tomorrow": 2, "the day before yesterday": -2, "overmorrow": 2,
    "day before yesterday": -2, "tonight": 0, "tonite": 0, "this evening": 0, "this morning": 0, "this afternoon": 0, "the other day": -2,
    "last night": -1, "tomorrow night": 1, "now": 0, "right now": 0,
}  # fmt: skip
_NEAR_PART = {
    "tonight": "tonight", "tonite": "tonight", "this evening": "evening", "this morning": "morning",
    "this afternoon": "afternoon", "last night": "night",
}  # fmt: skip


def _near(found: re.Match[str], today: date, locale: str) -> Tag | None:
    words = found["near"]
    return _tag(found, today + timedelta(days=_NEAR[words]), part=_NEAR_PART.get(words, ""))


def _weekday(found: re.Match[str], today: date, locale: str) -> Tag | None:
    weekday = weekday_number(found["weekday"])
    if weekday is None:
        return None
    which = found["which"] or ""
    day = coming_weekday(today, weekday)
    if which.startswith("next") or which == "the following":
        day = monday_of(today) + timedelta(days=7 + weekday)
    elif which.startswith(("last", "past")):
        day -= timedelta(days=7 if day - timedelta(days=7) < today else 14)
    elif which.startswith("this"):
        day = monday_of(today) + timedelta(days=weekday)
        day = day if day >= today else day + timedelta(days=7)
    if found["after"]:
        step = {"week": 7, "fortnight": 14, "after next": 7}
        day += timedelta(days=next(days for word, days in step.items() if word in found["after"]))
    return _tag(found, day, "weekday" if not which and not found["after"] else "day")


def _month_day(found: re.Match[str], today: date, locale: str) -> Tag | None:
    month, day = month_number(found["month"]), ordinal_value(found["day"])
    if not month or not day:
        return None
    if found["year"]:
        return _tag(found, safe_date(int(found["year"][-4:]), month, day))
    return _tag(found, next_month_day(today, month, day), "monthday")


def _day_number(found: re.Match[str], today: date, locale: str) -> Tag | None:
    day = ordinal_value(found["day"])
    return _tag(found, next_day_number(today, day) if day else None, "number")


def _day_of_month(found: re.Match[str], today: date, locale: str) -> Tag | None:
    day = ordinal_value(found["day"])
    if not day:
        return None
    which = found["which"]
    first = (today + relativedelta(months=1 if which in ("next", "the following") else 0)).replace(day=1)
    return _tag(found, safe_date(first.year, first.month, day))


def _iso(found: re.Match[str], today: date, locale: str) -> Tag | None:
    return _tag(found, safe_date(int(found["y"]), int(found["m"]), int(found["d"])))


def _slashed(found: re.Match[str], today: date, locale: str) -> Tag | None:
    first, second = int(found["a"]), int(found["b"])
    month_first = locale.upper().endswith(("-US", "-CA", "-PH")) or not locale
    month, day = (first, second) if month_first else (second, first)
    if month > 12 >= day:
        month, day = day, month
    if not 1 <= month <= 12:
        return None
    if found["y"]:
        year = int(found["y"])
        return _tag(found, safe_date(year + 2000 if year < 100 else year, month, day))
    return _tag(found, next_month_day(today, month, day), "monthday")


def _month_start(today: date, found: re.Match[str]) -> date | None:
    """Return the first day of the month that "of March" or "of next month" speaks of."""
    if found["month"]:
        month = month_number(found["month"]) or 1
        if found["year"]:
            return safe_date(int(found["year"][-4:]), month, 1)
        year = today.year if month >= today.month else today.year + 1
        return safe_date(year, month, 1)
    shift = 1 if "next" in found["rel"] or "following" in found["rel"] else -1 if "last" in found["rel"] else 0
    return today.replace(day=1) + relativedelta(months=shift)


def _nth_of_month(found: re.Match[str], today: date, locale: str) -> Tag | None:
    first = _month_start(today, found)
    weekday = weekday_number(found["weekday"]) if found["weekday"] else None
    word = found["nth"]
    nth = -1 if word == "last" else ORDINALS.get(word) or int(word[0])
    if first is None:
        return None
    if weekday is None:
        return _tag(found, month_end(first.year, first.month) if nth == -1 else safe_date(first.year, first.month, nth))
    day = nth_weekday(first.year, first.month, weekday, nth)
    if day and day < today and not found["year"]:
        first = first + (relativedelta(years=1) if found["month"] else relativedelta(months=1))
        day = nth_weekday(first.year, first.month, weekday, nth)
    return _tag(found, day)


def _edge(found: re.Match[str], today: date, locale: str) -> Tag | None:
    words = found.group()
    ahead = 1 if "next" in words else 0
    at_end = "end" in words or words.startswith(("eom", "eow", "eoy"))
    if "week" in words or words == "eow":
        monday = monday_of(today) + timedelta(days=7 * ahead)
        return _tag(found, monday + timedelta(days=4 if at_end else 0))
    if "year" in words or words == "eoy":
        return _tag(found, date(today.year + ahead, 12, 31) if at_end else date(today.year + 1, 1, 1))
    named = found["month"]
    first = today.replace(day=1) + relativedelta(months=ahead)
    if named:
        month = month_number(named) or 1
        first = date(today.year + (1 if month < today.month else 0), month, 1)
    return _tag(found, month_end(first.year, first.month) if at_end else first)


def _holiday(found: re.Match[str], today: date, locale: str) -> Tag | None:
    return _tag(found, next_holiday(today, found["holiday"]), "monthday")


_OF_MONTH = rf"(?:of|in) (?:(?P<rel>(?:the|this|next|last|the following|the current) month)|(?P<month>{MONTH})(?P<year>{_YEAR})?)"

DAYS: tuple[tuple[str, Read], ...] = (
    (r"(?P<near>" + "|".join(sorted(_NEAR, key=len, reverse=True)) + r")\b", _near),
    (
        rf"(?:(?P<which>this coming|the coming|coming|next week's|next week(?:,? on)?|this week(?:,? on)?|this|next|last|past|the following) )?(?P<weekday>{WEEKDAY})"
        r"(?P<after> week\b(?! (?:after|\d))| fortnight| after next)?",
        _weekday,
    ),
    (rf"(?P<month>{MONTH}) (?:the )?(?P<day>{DAY_NUMBER})(?!:|\.\d| ?[ap]\.?m|th)(?P<year>{_YEAR})?", _month_day),
    (rf"(?:the )?(?P<day>{DAY_NUMBER})(?: day)? (?:of )?(?P<month>{MONTH})(?P<year>{_YEAR})?", _month_day),
    (rf"(?:the )?(?P<day>{DAY_NUMBER}) of (?P<which>this|next|the|the following|the current) month", _day_of_month),
    (rf"(?:the )?(?P<day>{SUFFIXED}){_NOT_A_DATE}", _day_number),
    (rf"the (?P<day>{ORDINAL})(?=$|[.,?!]| (?:at|from|of|in the|with|until|for|to|around|between)\b)", _day_number),
    (r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?![\d-])", _iso),
    (r"(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<y>\d{4}|\d\d))?(?![\d/])", _slashed),
    (r"(?P<a>\d{1,2})[.-](?P<b>\d{1,2})[.-](?P<y>20\d\d)(?![\d.-])", _slashed),
    (rf"(?:the )?(?P<nth>{_NTH}) (?:(?P<weekday>{WEEKDAY})|day) {_OF_MONTH}", _nth_of_month),
    (
        rf"(?:the )?(?:very )?(?:end|beginning|start) of (?:the |this |next )?(?:week|year|month|(?P<month>{MONTH}))|eom\b|eow\b|eoy\b",
        _edge,
    ),
    (rf"(?P<holiday>{HOLIDAY})", _holiday),
)
"""Regular expression and reader of every way to name one day."""
