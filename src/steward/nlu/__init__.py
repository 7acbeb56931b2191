"""The offline understanding: sentences to frames, with no I/O. The same sentence, clock and context give the same frame."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

from steward.nlu.calculator import calculate
from steward.nlu.frames import INTENTS, OUTWARD_INTENTS, REMINDER_TIME, Context, Frame, as_json
from steward.nlu.speaking import question, say_date, say_rule, say_time, say_when
from steward.nlu.understanding import understand, warm_up
from steward.nlu.units import UNITS, convert

__all__ = [
    "INTENTS",
    "OUTWARD_INTENTS",
    "REMINDER_TIME",
    "UNITS",
    "Context",
    "Frame",
    "as_json",
    "calculate",
    "convert",
    "question",
    "say_date",
    "say_rule",
    "say_time",
    "say_when",
    "understand",
    "warm_up",
]
