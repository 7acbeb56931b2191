"""English number words: "twenty-five", "one hundred and twenty", "third"."""

from __future__ import annotations

import re

from steward.nlu.patterns import Pattern

UNITS_WORDS = {
    "zero": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
}
TENS_WORDS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
ORDINAL_UNITS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
]
ORDINALS: dict[str, int] = {word: value for value, word in enumerate(ORDINAL_UNITS, 1)}
ORDINALS.update({"twentieth": 20, "thirtieth": 30})
ORDINALS.update({f"twenty-{word}": 20 + value for value, word in enumerate(ORDINAL_UNITS[:9], 1)})
ORDINALS["thirty-first"] = 31

_TEENS = "|".join(sorted((w for w in UNITS_WORDS if w != "zero"), key=len, reverse=True))
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TENS = "|".join(TENS_WORDS)
SMALL = rf"(?:(?:{_TENS})(?:[ -](?:{_ONES}))?|{_TEENS})"
"""Regular expression of a spelled number from one to ninety-nine."""

ORDINAL = "(?:" + "|".join(w.replace("-", "[ -]") for w in sorted(ORDINALS, key=len, reverse=True)) + ")"
"""Regular expression of a spelled ordinal from first to thirty-first."""

_ANY = "|".join([*UNITS_WORDS, *TENS_WORDS, *SCALES])
SPELLED = rf"(?:(?:{_ANY})(?:(?:[ -]and)?[ -](?:{_ANY}))*)"
"""Regular expression of any spelled whole number."""

_SPELLED_IN_TEXT = Pattern(
    rf"\b(?:an? (?=hundred|thousand|million|billion))?{SPELLED}(?: point(?: (?:{_ONES}|zero))+)?\b"
)


def spelled_value(words: str) -> int | None:
    """Return the value of spelled words such as "one hundred and twenty", or None when they are no number."""
    total, current, seen = 0, 0, False
    for word in words.lower().replace("-", " ").split():
        if word in ("and", "a", "an"):
            continue
        if word in UNITS_WORDS:
            current += UNITS_WORDS[word]
        elif word in TENS_WORDS:
            current += TENS_WORDS[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in SCALES:
            total += max(current, 1) * SCALES[word]
            current = 0
        else:
            return None
        seen = True
    return total + current if seen else None


def ordinal_value(text: str) -> int | None:
    """Return the day number of "3rd", "third" or "twenty-first", or None."""
    found = re.match(r"\d{1,2}", text)
    if found:
        return int(found.group())
    return ORDINALS.get(text.lower().replace(" ", "-"))


def _digits(found: re.Match[str]) -> str:
    whole, _, decimals = found.group().partition(" point ")
    value = spelled_value(whole)
    if value is None:
        return found.group()
    return f"{value}.{''.join(str(UNITS_WORDS[w]) for w in decimals.split())}" if decimals else str(value)


def with_digits(text: str) -> str:
    """Return lower-case text with every spelled number written in digits ("five hundred" becomes "500")."""
    return _SPELLED_IN_TEXT.sub(_digits, text)
