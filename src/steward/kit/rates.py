"""How often something may happen, as settings write it and as counters count it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ROLLING_BELOW_SECONDS = 60
_RATE = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,6})s")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Rate:
    """So many times in so many seconds.

    A window of a minute or more begins and ends with the clock (at full minutes, at full hours), as the examples of the
    documents show; a shorter one reaches back from each moment, so that no burst fits twice around a boundary.
    """

    amount: int
    seconds: int

    @property
    def is_rolling(self) -> bool:
        """Whether the window reaches back from each moment."""
        return self.seconds < ROLLING_BELOW_SECONDS


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate with the name under which clients see it and counters keep it."""

    name: str
    amount: int
    seconds: int
    is_rolling: bool


def rates_of(text: str) -> dict[str, tuple[Rate, ...]]:
    """Return the rates under each name of ``user=50/60s;tenant=100/60s,1000/3600s``; none for an empty text.

    Raises:
        ValueError: the text is written in another way; the sentence says where.
    """
    found: dict[str, tuple[Rate, ...]] = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        name, equals, listed = (each.strip() for each in part.partition("="))
        if not equals or not _NAME.fullmatch(name) or name in found:
            raise ValueError(f"'{part}' is not written like user=100/60s,10/1s")
        found[name] = tuple(_rates(part, listed))
    return found


def _rates(part: str, listed: str) -> Iterator[Rate]:
    for each in listed.split(","):
        match = _RATE.fullmatch(each.strip())
        if match is None:
            raise ValueError(f"'{part}' is not written like user=100/60s,10/1s")
        yield Rate(int(match[1]), int(match[2]))


def limits_named(name: str, rates: tuple[Rate, ...], scale: float = 1.0) -> tuple[Limit, ...]:
    """Return the rates as limits, their amounts multiplied by ``scale`` (at least 1).

    A single rate is named ``name``, several ``name-60s`` and so on.
    """
    return tuple(
        Limit(
            name if len(rates) == 1 else f"{name}-{rate.seconds}s",
            max(1, round(rate.amount * scale)),
            rate.seconds,
            rate.is_rolling,
        )
        for rate in rates
    )
