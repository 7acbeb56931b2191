"""One line of the page: what was measured, what was asked, and whether it was met."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.measuring import Measured


@dataclass(frozen=True, slots=True)
class Bound:
    """What is asked of a figure: at least or at most so much."""

    value: float
    unit: str = ""
    at_least: bool = False

    def verdict(self, found: float) -> str:
        """Return ``met`` or ``missed`` and by how much of what is asked."""
        distance = (found - self.value) / self.value * (1 if self.at_least else -1)
        return f"{'met' if distance >= 0 else '**missed**'} by {abs(distance):.0%}"

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.value:g}{' ' * bool(self.unit)}{self.unit}"


@dataclass(frozen=True, slots=True)
class LoadLine:
    """A case under load beside its floor; a bound whose unit is ``OF_FLOOR`` is about the ratio of the rates."""

    title: str
    ours: Measured
    floor: Measured
    asked: Bound

    @property
    def ratio(self) -> float:
        """Our rate by the floor's."""
        return self.ours.per_second / self.floor.per_second

    def verdict(self) -> str:
        """Return whether what is asked was met, and by how much."""
        return self.asked.verdict(self.ratio if self.asked.unit == OF_FLOOR else self.ours.per_second)


OF_FLOOR = "of the floor"


@dataclass(frozen=True, slots=True)
class Figure:
    """A single value; ``beside`` is what it is compared with, ``asked`` is None for information."""

    title: str
    value: float
    unit: str
    asked: Bound | None = None
    beside: str = ""
    digits: int = 1

    def shown(self) -> str:
        """Return the value with its unit."""
        return f"{self.value:,.{self.digits}f}{' ' * bool(self.unit)}{self.unit}"

    def verdict(self) -> str:
        """Return whether what is asked was met, and by how much."""
        return self.asked.verdict(self.value) if self.asked else "information"


Line = LoadLine | Figure
