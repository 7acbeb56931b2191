"""Clock times: "2 PM", "half past three", "quarter to five", "17h15", "nine oh five", "noon"."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re

from steward.nlu.number_words import spelled_value
from steward.nlu.patterns import Pattern
from steward.nlu.times.tags import Clock

HOUR_WORD = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_MIN_WORD = (
    "(?:oh[ -](?:one|two|three|four|five|six|seven|eight|nine)|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    "|nineteen|(?:twenty|thirty|forty|fifty)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?)"
)
_PAST_WORD = "(?:five|ten|twenty|twenty[ -]five|quarter|a quarter|half|\\d{1,2})"
_AP = r"(?:[ap]\.?m\b\.?|[ap]\b)"
_SHORT_AP = r"(?: ?[ap]\.?m\b\.?|[ap]\b)"
_O_CLOCK = r"(?: ?o'? ?clock)"
HOUR = rf"(?:\d{{1,2}}|{HOUR_WORD})"

STRONG_CLOCK = (
    r"(?:"
    rf"(?:half|{_PAST_WORD}(?: minutes?| mins?)?) (?:past|after) (?:noon|midday|midnight|{HOUR}{_O_CLOCK}?{_SHORT_AP}?)"
    rf"|(?:(?:a )?quarter|five|ten|twenty|twenty[ -]five|\d{{1,2}} (?:minutes?|mins?)|(?:five|ten|twenty|twenty[ -]five) (?:minutes?|mins?)) "
    rf"(?:to|before|of|till|til) (?:noon|midday|midnight|{HOUR}{_O_CLOCK}?{_SHORT_AP}?)(?![\d:]| ?(?:minutes?|mins?|hours?|people))"
    rf"|half[ -]{HOUR_WORD}(?![ -](?:hours?|minutes?|days?|weeks?|dozen))(?:{_SHORT_AP})?"
    r"|\d{1,2}:\d{2}:\d{2}"
    rf"|\d{{1,2}}:\d{{2}}{_SHORT_AP}?|\d{{1,2}}\.\d{{2}} ?[ap]\.?m\b\.?"
    rf"|\d{{1,2}}{_O_CLOCK}{_SHORT_AP}?|{HOUR_WORD}{_O_CLOCK}(?: ?[ap]\.?m\b\.?)?"
    rf"|\d{{1,2}}{_SHORT_AP}|{HOUR_WORD}(?: {_MIN_WORD})? ?[ap]\.?m\b\.?"
    rf"|{HOUR_WORD}[ -]{_MIN_WORD}(?![ -]?(?:minutes?|mins?|hours?|percent|days?|people|times|o'clock|seconds?|weeks?|months?|years?|dollars|items|euros|pounds))"
    r"|(?:[89]|1\d|2[0-3])h\d{2}|(?:1[3-9]|2[0-3])h\b|\d{4} hours|\d{3,4} ?[ap]m\b"
    r"|(?:12 |twelve )?noon|midday|(?:12 |twelve )?midnight|lunch ?time|(?:close of business|c\.?o\.?b|(?:the )?end of (?:the )?(?:business |work(?:ing)? )?day|e\.?o\.?d)\b"
    r")"
)
"""Regular expression of a clock time that needs no preposition to be one (no groups)."""

WEAK_CLOCK = rf"(?:\d{{1,2}}[:.]\d{{2}}|\d{{1,2}}h\d{{2}}|[01]\d[0-5]\d|2[0-3][0-5]\d|{HOUR})(?:[ -]?ish)?"
"""Regular expression of an hour that is a clock time only after "at", "by" and the like."""

ANY_CLOCK = rf"(?:{STRONG_CLOCK}|{WEAK_CLOCK})"

_NAMED = {"noon": 12, "midday": 12, "midnight": 0, "lunchtime": 12, "lunch time": 12}
_END_OF_DAY = Pattern(r"close of business|c\.?o\.?b|(?:the )?end of|e\.?o\.?d")
_TO_PAST = Pattern(
    r"(?P<mins>[a-z]+(?:[ -][a-z]+)?|\d{1,2})(?: minutes?| mins?)? (?P<way>past|after|to|before|of|till|til) (?P<base>.+)"
)
_DIGITS = Pattern(r"(?P<h>\d{1,2})(?:[:.h](?P<m>\d{2})(?::(?P<s>\d{2}))?|h)?(?P<rest>.*)")
_WORDS = Pattern(rf"(?P<h>{HOUR_WORD})(?:[ -](?P<m>{_MIN_WORD}))?(?P<rest>.*)")
_MINUTES = {"quarter": 15, "a quarter": 15, "half": 30}


def _minutes(words: str) -> int | None:
    if words in _MINUTES:
        return _MINUTES[words]
    return int(words) if words.isdigit() else spelled_value(words.removeprefix("oh").strip(" -"))


def _valid(hour: int, minute: int, fixed: bool, second: int = 0) -> Clock | None:
    if hour == 24 and minute == 0:
        hour = 0
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return None
    return Clock(hour, minute, fixed, second)


def _with_meridiem(hour: int, minute: int, rest: str, text: str, second: int = 0) -> Clock | None:
    mark = re.search(r"\b([ap])(?:\.?m\.?)?\.?$", rest.strip())
    if mark:
        if hour > 12:
            return _valid(hour, minute, True)
        return _valid(hour % 12 + (12 if mark[1] == "p" else 0), minute, True, second)
    leading_zero = len(text) > 3 and text[0] == "0"
    return _valid(hour, minute, hour > 12 or hour == 0 or leading_zero, second)


def _relative(found: re.Match[str]) -> Clock | None:
    minutes = _minutes(found["mins"].removesuffix(" minutes"))
    base = parse_clock(found["base"])
    if minutes is None or base is None or minutes > 59:
        return None
    if found["way"] in ("past", "after"):
        return Clock(base.hour, minutes, base.fixed)
    total = (base.hour * 60 - minutes) % 1440
    hour = total // 60
    if not base.fixed and hour == 0:
        hour = 12
    return Clock(hour, total % 60, base.fixed)


def parse_clock(text: str) -> Clock | None:
    """Return the clock time spelled by the whole (lower-case) text, or None."""
    words = re.sub(r"[ -]?ish$| hours$", "", text.strip()).replace("12 noon", "noon").replace("12 midnight", "midnight")
    words = words.removeprefix("twelve ") if words.endswith(("noon", "midnight")) and "past" not in words else words
    if words in _NAMED:
        return Clock(_NAMED[words], 0, True)
    if _END_OF_DAY.match(words):
        return Clock(17, 0, True)
    found = _TO_PAST.fullmatch(words)
    if found:
        return _relative(found)
    half = re.fullmatch(rf"half[ -]({HOUR_WORD})(.*)", words)
    if half:
        return _with_meridiem(_minutes(half[1]) or 0, 30, half[2], words)
    packed = re.fullmatch(r"(\d{1,2})(\d{2})( ?[ap]m)?", words)
    if packed:
        return _with_meridiem(int(packed[1]), int(packed[2]), packed[3] or "", words)
    read = _DIGITS.fullmatch(words) or _WORDS.fullmatch(words)
    if not read:
        return None
    hour = _minutes(read["h"])
    minute = _minutes(read["m"]) if read["m"] else 0
    if hour is None or minute is None:
        return None
    second = int(read["s"]) if "s" in read.re.groupindex and read["s"] else 0
    return _with_meridiem(hour, minute, read["rest"], words, second)
