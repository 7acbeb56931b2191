"""What is asked of a turn, the events that tell of it, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from steward.core.conversations import MessageView
from steward.ports.model import Message, Usage

TurnStatus = Literal["running", "completed", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class TurnWish:
    """What is asked of the assistant.

    ``conversation_id`` None opens a new conversation, called ``title`` or after the text. ``temperature`` is 0 to 2;
    ``max_tokens`` limits the answer. What is sent again under its ``idempotency_key`` is the same turn.
    """

    text: str
    conversation_id: UUID | None = None
    channel: str = "chat"
    temperature: float | None = None
    max_tokens: int | None = None
    title: str = ""
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn failed and that is stored. ``kind`` is a ``kit.errors.Kind``."""

    code: str
    detail: str
    kind: str = "unavailable"
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class TurnResult:
    """A finished turn, with the message that answers."""

    turn_id: UUID
    status: TurnStatus
    message: MessageView
    user_message_id: UUID
    failure: Failed | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """The turn is stored and runs. Always the first event."""

    turn_id: UUID
    conversation_id: UUID
    user_message_id: UUID
    message_id: UUID


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """A tool is about to run."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolReturned:
    """A tool ran; ``ok`` says whether it did what it was asked."""

    call_id: str
    name: str
    ok: bool
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Restarted:
    """The process that ran the turn died and another begins it again: the text so far is void, effects are kept."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The turn is done and stored; ``cancelled`` when somebody stopped it, the text so far is kept."""

    message_id: UUID
    tokens_used: int
    cost_usd: Decimal
    model_used: str | None
    cancelled: bool = False


TurnEvent = Started | Text | ToolCalled | ToolReturned | Restarted | Finished | Failed
LAST_EVENTS = (Finished, Failed)


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event with its number in the turn: from 1 without gaps, but for a leap where the turn was restarted."""

    number: int
    event: TurnEvent


_BY_NAME: dict[str, type[TurnEvent]] = {
    kind.__name__: kind for kind in (Started, Text, ToolCalled, ToolReturned, Restarted, Finished, Failed)
}
_IDS = frozenset({"turn_id", "conversation_id", "user_message_id", "message_id"})


def event_to_json(event: TurnEvent) -> list[Any]:
    """Return the event as it is kept: its name and its fields."""
    if type(event) is Text:
        return ["Text", event.text]
    fields = {name: getattr(event, name) for name in event.__slots__}
    return [type(event).__name__, {key: _plain(value) for key, value in fields.items()}]


def event_from_json(kept: list[Any]) -> TurnEvent:
    """Return the event that ``event_to_json`` wrote."""
    name, fields = kept
    if name == "Text":
        return Text(fields)
    values: dict[str, Any] = {key: UUID(value) if key in _IDS else value for key, value in fields.items()}
    if "cost_usd" in values:
        values["cost_usd"] = Decimal(values["cost_usd"])
    return _BY_NAME[name](**values)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID | Decimal) else value


@dataclass(slots=True)
class TurnRecord:
    """A running turn as its runner keeps it: keys for rows, and what the turn has come to so far.

    ``is_behind`` while an earlier turn of the conversation still runs; ``attempts`` counts the processes that had it.
    """

    turn_key: int
    turn_id: UUID
    conversation_key: int
    conversation_id: UUID
    message_id: UUID
    user_message_id: UUID
    wish: TurnWish
    provider: str | None
    model: str | None
    system_prompt: str | None
    history: list[Message]
    created_at: datetime
    is_behind: bool = False
    first_number: int = 1
    first_step: int = 1
    attempts: int = 1
    frame: dict[str, Any] | None = None
    text: list[str] = field(default_factory=list)
    actions: list[Mapping[str, Any]] = field(default_factory=list)
    unkept_calls: list[Callable[..., None]] = field(default_factory=list)
    tools_used: list[str] = field(default_factory=list)
    model_used: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    used: list[tuple[str, Usage]] = field(default_factory=list)
    first_token_ms: int | None = None

    def note_usage(self, model: str, usage: Usage) -> None:
        """Note what one call of a model used; a turn whose first model fails may be finished by another."""
        self.model_used = model
        self.input_tokens += usage.input_tokens
        self.output_tokens += usage.output_tokens
        self.used.append((model, usage))

    def note_tools(self, tools: Iterable[tuple[str, bool, Mapping[str, Any] | None]]) -> None:
        """Note calls of tools: the tool's name, whether it ran, and what the person is shown of it."""
        for name, ran, action in tools:
            if ran:
                self.tools_used.append(name)
            if action:
                self.actions.append(action)
