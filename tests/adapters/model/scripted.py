"""A model that does what it is told, for the tests of chains and of the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from steward.kit.errors import StewardError
from steward.ports.model import ModelEvent, ModelRequest, Stopped, TextDelta


class ScriptedModel:
    """Answers or raises, step by step; the last step stays."""

    def __init__(self, name: str, *steps: str | StewardError | Sequence[str | StewardError]) -> None:
        self.name = name
        self.calls = 0
        self._steps = steps or (name,)

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Carry out the next step: words, an error, or words and then an error."""
        step = self._steps[min(self.calls, len(self._steps) - 1)]
        self.calls += 1
        for part in (step,) if isinstance(step, str | StewardError) else step:
            if isinstance(part, StewardError):
                raise part
            yield TextDelta(part)
        yield Stopped("end", self.name)
