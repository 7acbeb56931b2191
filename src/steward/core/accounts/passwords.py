"""Which passwords are accepted. No composition rule, no rotation: length, known passwords, one's own names.

Source: decision C22; OWASP ASVS 5.0, 6.2.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from threading import Lock

LEAST_CHARACTERS = 8
MOST_BYTES = 1024
_SCORED_CHARACTERS = 72
_WORST_ACCEPTED_SCORE = 2
_COMPARED_CHARACTERS = 256
_SHORTEST_WORD = 4
_PRODUCT = "steward"
_one_at_a_time = Lock()

TOO_SHORT = f"Password must be at least {LEAST_CHARACTERS} characters"
TOO_LONG = f"Password must be at most {MOST_BYTES} bytes"
NOT_TEXT = "Password must be valid text"
TOO_COMMON = "Password is one of the most common passwords; choose another"
TOO_PERSONAL = "Password must not be made of your name, your e-mail address or the name of this service"
TOO_EASY = "Password is too easy to guess; add another word or two"


def password_bytes(password: str) -> bytes | None:
    """Return what is hashed: the NFC form in UTF-8, nothing cut off; None if it cannot be any account's password."""
    if len(password) > MOST_BYTES:
        return None
    try:
        data = unicodedata.normalize("NFC", password).encode()
    except UnicodeEncodeError:
        return None
    return data if len(data) <= MOST_BYTES else None


def problems_of(password: str, *, names: Iterable[str] = (), strong: bool = True) -> list[str]:
    """Return a sentence for what is wrong with the password, nothing if it is accepted.

    ``names`` are the person's address, name and tenant. With ``strong`` false only the length counts. Costs about
    2 ms of CPU, at worst 50; the first strong check loads a list of 9 MB.
    """
    if len(password) > MOST_BYTES:
        return [TOO_LONG]
    try:
        unicodedata.normalize("NFC", password).encode()
    except UnicodeEncodeError:
        return [NOT_TEXT]
    if password_bytes(password) is None:
        return [TOO_LONG]
    normal = unicodedata.normalize("NFC", password)
    if len(normal) < LEAST_CHARACTERS:
        return [TOO_SHORT]
    return _weakness(normal, context_words(names)) if strong else []


def context_words(names: Iterable[str]) -> list[str]:
    """Return the words, in lower case, that the person's password must not be made of."""
    words = [_PRODUCT]
    for name in names:
        lower = unicodedata.normalize("NFC", name).lower()[:_COMPARED_CHARACTERS]
        local, at, _ = lower.partition("@")
        words += [lower, local] if at else [lower, lower.replace(" ", ""), *lower.split()]
    return list(dict.fromkeys(word for word in words if len(word) >= _SHORTEST_WORD))


def _weakness(password: str, words: Sequence[str]) -> list[str]:
    lower = password.lower()
    if lower in _common():
        return [TOO_COMMON]
    if any(_is_mostly(lower[:_COMPARED_CHARACTERS], word) for word in words):
        return [TOO_PERSONAL]
    return [TOO_EASY] if _score(password[:_SCORED_CHARACTERS], words) < _WORST_ACCEPTED_SCORE else []


def _is_mostly(password: str, word: str) -> bool:
    match = SequenceMatcher(None, password, word, autojunk=False).find_longest_match()
    return match.size >= _SHORTEST_WORD and match.size * 2 > len(password)


@lru_cache(1)
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # loaded late: 9 MB that a quiet server need not hold

    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= LEAST_CHARACTERS)


def _score(password: str, words: Sequence[str]) -> int:
    from zxcvbn import zxcvbn

    with _one_at_a_time:  # it keeps the words of the call in a module-level dictionary
        return int(zxcvbn(password, user_inputs=list(words))["score"])
