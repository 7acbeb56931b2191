"""Repetition as RRULE strings (RFC 5545): "every weekday", "on the 1st of every month", "every other Tuesday"."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re
from datetime import date

from steward.nlu.number_words import ORDINALS, SMALL, ordinal_value, spelled_value
from steward.nlu.times.calendar_words import BYDAY, MONTH, WEEKDAY, month_number, weekday_number
from steward.nlu.times.days import DAY_NUMBER, Read
from steward.nlu.times.tags import Tag

_WORKDAYS = "MO,TU,WE,TH,FR"
_EVERY = r"(?:every|each|ev)"
_DAY_LIST = rf"{WEEKDAY}(?:(?:,? and |, ?| & |/| or ){WEEKDAY})*"
_PLURAL_DAY = r"(?:mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays)\b"
_PLURAL_LIST = rf"{_PLURAL_DAY}(?:(?:,? and |, ?| & ){_PLURAL_DAY})*"
_FREQUENCIES = {
    "second": "SECONDLY", "minute": "MINUTELY", "min": "MINUTELY", "hour": "HOURLY", "hr": "HOURLY", "day": "DAILY", "night": "DAILY",
    "morning": "DAILY", "afternoon": "DAILY", "evening": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY", "fortnight": "WEEKLY",
    "quarter": "MONTHLY",
}  # fmt: skip
_ADVERBS = {
    "daily": "FREQ=DAILY", "nightly": "FREQ=DAILY", "weekly": "FREQ=WEEKLY", "monthly": "FREQ=MONTHLY", "hourly": "FREQ=HOURLY",
    "yearly": "FREQ=YEARLY", "annually": "FREQ=YEARLY", "annual": "FREQ=YEARLY", "quarterly": "FREQ=MONTHLY;INTERVAL=3",
    "biweekly": "FREQ=WEEKLY;INTERVAL=2", "bi-weekly": "FREQ=WEEKLY;INTERVAL=2", "fortnightly": "FREQ=WEEKLY;INTERVAL=2",
    "everyday": "FREQ=DAILY",
}  # fmt: skip
_MEETINGISH = (
    r"(?:sync|meeting|call|stand-?up|catch[- ]?up|check-?in|1:1|one[- ]on[- ]one|team|review|session|lunch|class|lesson|chat|huddle|event"
    r"|appointment|reminder|retro|recurring|planning|coffee|video|workout|practice)"
)


def _rule(found: re.Match[str], rule: str, part: str = "") -> Tag:
    return Tag("rule", found.start(), found.end(), rule=rule, part=part)


def _days_of(text: str) -> str:
    numbers = sorted({n for w in re.findall(WEEKDAY, text) if (n := weekday_number(w)) is not None})
    return ",".join(BYDAY[n] for n in numbers)


def _workdays(found: re.Match[str], today: date, locale: str) -> Tag:
    return _rule(found, f"FREQ=WEEKLY;BYDAY={_WORKDAYS}", found["part"] or "")


def _weekends(found: re.Match[str], today: date, locale: str) -> Tag:
    return _rule(found, "FREQ=WEEKLY;BYDAY=SA,SU")


def _weekdays(found: re.Match[str], today: date, locale: str) -> Tag:
    step = ";INTERVAL=2" if found["other"] else ""
    return _rule(found, f"FREQ=WEEKLY{step};BYDAY={_days_of(found['days'])}")


def _plural_days(found: re.Match[str], today: date, locale: str) -> Tag:
    return _rule(found, f"FREQ=WEEKLY;BYDAY={_days_of(found.group())}")


def _unit(found: re.Match[str], today: date, locale: str) -> Tag | None:
    unit = found["unit"].rstrip("s")
    count = 1
    if found["other"]:
        count = 2 if found["other"] in ("other", "second", "alternate") else ORDINALS.get(found["other"], 1)
    elif found["count"]:
        count = int(found["count"]) if found["count"].isdigit() else spelled_value(found["count"]) or 2
    if not 1 <= count <= 1000:
        return None
    count *= {"fortnight": 2, "quarter": 3}.get(unit, 1)
    part = unit if unit in ("morning", "afternoon", "evening") else "tonight" if unit == "night" else ""
    by_day = f";BYDAY={_days_of(found['days'])}" if found["days"] and unit in ("week", "fortnight") else ""
    return _rule(found, f"FREQ={_FREQUENCIES[unit]}" + (f";INTERVAL={count}" if count > 1 else "") + by_day, part)


def _month_day(found: re.Match[str], today: date, locale: str) -> Tag | None:
    word = found["day"] or found["day2"]
    day = -1 if word in ("last day", "end") else ordinal_value(word)
    return _rule(found, f"FREQ=MONTHLY;BYMONTHDAY={day}") if day else None


def _nth_weekday(found: re.Match[str], today: date, locale: str) -> Tag | None:
    word = found["nth"] or found["nth2"]
    weekday = weekday_number(found["weekday"] or found["weekday2"])
    nth = -1 if word == "last" else ORDINALS.get(word) or int(word[0])
    return None if weekday is None else _rule(found, f"FREQ=MONTHLY;BYDAY={nth}{BYDAY[weekday]}")


def _year_day(found: re.Match[str], today: date, locale: str) -> Tag | None:
    month = month_number(found["month"] or found["month2"])
    day = ordinal_value(found["day"] or found["day2"])
    return _rule(found, f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day}") if month and day else None


def _adverb(found: re.Match[str], today: date, locale: str) -> Tag:
    return _rule(found, _ADVERBS[found["adverb"]])


def _once(found: re.Match[str], today: date, locale: str) -> Tag:
    return _rule(found, f"FREQ={_FREQUENCIES[found['unit']]}")


_NTH = r"(?:first|second|third|fourth|last|1st|2nd|3rd|4th)"
_ADVERB = "|".join(sorted(_ADVERBS, key=len, reverse=True))

RULES: tuple[tuple[str, Read], ...] = (
    (
        rf"(?:{_EVERY} (?:single )?(?:weekday|work ?day|working day|business day|week day)(?P<part> morning| afternoon| evening)?|on (?:weekdays|work ?days|working days)|weekdays|monday (?:to|through|thru|-) friday|mon-fri)\b",
        _workdays,
    ),
    (rf"(?:{_EVERY} weekend|on (?:the )?weekends|(?<!the )weekends)\b", _weekends),
    (rf"{_EVERY} (?:single )?(?P<other>other |second |alternate )?(?P<days>{_DAY_LIST})", _weekdays),
    (rf"(?:on )?(?P<other>alternate )(?P<days>{_DAY_LIST})", _weekdays),
    (rf"(?:on )?{_PLURAL_LIST}", _plural_days),
    (
        rf"{_EVERY} (?:single )?(?:(?P<other>other|second|alternate|third|fourth) |(?P<count>\d{{1,3}}|{SMALL}|couple of) )?"
        rf"(?P<unit>minute|min|hour|hr|day|night|morning|afternoon|evening|week|fortnight|month|quarter|year)s?\b(?:,? on (?P<days>{_DAY_LIST}))?(?! (?:of|past) \w)",
        _unit,
    ),
    (
        rf"(?:(?:on )?(?:the )?(?P<day>{DAY_NUMBER}|last day|end)(?: day)? (?:of )?{_EVERY} month|(?:{_EVERY} month|monthly) on the (?P<day2>{DAY_NUMBER}|last day))",
        _month_day,
    ),
    (
        rf"(?:on )?(?:the )?(?P<day>{DAY_NUMBER})(?P<day2>)(?: day)? (?:of the month )?(?:monthly|each month)",
        _month_day,
    ),
    (
        rf"(?:{_EVERY} (?P<nth>{_NTH}) (?P<weekday>{WEEKDAY})(?: (?:of|in) (?:the|every|each) month)|(?:on )?(?:the )?(?P<nth2>{_NTH}) (?P<weekday2>{WEEKDAY}) (?:of|in) (?:every|each) month)",
        _nth_weekday,
    ),
    (
        rf"(?:{_EVERY} (?:year on )?(?:(?P<month>{MONTH}) (?:the )?(?P<day>{DAY_NUMBER}))|{_EVERY} year on (?:the )?(?P<day2>{DAY_NUMBER}) (?:of )?(?P<month2>{MONTH}))",
        _year_day,
    ),
    (rf"(?P<adverb>{_ADVERB})(?=$|[.,?!]| (?:at|on|from|to|starting|until|for|with|reminder to)\b)", _adverb),
    (rf"(?<=\ba )(?P<adverb>{_ADVERB})(?= {_MEETINGISH}\b)", _adverb),
    (rf"(?<=\ban )(?P<adverb>hourly|annual|yearly|quarterly)(?= {_MEETINGISH}\b)", _adverb),
    (r"once (?:a|every|each|per) (?P<unit>hour|day|week|month|year)\b", _once),
)
"""Regular expression and reader of every way to say that something repeats."""
