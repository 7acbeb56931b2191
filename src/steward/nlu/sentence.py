"""One sentence on its way to a frame: its words, its time tags and the text with the times masked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from steward.nlu.frames import Context
from steward.nlu.patterns import Pattern
from steward.nlu.times.merging import Reading, time_entities
from steward.nlu.times.tagger import tag_times
from steward.nlu.times.tags import Tag
from steward.nlu.wording import MASK

_DANGLING_END = Pattern(
    r"(?:[\s,.;:!?-]+|(?<!\w)(?:to|for|at|on|by|with|and|about|of|from|that|in|the|is|due|around|before|after|then|starting|sometime|as|-)|¤)+$",
    re.IGNORECASE,
)
_DANGLING_START = Pattern(
    r"^(?:[\s,.;:!?-]+|(?:to|for|at|on|by|with|and|about|of|that|in|is|from)(?!\w)|¤)+", re.IGNORECASE
)
_ARTICLE = Pattern(r"^(?:the|a|an|my|our|this|that|some|another)\s+(?=\S)", re.IGNORECASE)


def cleaned(text: str) -> str:
    """Return a slot's text without masks, dangling prepositions and punctuation at its ends."""
    plain = re.sub(r"\s*¤\s*", " ¤ ", text)
    plain = _DANGLING_START.sub("", plain)
    if not re.search(
        r"[¤\s.,;:!?-]$|\b(?:to|for|at|on|by|with|and|about|of|from|that|is|due|in)$", plain, re.IGNORECASE
    ):
        return re.sub(r"[\s¤]+", " ", plain).strip(' "')
    plain = _DANGLING_END.sub("", plain)
    return re.sub(r"[\s¤]+", " ", plain).strip(' "')


def bare(text: str) -> str:
    """Return the cleaned text without a leading article or possessive."""
    plain = cleaned(text)
    return _ARTICLE.sub("", plain) or plain


@dataclass
class Sentence:
    """The words of one sentence and, made when first asked for, its times.

    ``text`` is tidy and without manners; ``context`` says what the moment is.
    """

    text: str
    context: Context
    loose: bool = False

    @cached_property
    def now(self) -> datetime:
        """The wall time in the person's zone."""
        return self.context.wall()

    @cached_property
    def tags(self) -> list[Tag]:
        """The time expressions, in order."""
        return tag_times(self.text, self.now, self.context.locale, loose=self.loose)

    @cached_property
    def masked(self) -> str:
        """The text with every time expression replaced by the mask."""
        pieces, position = [], 0
        for tag in self.tags:
            pieces.append(self.text[position : tag.start] + MASK)
            position = tag.end
        return "".join([*pieces, self.text[position:]])

    @cached_property
    def lower(self) -> str:
        """The masked text in lower case."""
        return self.masked.lower()

    def unmasked(self, start: int, end: int) -> str:
        """Return what was really said between two positions of the masked text."""
        before = self.masked[:start].count(MASK)
        pieces = self.masked[start:end].split(MASK)
        spoken = [self.text[tag.start : tag.end] for tag in self.tags[before : before + len(pieces) - 1]]
        return "".join(piece + (spoken[i] if i < len(spoken) else "") for i, piece in enumerate(pieces))

    def tags_in(self, start: int, end: int) -> list[Tag]:
        """Return the tags whose masks stand between two positions of the masked text."""
        first = self.masked[:start].count(MASK)
        return self.tags[first : first + self.masked[start:end].count(MASK)]

    def times(self, reading: Reading | None = None, tags: list[Tag] | None = None) -> dict[str, Any]:
        """Return the time entities of the given tags (all when none are given)."""
        return time_entities(self.tags if tags is None else tags, self.now, reading or Reading())
