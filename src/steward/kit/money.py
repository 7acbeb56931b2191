"""US dollars as Decimals with six places."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal

MICRO = Decimal("0.000001")


def rounded_up(amount_usd: Decimal) -> Decimal:
    """Return the amount rounded up to a millionth of a dollar, so that nothing costs less than it did."""
    return amount_usd.quantize(MICRO, rounding=ROUND_UP)


def as_number(amount_usd: Decimal) -> float:
    """Return the amount as the JSON number that the documents show."""
    return float(amount_usd)
