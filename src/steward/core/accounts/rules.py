"""What a profile may hold; pure functions that clean what people send."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import cast
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email

from steward.kit.errors import Invalid
from steward.kit.phone import e164
from steward.kit.text import normal_email, plain_label

_AT_HOME = ("@localhost", ".localhost", ".local", ".test")
"""Domains that exist in people's own networks and that the library refuses: it is shown ``_ELSEWHERE`` behind them."""
_ELSEWHERE = ".example.com"
THEMES = ("light", "dark", "auto")
NAME_LIMIT, PART_LIMIT = 200, 100
_LANGUAGE = re.compile(
    r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
)


def invalid(fields: Mapping[str, Iterable[str]]) -> Invalid:
    """Return the error for the named fields and what is wrong with each."""
    return Invalid("Some fields cannot be accepted.", fields={name: list(texts) for name, texts in fields.items()})


def email_address(text: str) -> str:
    """Return the address in the one form in which it is stored, compared and unique.

    NFKC, lower case, the domain in its Unicode spelling; sub-addresses stay. Deliverability is not looked up.

    Raises:
        Invalid: it is no address; only ``localhost`` may lack a dot in the domain.
    """
    try:
        normal = normal_email(text)
        normal.encode()
        stand_in = _ELSEWHERE if normal.endswith(_AT_HOME) else ""
        found = validate_email(normal + stand_in, check_deliverability=False)
    except (EmailNotValidError, UnicodeEncodeError):
        raise invalid({"email": ["Invalid email format"]}) from None
    return found.normalized.lower().removesuffix(stand_in)


def cleaned(sent: Mapping[str, object]) -> dict[str, str | None]:
    """Return the profile fields among ``sent``, each in the form in which it is stored; unknown keys are left out.

    None clears a name or the phone number and is no change for the zone, the language and the theme.

    Raises:
        Invalid: some cannot be accepted; ``fields`` names all of them.

    Source: decisions AP06, AV07.
    """
    found: dict[str, str | None] = {}
    wrong: dict[str, list[str]] = {}
    for name, clean in _CLEANERS.items():
        value = sent.get(name)
        if name not in sent or (value is None and name in _NEVER_EMPTY):
            continue
        if value is not None and not isinstance(value, str):
            wrong[name] = ["Must be text"]
            continue
        try:
            found[name] = clean(value or "")
        except Invalid as problem:
            wrong[name] = problem.fields.get(name) or [problem.message]
    if wrong:
        raise invalid(wrong)
    return found


def named(
    full: str | None, first: str | None, last: str | None, *, current: tuple[str, str] = ("", "")
) -> tuple[str, str, str]:
    """Return full, first and last name, each built from the others where it was not given (None).

    ``current`` is the first and last name that stand so far. Source: decision AV02.
    """
    if full is None:
        first_now = current[0] if first is None else first
        last_now = current[1] if last is None else last
        return " ".join(part for part in (first_now, last_now) if part)[:NAME_LIMIT], first_now, last_now
    head, _, rest = full.partition(" ")
    return full, (head if first is None else first)[:PART_LIMIT], (rest if last is None else last)[:PART_LIMIT]


def label(name: str, limit: int) -> Callable[[str], str]:
    """Return a cleaner that makes one harmless line of at most ``limit`` characters of the field ``name``."""

    def clean(text: str) -> str:
        line = plain_label(text.encode("utf-8", "replace").decode())
        if len(line) > limit:
            raise invalid({name: [f"Must be at most {limit} characters"]})
        return line

    return clean


def _phone(text: str) -> str | None:
    return e164(text) if text.strip() else None


def _timezone(text: str) -> str:
    if text not in _zones():
        raise invalid({"timezone": ["Must be an IANA time zone such as Europe/London"]})
    return text


def _language(text: str) -> str:
    if len(text) > 35 or not _LANGUAGE.fullmatch(text):
        raise invalid({"language": ["Must be a language tag such as en-US"]})
    return text


def _theme(text: str) -> str:
    if text not in THEMES:
        raise invalid({"theme": ["Must be light, dark or auto"]})
    return text


@lru_cache(1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory"})


_NEVER_EMPTY = frozenset({"timezone", "language", "theme"})
_CLEANERS = cast(
    "Mapping[str, Callable[[str], str | None]]",
    {
        "full_name": label("full_name", NAME_LIMIT),
        "first_name": label("first_name", PART_LIMIT),
        "last_name": label("last_name", PART_LIMIT),
        "phone_number": _phone,
        "timezone": _timezone,
        "language": _language,
        "theme": _theme,
    },
)
