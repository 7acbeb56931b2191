"""Words from people: made safe and checked for length, and recognised ("the dentist" is "Dentist appointment")."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, bindparam, or_

from steward.kit.errors import Invalid
from steward.kit.text import like_pattern, plain_label, without_controls

T = TypeVar("T")

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_LIGHT_WORDS = "a an the my our your his her their this that these those to of for with at on in and"
_GENERIC_WORDS = "meeting appointment event call task todo item reminder timer alarm note thing one"
_LIGHT, _GENERIC = frozenset(_LIGHT_WORDS.split()), frozenset(_GENERIC_WORDS.split())
_MOST_WORDS = 24


def label(text: str, field: str, most: int, *, least: int = 1) -> str:
    """Return a title, name or place as one safe line of ``least`` to ``most`` characters (decision AV42).

    Raises:
        Invalid: it is empty or too long.
    """
    return _measured(plain_label(_encodable(text)), field, most, least)


def prose(text: str, field: str, most: int, *, least: int = 0) -> str:
    """Return a longer text without control characters, of ``least`` to ``most`` characters.

    Raises:
        Invalid: it is empty or too long.
    """
    return _measured(without_controls(_encodable(text)).strip(), field, most, least)


def patterns_of(wanted: str) -> tuple[str, ...]:
    """Return the patterns for ``shares_a_word``, or nothing when there are no words or SQL cannot tell.

    SQLite folds ASCII letters only, so a wish with other letters is left to ``best``.
    """
    words = telling_words(wanted)
    return tuple(like_pattern(word) for word in sorted(words)) if all(word.isascii() for word in words) else ()


def shares_a_word(column: Any, words: int, prefix: str = "word") -> ColumnElement[bool]:
    """Return the SQL condition that leaves out most rows that cannot fit that many patterns of ``patterns_of``.

    Their values are the parameters of ``named``, so that a statement can be built once for each number of words.
    """
    return or_(*(column.ilike(bindparam(f"{prefix}_{place}"), escape="\\") for place in range(words)))


def named(patterns: Sequence[str], prefix: str = "word") -> dict[str, str]:
    """Return the parameters of ``shares_a_word``."""
    return {f"{prefix}_{place}": pattern for place, pattern in enumerate(patterns)}


def words_of(text: str) -> frozenset[str]:
    """Return the words that tell something: lower case, without articles, possessives and plural endings.

    A text of light words only keeps them, so that no text becomes nothing.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("'s", "")
    found = [_stem(word) for word in _WORD.findall(plain)[:_MOST_WORDS]]
    return frozenset(word for word in found if word not in _LIGHT) or frozenset(found)


def telling_words(wanted: str) -> frozenset[str]:
    """Return the words of the wish that a row must share at least one of: generic ones only if there are no others."""
    words = words_of(wanted)
    return words - _GENERIC or words


def likeness(wanted: frozenset[str], there: frozenset[str]) -> int:
    """Return how well the words there fit the wanted ones: 0 not at all, 4 the same words.

    3: all wanted words are there. 2: all words there are wanted. 1: all wanted words but generic ones ("meeting",
    "appointment") are there.
    """
    if not wanted or not there:
        return 0
    if wanted == there:
        return 4
    if wanted <= there:
        return 3
    if there <= wanted and there - _GENERIC:
        return 2
    core = wanted - _GENERIC
    return 1 if core and core <= there else 0


def best(rows: Iterable[T], wanted: str, text_of: Callable[[T], str]) -> list[T]:
    """Return the rows that fit the words best, all of them when several fit equally, none when none fits."""
    words = words_of(wanted)
    scored = [(likeness(words, words_of(text_of(row))), row) for row in rows]
    top = max((score for score, _ in scored), default=0)
    return [row for score, row in scored if score == top and top > 0]


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # a lone surrogate cannot be stored


def _measured(text: str, field: str, most: int, least: int) -> str:
    if len(text) < least:
        raise Invalid("Something is missing.", fields={field: ["Must not be empty"]})
    if len(text) > most:
        raise Invalid("That text is too long.", fields={field: [f"Must be at most {most} characters"]})
    return text


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
