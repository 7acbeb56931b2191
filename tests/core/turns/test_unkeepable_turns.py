"""A turn in which a model or a tool said something that no database keeps ends all the same, and says so."""

from __future__ import annotations

from typing import Any

import pytest
from turn_scripts import Stage, end_of

from steward.core.turns import Failed
from steward.db.tables import Message, Turn
from steward.ports.model import FrameNoted, Usage

UNKEEPABLE = {
    "a whole number of more than 64 bits": [FrameNoted({"intent": "x", "entities": {"result": 2**64}}), "It is large."],
    "something that is no JSON": [FrameNoted({"intent": "x", "entities": {"when": object()}}), "Now."],
    "more tokens than there are": ["Long.", Usage(2**70, 2**70)],
}


@pytest.mark.parametrize("is_followed", [True, False])
@pytest.mark.parametrize("step", UNKEEPABLE.values(), ids=UNKEEPABLE.keys())
async def test_a_turn_that_cannot_be_stored_as_it_was_is_stored_as_failed(
    both: Stage, step: list[Any], is_followed: bool
) -> None:
    both.model.script(step)
    if is_followed:
        assert isinstance(end_of(await both.told()), Failed)
    else:
        assert (await both.ask()).status == "failed"
    [turn] = await both.rows(Turn.status, Turn.error_code, Turn.lease_until, Turn.attempts)
    assert tuple(turn) == ("failed", "INTERNAL_ERROR", None, 1)
    [answer] = await both.rows(Message.status, Message.frame, role="assistant")
    assert tuple(answer) == ("failed", None)
    assert (await both.ask("again")).status == "completed"
