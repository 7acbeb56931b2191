"""One page of a list, whatever words a document uses for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is wanted: ``limit`` rows after the first ``offset``."""

    offset: int = 0
    limit: int = 20

    @classmethod
    def of_page(cls, page: int, size: int) -> Window:
        """Return the window of the 1-based ``page`` of ``size`` rows."""
        return cls(offset=(page - 1) * size, limit=size)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The rows of a window and how many there are in all."""

    items: Sequence[T]
    total: int
    window: Window

    @property
    def number(self) -> int:
        """The 1-based number of this page."""
        return self.window.offset // self.window.limit + 1

    @property
    def pages(self) -> int:
        """How many pages of this size there are."""
        return -(-self.total // self.window.limit)

    @property
    def has_next(self) -> bool:
        """Whether rows follow this page."""
        return self.window.offset + len(self.items) < self.total

    @property
    def has_previous(self) -> bool:
        """Whether rows precede this page."""
        return self.window.offset > 0

    def map(self, change: Callable[[T], U]) -> Page[U]:
        """Return the same page with every row changed."""
        return Page([change(item) for item in self.items], self.total, self.window)
