"""Amounts of time: "45 minutes", "an hour and a half", "a couple of days", "1h30"."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re

from steward.nlu.number_words import SMALL, spelled_value
from steward.nlu.patterns import Pattern
from steward.nlu.times.tags import MINUTES, Amount

UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|wks?|fortnights?|months?|mths?|years?|yrs?|quarters?(?= of a year))"
COUNT = rf"(?:\d{{1,4}}(?:[.,]\d{{1,2}})?|a couple(?: of)?|couple(?: of)?|a few|several|half an?|half|an?|{SMALL})"
_HALF_WORDS = r"(?:half(?: an| a|-an)?[ -]hour|half[ -]hour|a half[ -]hour|1/2(?: an)? hour)"
_QUARTER = r"(?:(?:a |one )?quarter(?:[ -]of an)?[ -]hour|three quarters of an hour|three[- ]quarters of an hour)"
_COMPOUND = (
    rf"{COUNT}[ -]{UNIT}(?:,? (?:and )?(?:a half|a quarter|three quarters|{COUNT}(?: {UNIT})))+"
    rf"|{COUNT}[ -]{UNIT} and (?:a half|a quarter)"
    rf"|(?:an|one|two|three|\d) hours? (?:and )?(?:\d\d|ten|fifteen|twenty|thirty|forty|forty[- ]five)(?! ?(?:{UNIT}|[ap]\.?m))"
)
AMOUNT = (
    r"(?:"
    rf"{_QUARTER}|{_HALF_WORDS}"
    rf"|{_COMPOUND}"
    rf"|{COUNT}(?: and (?:a half|a quarter|three quarters))(?: of an| of a)?[ -]{UNIT}"
    rf"|\d{{1,3}} 1/[24] {UNIT}|{COUNT} (?:more |whole |full |solid |extra )?{UNIT}"
    rf"|{COUNT}-{UNIT}"
    rf"|\d{{1,2}} ?h(?:ours?|rs?)? ?\d{{1,2}}(?: ?m(?:in(?:ute)?s?)?)?|\d{{1,4}}(?:\.\d{{1,2}})? ?(?:hrs?|h|mins?|m|secs?|s|d|wks?)"
    r"|a moment|the hour)(?![\w/])"
)
"""Regular expression of an amount of time (no groups)."""

_UNITS = {
    "s": "second", "sec": "second", "second": "second", "m": "minute", "min": "minute", "minute": "minute",
    "h": "hour", "hr": "hour", "hour": "hour", "d": "day", "day": "day", "night": "day", "week": "week",
    "wk": "week", "fortnight": "fortnight", "month": "month", "mth": "month", "year": "year", "yr": "year",
}  # fmt: skip
_WORD_COUNTS = {"a": 1.0, "an": 1.0, "the": 1.0, "a couple": 2.0, "couple": 2.0, "a few": 3.0, "several": 3.0}
_PIECE = Pattern(
    rf"(?P<count>{COUNT})(?P<frac> and (?:a half|a quarter|three quarters)| 1/[24])?(?: of an?)?"
    rf"(?:[ -]?(?:more |whole |full |solid |extra )?(?P<unit>{UNIT}|hrs?|[hmsd]|mins?|secs?|wks?)(?![a-z]))?"
)
_FRACTIONS = {"a half": 0.5, "1/2": 0.5, "a quarter": 0.25, "1/4": 0.25, "three quarters": 0.75}


def count_value(text: str) -> float | None:
    """Return the number meant by "25", "1.5", "a couple of", "half an" or "twenty-five", or None."""
    words = text.strip().removesuffix(" of")
    if words in _WORD_COUNTS:
        return _WORD_COUNTS[words]
    if words.startswith("half"):
        return 0.5
    try:
        return float(words.replace(",", "."))
    except ValueError:
        value = spelled_value(words)
        return None if value is None else float(value)


def _amount(count: float, unit: str) -> Amount:
    if unit == "fortnight":
        return Amount(minutes=count * 2 * MINUTES["week"], grain="week")
    if unit in ("month", "year"):
        months = count * (12 if unit == "year" else 1)
        whole = int(months)
        return Amount(months=whole, minutes=(months - whole) * 30 * 1440, grain=unit)
    grain = unit
    if unit == "day" and count % 1:
        grain = "hour"
    return Amount(minutes=count * MINUTES[unit], grain=grain)


def _sum(left: Amount, right: Amount) -> Amount:
    return Amount(left.minutes + right.minutes, left.months + right.months, right.grain)


def _short_form(words: str) -> Amount | None:
    if re.fullmatch(_QUARTER, words):
        return Amount(45.0 if words.startswith("three") else 15.0)
    if re.fullmatch(_HALF_WORDS, words):
        return Amount(30.0)
    if words in ("a moment", "the hour"):
        return Amount(60.0 if words == "the hour" else 1.0, grain="hour")
    tight = re.fullmatch(r"(\d{1,2}) ?h(?:ours?|rs?)? ?(\d{1,2})(?: ?m(?:in(?:ute)?s?)?)?", words)
    if tight:
        return Amount(float(tight[1]) * 60 + float(tight[2]))
    return None


def parse_amount(text: str) -> Amount | None:
    """Return the amount of time spelled by the whole (lower-case) text, or None."""
    words = text.strip()
    short = _short_form(words)
    if short:
        return short
    total: Amount | None = None
    unit = ""
    rest = words
    while rest:
        rest = re.sub(r"^(?:,? and |, | |-)", "", rest)
        if total and re.match(r"a half$|a quarter$|three quarters$", rest):
            return _sum(total, _amount(_FRACTIONS[rest], unit))
        found = _PIECE.match(rest)
        count = count_value(found["count"]) if found else None
        if not found or count is None:
            return total
        if not found["unit"]:
            return _sum(total, Amount(count)) if total and unit == "hour" else total
        unit = _UNITS[found["unit"].rstrip("s") or "s"]
        count += _FRACTIONS[found["frac"].removeprefix(" and ").strip()] if found["frac"] else 0
        piece = _amount(count, unit)
        total = _sum(total, piece) if total else piece
        rest = rest[found.end() :]
    return total
