"""The rows of a turn: begin, keep events, record tools, finish; all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, String, Table, bindparam, case, exists, func, literal_column, select, update

from steward.core.conversations import MessageView, conversation_row, open_conversation, title_of
from steward.core.tools import ToolOutcome
from steward.core.turns.rules import HISTORY_MESSAGES
from steward.core.turns.types import (
    Failed,
    Numbered,
    TurnRecord,
    TurnStatus,
    TurnWish,
    event_from_json,
    event_to_json,
)
from steward.db.database import Transaction
from steward.db.tables import Conversation, Message, ToolCall, Turn, TurnEvents
from steward.kit.actor import Actor
from steward.kit.errors import NotFound
from steward.kit.ids import new_id
from steward.kit.text import plain_label, without_controls
from steward.ports import model as port

LEASE = timedelta(seconds=15)
EVENTS_KEPT = timedelta(hours=24)

_turns: Table = Turn.__table__  # type: ignore[assignment]  # declarative tables are Tables
_messages: Table = Message.__table__  # type: ignore[assignment]
_events: Table = TurnEvents.__table__  # type: ignore[assignment]
_calls: Table = ToolCall.__table__  # type: ignore[assignment]
RUNNING: ColumnElement[str] = literal_column("'running'", String())
"""A literal, for a partial index is not used for a parameter that happens to have its value."""

_TOUCH = (
    update(Conversation.__table__)  # type: ignore[arg-type]
    .where(Conversation.key == bindparam("row"))
    .values(
        message_count=Conversation.message_count + 2,
        last_message_at=bindparam("at"),
        updated_at=bindparam("at"),
        title=case((Conversation.title == "", bindparam("name")), else_=Conversation.title),
    )
    .returning(Conversation.message_count)
)
_HISTORY = (
    select(Message.role, Message.content, Message.frame, Message.status)
    .where(
        Message.conversation_key == bindparam("conversation"),
        Message.key
        < select(func.min(_messages.c.key)).where(_messages.c.turn_key == bindparam("turn")).scalar_subquery(),
    )
    .order_by(Message.key.desc())
    .limit(HISTORY_MESSAGES)
)
_INSERT_TURN, _INSERT_MESSAGE, _INSERT_EVENTS, _INSERT_CALL = (
    _turns.insert(),
    _messages.insert(),
    _events.insert(),
    _calls.insert(),
)
_ANSWER = _messages.update().where(_messages.c.id == bindparam("row"))
_mine = (_turns.c.key == bindparam("row"), _turns.c.attempts == bindparam("attempt"), _turns.c.status == RUNNING)
_OUTCOME = _turns.update().where(*_mine)
_RENEW = _turns.update().where(*_mine).values(lease_until=bindparam("until")).returning(_turns.c.cancel_wanted)


class TurnLost(Exception):
    """Another process has taken the turn over, or it is gone: this one must do nothing more for it."""


def begin(tx: Transaction, actor: Actor, wish: TurnWish, turn_id: UUID, holder: int | None) -> TurnRecord:
    """Store the request: its conversation if it is new, the turn, the person's message and the empty answer.

    ``holder`` is the number under which this process is present, where it has one.

    Raises:
        NotFound: the conversation does not exist or is somebody else's.
    """
    conversation_key, conversation_id, _, provider, model, system_prompt, _ = _conversation(tx, actor, wish)
    user_message_id, message_id = new_id(), new_id()
    connection = tx.connection
    count = connection.execute(  # first of all: from here to the commit no other turn begins in this conversation
        _TOUCH, {"row": conversation_key, "at": tx.now, "name": title_of(wish.text)}
    ).scalar_one_or_none()
    if count is None:
        raise NotFound("There is no such conversation.")
    inserted = connection.execute(
        _INSERT_TURN,
        {
            "id": turn_id,
            "tenant_key": actor.tenant_key,
            "user_key": actor.user_key,
            "conversation_key": conversation_key,
            "channel": wish.channel,
            "status": "running",
            "wish": _kept_wish(wish),
            "rights": sorted(actor.permissions) if actor.via == "api_key" else None,
            "lease_until": tx.now + LEASE,
            "holder": holder,
            "created_at": tx.now,
        },
    )
    turn_key: int = inserted.inserted_primary_key[0]  # type: ignore[index]  # an insert of one row has it
    message = {"conversation_key": conversation_key, "turn_key": turn_key, "created_at": tx.now}
    connection.execute(
        _INSERT_MESSAGE,
        [
            {**message, "id": user_message_id, "role": "user", "content": wish.text, "status": "completed"},
            {**message, "id": message_id, "role": "assistant", "content": "", "status": "running"},
        ],
    )
    history, is_behind = history_before(tx, conversation_key, turn_key) if count > 2 else ([], False)
    return TurnRecord(
        turn_key=turn_key,
        turn_id=turn_id,
        conversation_key=conversation_key,
        conversation_id=conversation_id,
        message_id=message_id,
        user_message_id=user_message_id,
        wish=wish,
        provider=provider,
        model=model,
        system_prompt=system_prompt,
        history=history,
        is_behind=is_behind,
        created_at=tx.now,
    )


def _conversation(
    tx: Transaction, actor: Actor, wish: TurnWish
) -> Row[int, UUID, str, str | None, str | None, str | None, int]:
    if wish.conversation_id is not None:
        return conversation_row(tx, actor, wish.conversation_id)
    title = plain_label(wish.title) or title_of(wish.text)
    return conversation_row(tx, actor, open_conversation(tx, actor, title=title, channel=wish.channel).id)


def history_before(tx: Transaction, conversation_key: int, turn_key: int) -> tuple[list[port.Message], bool]:
    """Return what was said before the turn, oldest first, at most the newest forty messages.

    And whether an earlier turn of the conversation still runs: then the history is not whole yet.
    """
    rows = tx.connection.execute(_HISTORY, {"conversation": conversation_key, "turn": turn_key}).all()
    said = [port.Message(role=role, content=text, frame=frame) for role, text, frame, _ in reversed(rows) if text]
    return said, any(status == "running" for _, _, _, status in rows)


def keep_events(tx: Transaction, turn_key: int, batch: Sequence[Numbered]) -> None:
    """Keep events so that a reader of any process can follow; text written so far becomes readable."""
    if not batch:
        return
    tx.connection.execute(
        _INSERT_EVENTS,
        {
            "turn_key": turn_key,
            "first": batch[0].number,
            "last": batch[-1].number,
            "events": [event_to_json(item.event) for item in batch],
        },
    )


def kept_events(tx: Transaction, turn_key: int, after: int, before: int | None = None) -> list[Numbered]:
    """Return the kept events with a number above ``after`` and, where given, below ``before``."""
    rows = tx.session.execute(
        select(TurnEvents.first, TurnEvents.events)
        .where(TurnEvents.turn_key == turn_key, TurnEvents.last > after)
        .order_by(TurnEvents.first)
    )
    found = [
        Numbered(first + place, event_from_json(kept)) for first, events in rows for place, kept in enumerate(events)
    ]
    return [item for item in found if item.number > after and (before is None or item.number < before)]


def status_and_events(tx: Transaction, turn_key: int, after: int) -> tuple[str | None, list[Numbered]]:
    """Return the status of the turn, read before its kept events above ``after``; None for a turn that is gone."""
    status = tx.session.execute(select(Turn.status).where(Turn.key == turn_key)).scalar_one_or_none()
    return status, kept_events(tx, turn_key, after)


def want_cancelled(tx: Transaction, turn_key: int) -> None:
    """Ask whichever process runs the turn to stop it."""
    tx.session.execute(update(Turn).where(Turn.key == turn_key).values(cancel_wanted=True))


def renew(tx: Transaction, record: TurnRecord) -> bool:
    """Move the lease on and return whether somebody wants the turn stopped.

    Raises:
        TurnLost: another process has it.
    """
    wanted = tx.connection.execute(
        _RENEW, {"row": record.turn_key, "attempt": record.attempts, "until": tx.now + LEASE}
    ).scalar_one_or_none()
    if wanted is None:
        raise TurnLost
    return bool(wanted)


def record_tool(
    tx: Transaction,
    *,
    actor: Actor,
    turn_key: int,
    step: int,
    position: int,
    call: port.ToolCall,
    arguments: Mapping[str, Any],
    outcome: ToolOutcome,
) -> None:
    """Write the call in the transaction of its effect; the unique key refuses a second one."""
    tx.connection.execute(
        _INSERT_CALL,
        {
            "id": new_id(),
            "turn_key": turn_key,
            "user_key": actor.user_key,
            "step": step,
            "position": position,
            "call_id": call.call_id[:120],
            "name": without_controls(call.name)[:80],
            "arguments": dict(arguments),
            "ran": outcome.ran,
            "ok": outcome.ok,
            "result": dict(outcome.data),
            "action": dict(outcome.action) if outcome.action else None,
            "inverse": dict(outcome.inverse) if outcome.inverse else None,
            "undoable": bool(outcome.ok and outcome.inverse),
            "created_at": tx.now,
        },
    )


def finish(
    tx: Transaction, record: TurnRecord, status: TurnStatus, cost_usd: Decimal, failure: Failed | None = None
) -> MessageView:
    """Store how the turn ended and return the message that answers; the last writer of a turn, and the only one.

    Raises:
        TurnLost: another process has it.
    """
    content = "".join(record.text)
    tokens = record.input_tokens + record.output_tokens
    frame = record.frame or {}
    ended = tx.connection.execute(
        _OUTCOME,
        {
            "row": record.turn_key,
            "attempt": record.attempts,
            "status": status,
            "intent": frame.get("intent"),
            "entities": frame.get("entities"),
            "confidence": frame.get("confidence"),
            "tools_used": record.tools_used,
            "model_used": record.model_used,
            "input_tokens": record.input_tokens,
            "output_tokens": record.output_tokens,
            "cost_usd": cost_usd,
            **_kept_failure(failure),
            "first_token_ms": record.first_token_ms,
            "execution_ms": int((tx.now - record.created_at).total_seconds() * 1000),
            "lease_until": None,
            "finished_at": tx.now,
        },
    )
    if ended.rowcount == 0:
        raise TurnLost
    tx.connection.execute(
        _ANSWER,
        {
            "row": record.message_id,
            "content": content,
            "status": status,
            "actions": list(record.actions),
            "frame": record.frame,
            "tokens_used": tokens,
            "cost_usd": cost_usd,
            "model_used": record.model_used,
        },
    )
    return MessageView(
        id=record.message_id,
        conversation_id=record.conversation_id,
        role="assistant",
        content=content,
        status=status,
        actions=tuple(record.actions),
        tokens_used=tokens,
        cost_usd=cost_usd,
        model_used=record.model_used,
        created_at=record.created_at,
    )


def forget_events(tx: Transaction) -> int:
    """Delete the kept events of turns that ended long ago; their text stays in the message."""
    old = select(Turn.key).where(Turn.key == TurnEvents.turn_key, Turn.finished_at < tx.now - EVENTS_KEPT)
    result = tx.session.execute(TurnEvents.__table__.delete().where(exists(old)))  # type: ignore[attr-defined]
    return int(getattr(result, "rowcount", 0))


def _kept_failure(failure: Failed | None) -> dict[str, str | None]:
    if failure is None:
        return {"error_code": None, "error_detail": None, "error_kind": None}
    return {"error_code": failure.code, "error_detail": failure.detail, "error_kind": failure.kind}


def _kept_wish(wish: TurnWish) -> dict[str, Any]:
    return {"channel": wish.channel, "temperature": wish.temperature, "max_tokens": wish.max_tokens}
