"""Which choices people have: the sections, their fields with defaults, and what each may be; pure.

Two fields may be one fact: ``timezone`` in the calendar section is the profile's. A field says where its value lives.
Source: decisions AP07, AV32, AV33; the examples of the voice document are the defaults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

PROFILE = "profile"
"""The section that is the person's own row."""

_HHMM = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
_ALERT_KINDS = ("email", "push", "sms")
_MOST_ALERTS = 20
_MOST_MINUTES_BEFORE = 40_320

Check = Callable[[Any], str | None]
"""Returns what is wrong with a value, None if nothing is."""


@dataclass(frozen=True, slots=True)
class Field:
    """A choice: its default, what it may be, and ``lives_in``: section and name where that is another one's value.

    The default of a field with ``default_of`` is the profile's value of that name.
    """

    default: Any
    wrong: Check
    lives_in: tuple[str, str] | None = None
    default_of: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A group of choices. An open one also keeps what it does not know, for the person's own programs."""

    fields: Mapping[str, Field]
    is_open: bool


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "Must be true or false"


def _word(*allowed: str) -> Check:
    return lambda value: None if value in allowed else f"Must be one of: {', '.join(allowed)}"


def _line(most: int) -> Check:
    def check(value: Any) -> str | None:
        is_line = isinstance(value, str) and 0 < len(value) <= most and value.isprintable()
        return None if is_line else f"Must be a line of at most {most} characters"

    return check


def _number(least: float, most: float) -> Check:
    def check(value: Any) -> str | None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if is_number and least <= value <= most else f"Must be a number from {least} to {most}"

    return check


def _whole(least: int, most: int) -> Check:
    def check(value: Any) -> str | None:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return None if is_whole and least <= value <= most else f"Must be a whole number from {least} to {most}"

    return check


def _language(value: Any) -> str | None:
    is_tag = isinstance(value, str) and _LANGUAGE.fullmatch(value) is not None
    return None if is_tag else "Must be a language tag such as en-US"


def _hours(value: Any) -> str | None:
    words = "Must be {start, end} as HH:MM, the start before the end"
    if not isinstance(value, dict) or set(value) != {"start", "end"}:
        return words
    are_times = all(isinstance(each, str) and _HHMM.fullmatch(each) for each in value.values())
    return None if are_times and value["start"] < value["end"] else words


def _days(value: Any) -> str | None:
    is_list = isinstance(value, list) and all(_whole(1, 7)(day) is None for day in value)
    return None if is_list and len(set(value)) == len(value) else "Must be different days from 1, Monday, to 7, Sunday"


def _alerts(value: Any) -> str | None:
    if not isinstance(value, list) or len(value) > _MOST_ALERTS:
        return f"Must be a list of at most {_MOST_ALERTS} reminders"
    minutes = _whole(0, _MOST_MINUTES_BEFORE)
    for each in value:
        if not isinstance(each, dict) or set(each) != {"type", "minutes_before"} or each["type"] not in _ALERT_KINDS:
            return f"Each must have type ({', '.join(_ALERT_KINDS)}) and minutes_before"
        if (wrong := minutes(each["minutes_before"])) is not None:
            return f"minutes_before: {wrong}"
    return None


def _anything(_value: Any) -> str | None:
    return None


def _of_profile(name: str) -> Field:
    """Return the field that is the profile's own; the profile says what it may be."""
    return Field(None, _anything, lives_in=(PROFILE, name))


_OFFICE_HOURS = MappingProxyType({"start": "09:00", "end": "17:00"})
_WORKWEEK: Sequence[int] = (1, 2, 3, 4, 5)

SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        "preferences": Section(
            {
                "language": _of_profile("language"),
                "timezone": _of_profile("timezone"),
                "theme": _of_profile("theme"),
                "notifications": Field(True, _flag),
            },
            is_open=True,
        ),
        "settings": Section(
            {
                "two_factor_required": Field(False, _flag),
                "sms_replies": Field(True, _flag),
                "default_model": Field("offline", _line(120)),
                "working_hours": Field(dict(_OFFICE_HOURS), _hours, lives_in=("calendar", "working_hours")),
            },
            is_open=True,
        ),
        "voice": Section(
            {
                "language": Field("en-US", _language, default_of="language"),
                "voice_model": Field("gpt-4", _line(120)),
                "response_type": Field("text_and_speech", _word("text_and_speech", "text_only", "speech_only")),
                "speech_rate": Field(1.0, _number(0.5, 2.0)),
                "speech_volume": Field(0.8, _number(0.0, 1.0)),
                "auto_listen": Field(False, _flag),
                "wake_word": Field("Hey Assistant", _line(60)),
                "noise_reduction": Field(True, _flag),
                "echo_cancellation": Field(True, _flag),
            },
            is_open=False,
        ),
        "calendar": Section(
            {
                "default_calendar": Field("primary", _line(200)),
                "working_hours": Field(dict(_OFFICE_HOURS), _hours),
                "working_days": Field(list(_WORKWEEK), _days),
                "timezone": _of_profile("timezone"),
                "default_reminders": Field([{"type": "email", "minutes_before": 15}], _alerts),
                "auto_sync": Field(True, _flag),
                "sync_interval": Field(300, _whole(60, 86_400)),
            },
            is_open=False,
        ),
    }
)
"""The sections by name, as they are stored."""
