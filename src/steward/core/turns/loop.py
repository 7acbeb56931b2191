"""The loop of a turn: model, tools, model again, until there is an answer or a bound is reached.

Bounds: steps and tokens; time is the caller's. It knows no database: tools are run by a callable, and what happens is
told to ``emit`` as it happens.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Protocol

import orjson

from steward.core.turns.rules import estimated_tokens, shown_action
from steward.core.turns.types import Text, ToolCalled, ToolReturned, TurnEvent, TurnRecord
from steward.kit.errors import Kind, StewardError, Unavailable
from steward.kit.text import without_controls
from steward.ports.model import (
    ChatModel,
    FrameNoted,
    Message,
    ModelEvent,
    ModelRequest,
    Stopped,
    TextDelta,
    ToolCall,
    Usage,
)


class TurnTooLong(StewardError):
    """The assistant took too many steps and was stopped."""

    kind, code = Kind.REFUSED, "TURN_STEPS_EXCEEDED"


class TurnTooCostly(StewardError):
    """The turn used up its tokens and was stopped."""

    kind, code = Kind.REFUSED, "TURN_BUDGET_EXCEEDED"


class Outcome(Protocol):
    """What a tool came to."""

    @property
    def ok(self) -> bool:
        """Whether it did what it was asked."""
        ...

    @property
    def data(self) -> Mapping[str, Any]:
        """What the model is told."""
        ...

    @property
    def ran(self) -> bool:
        """Whether the tool began at all."""
        ...

    @property
    def action(self) -> Mapping[str, Any] | None:
        """What the person is shown."""
        ...


RunTools = Callable[[int, Sequence[ToolCall]], Awaitable[Sequence[Outcome]]]
"""Runs the calls of a step, numbered from 1, and returns their outcomes in the same order."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a turn: model calls, tokens in and out."""

    steps: int
    tokens: int


@dataclass(slots=True)
class _Step:
    """What one model call came to."""

    text: list[str]
    calls: list[ToolCall]
    characters: int = 0
    usage: Usage | None = None
    stopped: Stopped | None = None


class TurnLoop:
    """Runs one turn and fills its record."""

    def __init__(
        self,
        model: ChatModel,
        run_tools: RunTools,
        emit: Callable[[TurnEvent], None],
        limits: Limits,
        record: TurnRecord,
    ) -> None:
        self._model = model
        self._run_tools = run_tools
        self._emit = emit
        self._limits = limits
        self._record = record
        self._began = monotonic()

    async def run(self, request: ModelRequest) -> None:
        """Answer the request; text, tools and tokens end up in the record.

        Raises:
            Unavailable, Refused: the model would not answer.
            TurnTooLong, TurnTooCostly: a bound was reached; effects and text so far stay.
        """
        messages = list(request.messages)
        for step in range(self._record.first_step, self._record.first_step + self._limits.steps):
            done = _Step([], [])
            try:
                await self._ask(replace(request, messages=tuple(messages)), done)
            finally:
                self._account(messages, done)
            if not done.calls:
                return
            messages.append(Message("assistant", "".join(done.text), tool_calls=tuple(done.calls)))
            messages += await self._results(step, done.calls)
            if self._record.input_tokens + self._record.output_tokens > self._limits.tokens:
                raise TurnTooCostly
        raise TurnTooLong

    async def _ask(self, request: ModelRequest, done: _Step) -> None:
        stream = self._model.stream(request)
        try:
            async for event in stream:
                if isinstance(event, TextDelta):
                    self._say(event.text, done)
                else:
                    self._note(event, done)
        finally:
            close = getattr(stream, "aclose", None)
            if close is not None:
                await close()
        if done.stopped is None:
            raise Unavailable("The model's answer broke off.", code="MODEL_UNAVAILABLE")

    def _say(self, text: str, done: _Step) -> None:
        text = without_controls(text)
        if not text:
            return
        record = self._record
        if record.first_token_ms is None:
            record.first_token_ms = int((monotonic() - self._began) * 1000)
        if record.text and not done.text:
            text = "\n\n" + text
        done.text.append(text)
        record.text.append(text)
        self._emit(Text(text))
        done.characters += len(text)
        if record.input_tokens + record.output_tokens + done.characters // 4 > self._limits.tokens:
            raise TurnTooCostly

    def _note(self, event: ModelEvent, done: _Step) -> None:
        if isinstance(event, ToolCall):
            done.calls.append(event)
        elif isinstance(event, Usage):
            done.usage = event
        elif isinstance(event, FrameNoted):
            self._record.frame = {**(self._record.frame or {}), **event.frame}
        elif isinstance(event, Stopped):
            done.stopped = event

    def _account(self, messages: Sequence[Message], done: _Step) -> None:
        record = self._record
        usage = done.usage
        if usage is None:
            if done.stopped is None and not done.text:
                return
            usage = Usage(
                sum(estimated_tokens(message.content) for message in messages),
                estimated_tokens("".join(done.text)) + sum(estimated_tokens(call.arguments) for call in done.calls),
            )
        record.note_usage(done.stopped.model if done.stopped else record.model_used or self._model.name, usage)

    async def _results(self, step: int, calls: Sequence[ToolCall]) -> list[Message]:
        for call in calls:
            self._emit(ToolCalled(call.call_id, call.name, call.arguments))
        outcomes = await self._run_tools(step, calls)
        self._record.note_tools(
            (call.name, outcome.ran, shown_action(call.name, outcome.ok, outcome.data, outcome.action))
            for call, outcome in zip(calls, outcomes, strict=True)
        )
        results = []
        for call, outcome in zip(calls, outcomes, strict=True):
            self._emit(ToolReturned(call.call_id, call.name, outcome.ok, outcome.data))
            results.append(Message("tool", orjson.dumps(outcome.data).decode(), call_id=call.call_id, name=call.name))
        return results
