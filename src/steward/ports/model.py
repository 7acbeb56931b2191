"""The chat model port: messages and tools in, a stream of typed events out.

One method, always a stream; a whole answer is the fold of its stream. Adapters raise ``Unavailable`` (worth another
try or another model) or ``Refused`` (this request will never work) and close their connection when the consumer stops.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model wants a tool run. ``arguments`` is the raw JSON text as the model wrote it, possibly invalid."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the history.

    ``tool_calls`` only on assistant messages; ``call_id`` and ``name`` only on tool messages, whose ``content`` is the
    JSON text of the result. ``frame`` is what the offline understanding made of a user message or asked in an
    assistant message, so that a follow-up question survives a restart; adapters for vendors ignore it.
    """

    role: Role
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    call_id: str | None = None
    name: str | None = None
    frame: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the model sees it; ``parameters`` is a JSON schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the moment is like for the person who writes: the offline model reads it, others get it as text."""

    now: datetime
    zone: str = "UTC"
    locale: str = "en-US"
    person: str = ""
    contacts: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One call of a model.

    ``max_tokens`` limits the answer; ``temperature`` is 0 to 2 or None for the model's own default.
    """

    model: str
    messages: Sequence[Message]
    tools: Sequence[ToolSpec] = ()
    temperature: float | None = None
    max_tokens: int | None = None
    surroundings: Surroundings | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class FrameNoted:
    """What the offline understanding made of the message, or what it asks next (see ``Message.frame``)."""

    frame: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the provider counted."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """The end of the answer. ``model`` is the model that really ran, as ``provider:model``."""

    reason: Literal["end", "tools", "length", "filtered"]
    model: str


ModelEvent = TextDelta | ToolCall | FrameNoted | Usage | Stopped


class ChatModel(Protocol):
    """A model that answers."""

    @property
    def name(self) -> str:
        """``provider:model`` of the first choice."""
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Yield the answer as it is made; the last event is ``Stopped``.

        Raises:
            Unavailable: cannot answer now (network, 429, 5xx, time-out, garbage, cut stream).
            Refused: will not answer this (bad key, bad request).
        """
        ...


class ModelRegistry(Protocol):
    """Finds the model for a wish."""

    def choose(self, provider: str | None, model: str | None) -> ChatModel:
        """Return the model for the wish, or the default where it is empty or that provider has no key (AT07)."""
        ...

    def cost_usd(self, model: str, usage: Usage) -> str:
        """Return the price of the usage for the model that ran, in US dollars as decimal text; "0" when unknown."""
        ...

    async def close(self) -> None:
        """Close connections."""
        ...
