"""Questions with an answer of our own: sums, units, the time, the date, days until."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from steward.nlu.calculator import calculate
from steward.nlu.intents.found import Found
from steward.nlu.number_words import with_digits
from steward.nlu.patterns import Pattern
from steward.nlu.sentence import Sentence
from steward.nlu.times.zones import zone_of_place
from steward.nlu.units import UNIT_NAMES, UNITS, convert, unit_named

_ASK = r"(?:(?:please )?(?:tell me |do you know |can you tell me |i wonder |so |and )?(?:what is|what's|whats|what are|what would|what do (?:you|i|we) get (?:if|when) (?:you|i|we)|what does|how much is|how much are|how much would|calculate|compute|work out|figure out|solve|evaluate|convert|do the math on|the answer to|equals|quick math)[: ]+(?:the (?:result|value|answer) (?:of|to) )?)"
_ARITHMETIC = Pattern(
    r"(?:\d ?[-+*/^x!] ?[\d(.-]|\d\)? ?[-+*/^] ?\(|\) ?[-+*/^]|\d ?%|percent|\b(?:plus|minus|times|divided|multiplied|multiply|divide|subtract|add|squared|cubed|square root|cube root|sqrt|power|half of|third of|quarter of|quarters of|thirds of|factorial|modulo|mod|sum of|product of|difference between|over|double|twice|triple|split)\b|\d ?\*\*|\d!|√)"
)
_NOT_ARITHMETIC = Pattern(r"\d[\d/-]*|\+?[\d ().-]{7,}|\d{1,2}(?:st|nd|rd|th)?")
_NUMBER = r"-?\d+(?:,\d{3})*(?:\.\d+)?"
_UNIT = "(?:" + "|".join(re.escape(n) for n in sorted(UNIT_NAMES, key=len, reverse=True)) + ")"
_QUANTITY = rf"(?P<value>{_NUMBER}|an?|one|half an?|half)[ -]?(?:degrees? )?(?P<unit>{_UNIT})(?: (?:and )?(?P<value2>{_NUMBER})[ -]?(?P<unit2>{_UNIT}))?"
_TO = r"(?:to|in|into|as|in terms of|expressed in|is what in|is how many)"
_CONVERSIONS = tuple(
    Pattern(pattern)
    for pattern in (
        rf"(?:{_ASK}|convert |change |turn |express |switch |show |give me |how (?:long|far|hot|cold|tall|heavy|big|fast|warm|much|many) (?:is|are) )?{_QUANTITY} {_TO} (?:degrees? )?(?P<to>{_UNIT})",
        rf"(?:how many|what number of) (?P<to>{_UNIT}) (?:are|is|do|does|will)?(?: there| you (?:get|have)| we (?:get|have)| i (?:get|have))? ?(?:in|is|are|make|makes|equals?|equal|to|make up|per|for|go into|fit in|fit into) {_QUANTITY}(?: have| make| contain| hold)?",
        rf"how many (?P<to>{_UNIT}) (?:does|do|would) {_QUANTITY} (?:have|make|contain|hold|equal|weigh)",
        rf"(?:how much|what) is {_QUANTITY} worth in (?P<to>{_UNIT})",
        rf"{_QUANTITY} (?:is|are|equals?|makes?) how many (?P<to>{_UNIT})",
        rf"(?:what's|what is) the (?P<to>{_UNIT}) (?:equivalent|value) of {_QUANTITY}",
    )
)
_TIME_QUESTION = Pattern(
    r"(?:what time is it|what's the time|what is the time|whats the time|what time's it|(?:the )?(?:current|local|exact) time|do you (?:have|know|happen to know) (?:the time|what time it is)|tell me (?:the|what) time(?: it is)?|got the time|have you got the time|the time|time|what time do you (?:have|make it)|what's the (?:current|local|exact) time|what is the (?:current|local|exact) time|what time it is|how late is it|check the time|time check|what hour is it|give me the time)"
    r"(?: is it)?(?: right)?(?: now| currently| at the moment| here| please| over there| there| today)*(?:(?: over)? (?:in|for|at) (?P<place>[a-z' .]+?))?(?: right)?(?: now| currently| at the moment| please| today)*"
)
_DATE_QUESTION = Pattern(
    r"(?:(?:what|which) (?:day|date|weekday|day of the week|year|month|week)(?: of the (?:week|month|year))?(?: is| will| does| was| do)?(?: it| today| this| we| that| the date)*(?: have| be| fall on| fall| land on| today)*|(?:what's|what is|whats|tell me|what was|what will|give me)(?: be)? (?:(?:the|today's|todays|tomorrow's|current|today) ?)*(?:date|day|day of the week|month|year)(?: is| be| will be| was)?(?: it| today| of| for| on)*|(?:today's |todays |the |the current |current )?(?:date|day)(?: today)?|what's ¤|what day ¤|¤ date|is (?:it|today|¤)|when is|when's|when does|what (?:date|day) (?:does|will|is|was)|what ¤ date(?: is it)?|what is ¤ date|what's ¤ date|do you know (?:the date|what day it is)|tell me ¤ date)(?: (?:it is|is it|fall|fall on|be|be on|today|this year|next year|land on|falls? on|on))*[ ,]*(?P<t>¤)?(?: ?(?:is it|be|fall on|fall|today|this year|again|on|land on|falls? on|is|date|¤))*"
)
_DAYS_UNTIL = Pattern(
    r"(?:(?:how (?:many (?P<unit>days|weeks|months|sleeps|hours)|long|far|much (?:time|longer))|(?:number of |the |give me the )?(?P<unit2>days|weeks|sleeps)|count ?down|how soon)[a-z' ]*? ?(?:¤ ?)?(?:until|till|til|to|before|away is|is it to|off is|is|left until|from now (?:is|until|to)|between now and|between today and|away)? ?¤ ?(?:¤|is|away|off|from now|comes|rolls around|start|starts|begins?)*)"
)

_MOST_EXACT = 2**53
"""Beyond that readers of JSON lose digits, and beyond 64 bits it cannot be kept. Source: RFC 8259, section 6."""


def _number(text: str) -> float:
    words = {"a": 1.0, "an": 1.0, "one": 1.0, "half a": 0.5, "half an": 0.5, "half": 0.5}
    return words[text] if text in words else float(text.replace(",", ""))


def _neat(value: float) -> int | float:
    rounded = float(f"{value:.10g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def conversion(text: str) -> Found | None:
    """Return the conversion a whole sentence asks for ("how many cups in 2 liters"), or None."""
    words = with_digits(re.sub(r"^(?:please )", "", text.lower()).strip(" ?.!="))
    if len(words) > 120 or not re.search(r"\d|\ban? |\bone\b|half|\b[a-z]+s\b", words):
        return None
    for pattern in _CONVERSIONS:
        found = pattern.fullmatch(words)
        if found:
            return _converted(found)
    return None


def _converted(found: re.Match[str]) -> Found | None:
    source, target = unit_named(found["unit"]), unit_named(found["to"])
    if not source or not target or UNITS[source].dimension != UNITS[target].dimension:
        return None
    value = _number(found["value"])
    entities: dict[str, Any] = {"value": _neat(value), "from_unit": source, "to_unit": target}
    result = convert(value, source, target)
    if found["value2"]:
        second = unit_named(found["unit2"])
        if not second or UNITS[second].dimension != UNITS[target].dimension:
            return None
        result += convert(_number(found["value2"]), second, target)
        entities = {"to_unit": target, "from_unit": source, "value": _neat(convert(result, target, source))}
    entities["result"] = _neat(result)
    return Found("convert_units", entities, 0.97)


def calculation(text: str) -> Found | None:
    """Return the sum a whole sentence asks for, or None when it is not one."""
    words = (
        with_digits(text.lower()).strip(" ?.!=") if not text.rstrip("?. ").endswith("!") else with_digits(text.lower())
    )
    words = words.strip(" ?.=")
    if len(words) > 200 or not _ARITHMETIC.search(words) or not re.search(r"\d|pi\b", words):
        return None
    asked = re.match(_ASK, words)
    if not asked and (_NOT_ARITHMETIC.fullmatch(words) or re.match(r"add \D", words)):
        return None
    try:
        value = calculate(words)
    except ValueError:
        return None
    expression = words[asked.end() :].strip() if asked else words
    return Found("calculate", {"expression": expression, "result": _kept(value)}, 0.97)


def _kept(value: Decimal | int | float) -> int | float | str:
    """Return the value as JSON can keep it: a whole number beyond 2^53 as text, for no digit may be lost."""
    if isinstance(value, int):
        return value if abs(value) <= _MOST_EXACT else str(value)
    return round(float(value), 10)


def clock_question(text: str) -> Found | None:
    """Return the question for the time, here or in a place we know."""
    found = _TIME_QUESTION.fullmatch(text.lower().strip(" ?.!"))
    if not found or (text.lower().strip(" ?.!") == "time" and not found["place"]):
        return None
    place = found["place"]
    if not place:
        return Found("ask_time", {}, 0.97)
    zone = zone_of_place(place)
    return Found("ask_time", {"timezone": zone} if zone else {"place": place.strip()}, 0.97 if zone else 0.9)


def _asked_day(sentence: Sentence) -> date | None:
    times = sentence.times()
    if "date" in times:
        return date.fromisoformat(times["date"])
    return None if sentence.tags else sentence.now.date()


def date_question(sentence: Sentence) -> Found | None:
    """Return the question for a date or a weekday, or for the days until one."""
    words = sentence.lower.strip(" ?.!")
    until = _DAYS_UNTIL.fullmatch(words)
    if until and sentence.tags:
        return _days_until(sentence, until["unit"] or until["unit2"] or "days")
    if not _DATE_QUESTION.fullmatch(words) or any(t.kind in ("clock", "span", "amount") for t in sentence.tags):
        return None
    if not re.search(r"date|day|week|month|year|when", words.replace("¤", "")) and "date" not in sentence.text.lower():
        return None
    day = _asked_day(sentence)
    return Found("ask_date", {"date": day.isoformat()}, 0.95) if day else None


def _days_until(sentence: Sentence, unit: str) -> Found | None:
    times = sentence.times()
    start = times.get("date") or times.get("date_from")
    if not start:
        return None
    days = (date.fromisoformat(start) - sentence.now.date()) // timedelta(days=1)
    entities: dict[str, Any] = {"date": start, "result": days}
    if unit in ("weeks", "months", "hours"):
        entities["unit"] = unit
    return Found("days_until", entities, 0.95)
