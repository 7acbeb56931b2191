"""Turns: one request to the assistant, carried out once, told as it happens, kept whatever happens."""

from steward.core.turns.runner import TurnRunner
from steward.core.turns.service import TurnService
from steward.core.turns.types import (
    Failed,
    Finished,
    Numbered,
    Restarted,
    Started,
    Text,
    ToolCalled,
    ToolReturned,
    TurnEvent,
    TurnResult,
    TurnWish,
)

__all__ = [
    "Failed",
    "Finished",
    "Numbered",
    "Restarted",
    "Started",
    "Text",
    "ToolCalled",
    "ToolReturned",
    "TurnEvent",
    "TurnResult",
    "TurnRunner",
    "TurnService",
    "TurnWish",
]
