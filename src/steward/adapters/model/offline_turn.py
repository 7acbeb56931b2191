"""What the offline model passes around inside a turn: the moment, tool calls, replies and questions that wait.

A question that waits for its answer is kept as JSON on the assistant message (``Message.frame``), so that the next
turn completes it, in whichever process that turn runs:

    {"pending": frame, "kind": "slot" | "confirm" | "choose", "options": [...], "calls": [...], "asked": instant}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from steward.kit.clock import iso_z
from steward.nlu import INTENTS, Context, Frame
from steward.ports.model import Message

QUESTION_LIVES = timedelta(hours=24)
"""A question that nobody answered for this long is forgotten: a late "yes" should not act."""

PendingKind = Literal["slot", "confirm", "choose"]


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where the person writes, and which tools are at hand.

    ``wall`` is the naive wall time in the IANA ``zone``, ``instant`` the same as an aware instant. ``text`` is what
    the person wrote, ``context`` what the understanding knows. ``takes_id`` names the tools that also take the ``id``
    of an earlier result.
    """

    wall: datetime
    instant: datetime
    context: Context
    zone: str = "UTC"
    tools: frozenset[str] = frozenset()
    takes_id: frozenset[str] = frozenset()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool to run with its arguments."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a question with several: calls to run, or an intent that may have been meant."""

    label: str
    calls: tuple[Call, ...] = ()
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """A question that waits: for a missing slot, for a yes to ``calls``, or for one of ``options``."""

    kind: PendingKind
    frame: Frame
    options: tuple[Option, ...] = ()
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model does next: run ``calls``, or say ``text`` and perhaps wait for an answer.

    ``about`` completes "Should I …?" for the calls.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    about: str = ""
    pending: Pending | None = None


def frame_json(frame: Frame) -> dict[str, Any]:
    """Return the frame as plain JSON values; ``frame_from`` is the way back."""
    return {
        "intent": frame.intent,
        "entities": plain(frame.entities),
        "confidence": round(frame.confidence, 4),
        "source": frame.source,
        "missing": list(frame.missing),
    }


def plain(value: Any) -> Any:
    """Return the value made of JSON types only; anything else becomes its text."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def frame_from(data: Any) -> Frame | None:
    """Return the frame that was kept as JSON, or None when it is none."""
    if not isinstance(data, Mapping) or data.get("intent") not in INTENTS:
        return None
    entities, missing, confidence = data.get("entities"), data.get("missing"), data.get("confidence")
    return Frame(
        intent=data["intent"],
        entities=dict(entities) if isinstance(entities, Mapping) else {},
        confidence=float(confidence) if isinstance(confidence, int | float) else 0.0,
        source=str(data.get("source", "none")),
        missing=tuple(str(slot) for slot in missing) if isinstance(missing, list) else (),
    )


def pending_json(pending: Pending, asked: datetime) -> dict[str, Any]:
    """Return the question as it is kept on the assistant message."""
    return {
        "pending": frame_json(pending.frame),
        "kind": pending.kind,
        "options": [
            {"label": option.label, "calls": _calls_json(option.calls), "intent": option.intent}
            for option in pending.options
        ],
        "calls": _calls_json(pending.calls),
        "asked": iso_z(asked),
    }


def pending_in(messages: Sequence[Message], now: datetime) -> Pending | None:
    """Return the question that the newest assistant message asked, unless there is none or it is too old.

    ``messages`` is the history before the person's newest message.
    """
    last = next((message for message in reversed(messages) if message.role in ("user", "assistant")), None)
    if last is None or last.role != "assistant" or not isinstance(last.frame, Mapping):
        return None
    kept = last.frame
    frame, kind = frame_from(kept.get("pending")), kept.get("kind")
    if frame is None or kind not in ("slot", "confirm", "choose") or _is_old(kept.get("asked"), now):
        return None
    return Pending(kind, frame, _options_from(kept.get("options")), _calls_from(kept.get("calls")))


def _is_old(asked: Any, now: datetime) -> bool:
    if not isinstance(asked, str):
        return False
    try:
        then = datetime.fromisoformat(asked)
    except ValueError:
        return False
    return now - (then if then.tzinfo else then.replace(tzinfo=UTC)) > QUESTION_LIVES


def _calls_json(calls: Sequence[Call]) -> list[dict[str, Any]]:
    return [{"name": call.name, "arguments": plain(call.arguments)} for call in calls]


def _calls_from(data: Any) -> tuple[Call, ...]:
    rows = data if isinstance(data, list) else []
    return tuple(
        Call(row["name"], dict(row["arguments"]))
        for row in rows
        if isinstance(row, Mapping) and isinstance(row.get("name"), str) and isinstance(row.get("arguments"), Mapping)
    )


def _options_from(data: Any) -> tuple[Option, ...]:
    rows = [row for row in data if isinstance(row, Mapping)] if isinstance(data, list) else []
    read = (
        Option(str(row.get("label", "")), _calls_from(row.get("calls")), str(row.get("intent") or "")) for row in rows
    )
    return tuple(option for option in read if option.calls or option.intent in INTENTS)
