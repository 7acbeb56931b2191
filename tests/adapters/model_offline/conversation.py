"""A conversation with the offline model, kept the way the server keeps it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from steward.adapters.model.offline import OfflineModel
from steward.ports.model import (
    FrameNoted,
    Message,
    ModelEvent,
    ModelRequest,
    Stopped,
    Surroundings,
    TextDelta,
    ToolCall,
    ToolSpec,
)
from tests.adapters.model_offline.played_tools import NAMES, NOW, ZONE, PlayedTools

SPECS = tuple(ToolSpec(name, "", {"type": "object"}) for name in NAMES)


class Conversation:
    """One person talking; ``history`` holds user and assistant messages with their frames."""

    def __init__(self, tools: PlayedTools | None = None, specs: tuple[ToolSpec, ...] = SPECS) -> None:
        self.tools = tools or PlayedTools()
        self.specs = specs
        self.now: datetime = NOW
        self.history: list[Message] = []
        self.frame: dict[str, Any] = {}

    async def say(self, text: str) -> str:
        """Send a message, run the tools that are called and return the answer."""
        messages = [*self.history, Message("user", text)]
        self.frame = {}
        for _ in range(8):
            events = await self._ask(messages)
            said = "".join(e.text for e in events if isinstance(e, TextDelta))
            calls = tuple(e for e in events if isinstance(e, ToolCall))
            for noted in (e for e in events if isinstance(e, FrameNoted)):
                self.frame |= noted.frame
            if not calls:
                self.history += [Message("user", text), Message("assistant", said, frame=self.frame)]
                return said
            messages.append(Message("assistant", said, tool_calls=calls))
            for call in calls:
                result = json.dumps(self.tools.run(call.name, json.loads(call.arguments)))
                messages.append(Message("tool", result, call_id=call.call_id, name=call.name))
        raise AssertionError("the model never stopped calling tools")

    async def _ask(self, messages: list[Message]) -> list[ModelEvent]:
        request = ModelRequest(
            "offline",
            messages,
            tools=self.specs,
            surroundings=Surroundings(
                self.now,
                ZONE,
                contacts=("John", "Priya", "Sarah"),
                titles=tuple(row["title"] for row in self.tools.events),
            ),
        )
        events = [event async for event in OfflineModel().stream(request)]
        assert isinstance(events[-1], Stopped)
        return events

    def restart(self) -> None:
        """Forget everything that is not in the stored messages."""
        stored = json.dumps([(m.role, m.content, m.frame) for m in self.history])
        self.history = [Message(role, content, frame=frame) for role, content, frame in json.loads(stored)]

    @property
    def called(self) -> list[str]:
        """The names of the tools that ran."""
        return [name for name, _ in self.tools.ran]
