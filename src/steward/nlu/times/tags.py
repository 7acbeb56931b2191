"""The pieces a sentence's time is made of: tags over the text, clock readings and amounts of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

MINUTES = {"second": 1 / 60, "minute": 1, "hour": 60, "day": 1440, "week": 10080}


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock reading as spoken; ``fixed`` says that hour needs no guess about morning or afternoon."""

    hour: int
    minute: int = 0
    fixed: bool = False
    second: int = 0


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of time: calendar ``months`` plus ``minutes``; ``grain`` is its smallest spoken unit."""

    minutes: float = 0.0
    months: int = 0
    grain: str = "minute"

    @property
    def is_clocklike(self) -> bool:
        """Whether it is counted in hours or less, so that adding it to now gives a time of day."""
        return self.grain in ("second", "minute", "hour")

    def added_to(self, day: date, sign: int = 1) -> date:
        """Return the day this amount later (or earlier with ``sign`` -1); the last possible day beyond the calendar."""
        try:
            return day + relativedelta(months=sign * self.months) + timedelta(minutes=sign * self.minutes)
        except (OverflowError, ValueError):
            return day


@dataclass(frozen=True, slots=True)
class Tag:
    """One time expression: where it stands and what it means. ``lead`` is the preposition it swallowed.

    ``kind`` is one of date, period, clock, span, part, amount, instant, rule, offset, zone. ``grain`` tells
    weekday, monthday, week, weekend, month or year apart.
    """

    kind: str
    start: int
    end: int
    lead: str = ""
    core: int = 0
    day: date | None = None
    until: date | None = None
    clock: Clock | None = None
    end_clock: Clock | None = None
    part: str = ""
    amount: Amount | None = None
    rule: str = ""
    zone: str = ""
    grain: str = ""
    sign: int = 1
