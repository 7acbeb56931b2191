"""Regular expressions that compile when first used, so that importing the understanding costs next to nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator


class Pattern:
    """A regular expression with the methods of ``re.Pattern`` that are used here, compiled on first use."""

    __slots__ = ("_compiled", "_flags", "_text")

    def __init__(self, text: str, flags: int = 0) -> None:
        self._text = text
        self._flags = flags
        self._compiled: re.Pattern[str] | None = None

    def _ready(self) -> re.Pattern[str]:
        if self._compiled is None:
            self._compiled = re.compile(self._text, self._flags)
        return self._compiled

    def match(self, text: str, position: int = 0) -> re.Match[str] | None:
        """Return the match at ``position``, or None."""
        return self._ready().match(text, position)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Return the match of the whole text, or None."""
        return self._ready().fullmatch(text)

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match anywhere, or None."""
        return self._ready().search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield every match that does not overlap an earlier one."""
        return self._ready().finditer(text)

    def findall(self, text: str) -> list[str]:
        """Return the text of every match (of its group, when there is one)."""
        return self._ready().findall(text)

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        """Return the text with every match replaced."""
        return self._ready().sub(new, text)
