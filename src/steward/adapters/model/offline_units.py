"""What a conversion came to, as a sentence: "10 miles is about 16.09 kilometers"."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from steward.adapters.model.offline_slots import Slots, text_slot
from steward.adapters.model.offline_turn import Moment
from steward.adapters.model.offline_wording import Row, capital, line

_IRREGULAR = {"foot": "feet", "inch": "inches", "gross": "gross"}
_UNCHANGED = frozenset({"stone", "psi", "kelvin", "dozen"})
_DEGREES = {"celsius": "°C", "fahrenheit": "°F"}


def converted(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return the conversion, rounded to two places where that loses little."""
    value, result = measure(arguments, "value", "from_unit"), measure({**arguments, **data}, "result", "to_unit")
    if not value or not result:
        return capital(line(data, "text")) or "I could not read the result."
    exact = result.split(" ")[0].replace(",", "") == line(data, "result")
    return f"{capital(value)} is {'' if exact else 'about '}{result}."


def measure(slots: Slots, number: str, unit: str) -> str:
    """Return number and unit in words, rounded to two places or four digits; "" when one of them is missing."""
    try:
        value = Decimal(text_slot(slots, number))
    except InvalidOperation:
        return ""
    name = text_slot(slots, unit)
    if not name or not value.is_finite():
        return ""
    words = rounded(value)
    return f"{words} {plural(name) if words != '1' else _DEGREES.get(name, name.replace('_', ' '))}"


def rounded(value: Decimal) -> str:
    """Return the number with two decimals, or four digits where it is smaller than one; no trailing zeros."""
    if value == 0 or abs(value.adjusted()) > 30:
        return f"{value.normalize():E}" if value else "0"
    places = 2 if abs(value) >= 1 else 3 - value.adjusted()
    words = f"{value:.{places}f}"
    return words.rstrip("0").rstrip(".") if "." in words else words


def plural(unit: str) -> str:
    """Return the unit's name for several of it: "square feet", "miles per hour", "°C"."""
    if unit in _DEGREES:
        return _DEGREES[unit]
    head, per, tail = unit.partition("_per_")
    words = head.split("_")
    last = words[-1]
    if last not in _UNCHANGED and not last.endswith("s"):
        words[-1] = _IRREGULAR.get(last, f"{last}s")
    return f"{' '.join(words)}{' per ' if per else ''}{tail}"
