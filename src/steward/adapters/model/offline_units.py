"""How a measure is said: "10 miles", "5.92 feet", "22.22 °C"."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from steward.adapters.model.offline_slots import Slots, text_slot

_IRREGULAR = {"foot": "feet", "inch": "inches", "gross": "gross"}
_UNCHANGED = frozenset({"stone", "psi", "kelvin", "dozen"})
_DEGREES = {"celsius": "°C", "fahrenheit": "°F"}


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
