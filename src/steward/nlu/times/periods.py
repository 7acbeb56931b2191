"""Stretches of days: "next week", "the weekend", "in March", "the next ten days"."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from steward.nlu.number_words import ordinal_value
from steward.nlu.times.amounts import AMOUNT, parse_amount
from steward.nlu.times.calendar_words import MONTH, monday_of, month_end, month_number, safe_date
from steward.nlu.times.days import DAY_NUMBER, Read
from steward.nlu.times.tags import Tag


def _tag(found: re.Match[str], first: date | None, last: date | None, grain: str) -> Tag | None:
    if first is None or last is None:
        return None
    return Tag("period", found.start(), found.end(), day=first, until=last, grain=grain)


def _steps(which: str) -> int:
    if "after next" in which:
        return 2
    if which.startswith(("next", "the next", "following", "the following", "coming", "the coming")):
        return 1
    return -1 if which.startswith(("last", "past", "previous", "the last", "the past", "the previous")) else 0


def _week(found: re.Match[str], today: date, locale: str) -> Tag | None:
    words = found.group()
    first = monday_of(today) + timedelta(
        days=7 * _steps("after next" if "after next" in words else found["which"] or "")
    )
    last = first + timedelta(days=6)
    if "rest" in words or "remainder" in words or "later" in words:
        return _tag(found, today, last, "week")
    if "work" in words or "business" in words:
        last = first + timedelta(days=4)
    return _tag(found, first, last, "week")


def _weekend(found: re.Match[str], today: date, locale: str) -> Tag | None:
    words = found.group()
    step = _steps("after next" if "after next" in words else found["which"] or "")
    saturday = monday_of(today) + timedelta(days=5 + 7 * step)
    return _tag(found, saturday, saturday + timedelta(days=1), "weekend")


def _month(found: re.Match[str], today: date, locale: str) -> Tag | None:
    words = found.group()
    first = today.replace(day=1) + relativedelta(
        months=_steps("after next" if "after next" in words else found["which"] or "")
    )
    start = today if "rest" in words or "later" in words else first
    return _tag(found, start, month_end(first.year, first.month), "month")


def _year(found: re.Match[str], today: date, locale: str) -> Tag | None:
    year = today.year + _steps(found["which"])
    return _tag(found, safe_date(year, 1, 1), safe_date(year, 12, 31), "year")


def _named_month(found: re.Match[str], today: date, locale: str) -> Tag | None:
    month = month_number(found["month"])
    if not month:
        return None
    year = int(found["year"]) if found["year"] else today.year + (1 if month < today.month else 0)
    if found["which"] == "last":
        year = today.year - (1 if month >= today.month else 0)
    if found["which"] == "next" and month == today.month:
        year += 1
    first = safe_date(year, month, 1)
    if first is None:
        return None
    return _tag(found, first, month_end(year, month), "month")


def _coming_amount(found: re.Match[str], today: date, locale: str) -> Tag | None:
    amount = parse_amount(found["amount"])
    if amount is None or amount.is_clocklike or amount.minutes < 0:
        return None
    if found["which"] in ("last", "past", "previous"):
        return _tag(found, amount.added_to(today, -1), today, "days")
    return _tag(found, today, amount.added_to(today), "days")


def _quarter(found: re.Match[str], today: date, locale: str) -> Tag | None:
    first_month = (today.month - 1) // 3 * 3 + 1
    first = date(today.year, first_month, 1) + relativedelta(months=3 * _steps(found["which"]))
    last = first + relativedelta(months=2)
    return _tag(found, first, month_end(last.year, last.month), "month")


def _day_span(found: re.Match[str], today: date, locale: str) -> Tag | None:
    month, first, last = month_number(found["month"]), ordinal_value(found["first"]), ordinal_value(found["last"])
    if not month or not first or not last or first >= last:
        return None
    year = today.year + (1 if month < today.month else 0)
    return _tag(found, safe_date(year, month, first), safe_date(year, month, last), "span")


def _week_of(found: re.Match[str], today: date, locale: str) -> Tag | None:
    month, day = month_number(found["month"]), ordinal_value(found["day"])
    if not month or not day:
        return None
    anchor = safe_date(today.year + (1 if month < today.month else 0), month, day)
    return _tag(found, monday_of(anchor), monday_of(anchor) + timedelta(days=6), "week") if anchor else None


_WHICH = r"(?P<which>this|next|last|the coming|coming|this coming|the following|following|the next|the previous|previous|the last|the past|past)"
_THE = r"(?P<which>this coming|this|next|last|the coming|coming|the following|following|the next|the previous|the last|the|all)"

PERIODS: tuple[tuple[str, Read], ...] = (
    (
        rf"(?:the week after next|(?:(?:the )?(?:rest|remainder) of |later |early |earlier |sometime |all |any time |anytime )?{_WHICH}(?: (?:working|work|business))? week"
        r"|(?:the )?(?:rest|remainder) of the (?:working |work )?week|the week ahead|later in the week|(?<=my )week(?! (?:off|long)))(?!end)\b",
        _week,
    ),
    (rf"(?:the weekend after next|{_THE} week[ -]?end|week-?end)\b(?! trip| getaway| break)", _weekend),
    (
        rf"(?:the month after next|(?:(?:the )?rest of |later |sometime )?{_WHICH} month|(?:the )?rest of the month)\b",
        _month,
    ),
    (rf"{_WHICH} year\b", _year),
    (rf"{_WHICH} quarter\b(?! past| to| after| of)", _quarter),
    (rf"(?P<which>this|next|last) (?P<month>{MONTH})(?: (?P<year>20\d\d))?(?! \d)", _named_month),
    (
        rf"(?:in|during|for|since|until|till|by|throughout|before|after)(?P<which>) (?P<month>{MONTH})(?: (?P<year>20\d\d))?(?! \d)(?=$|[ ,.?!])",
        _named_month,
    ),
    (
        rf"(?:over |within |in |during |for )?(?:the )?(?P<which>next|coming|following|last|past|previous) (?P<amount>{AMOUNT})",
        _coming_amount,
    ),
    (
        rf"(?:from |between )?(?P<month>{MONTH}) (?:the )?(?P<first>{DAY_NUMBER}) ?(?:to|through|thru|until|till|and|-) ?(?:the )?(?P<last>{DAY_NUMBER})(?!:| ?[ap]\.?m)",
        _day_span,
    ),
    (
        rf"(?:from |between )?(?:the )?(?P<first>{DAY_NUMBER}) ?(?:to|through|thru|until|till|and|-) ?(?:the )?(?P<last>{DAY_NUMBER})(?: of)? (?P<month>{MONTH})",
        _day_span,
    ),
    (rf"(?:the )?week of (?:the )?(?:(?P<month>{MONTH}) (?:the )?(?P<day>{DAY_NUMBER}))", _week_of),
)
"""Regular expression and reader of every way to name several days."""
