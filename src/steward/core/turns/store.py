"""The rows of a turn: begin, keep events, record tools, finish, take over; all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Table, and_, bindparam, exists, select, update

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
from steward.kit.ids import new_id
from steward.ports import model as port

LEASE = timedelta(seconds=15)
EVENTS_KEPT = timedelta(hours=24)

_turns: Table = Turn.__table__  # type: ignore[assignment]  # declarative tables are Tables
_messages: Table = Message.__table__  # type: ignore[assignment]
_events: Table = TurnEvents.__table__  # type: ignore[assignment]
_calls: Table = ToolCall.__table__  # type: ignore[assignment]

_TOUCH = (
    update(Conversation.__table__)  # type: ignore[arg-type]
    .where(Conversation.key == bindparam("row"))
    .values(
        message_count=bindparam("count"),
        last_message_at=bindparam("at"),
        updated_at=bindparam("at"),
        title=bindparam("name"),
    )
)
_HISTORY = (
    select(Message.role, Message.content, Message.frame)
    .where(
        Message.conversation_key == bindparam("conversation"),
        Message.turn_key != bindparam("turn"),
        Message.status != "running",
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
_OUTCOME = _turns.update().where(_turns.c.key == bindparam("row"))


def begin(tx: Transaction, actor: Actor, wish: TurnWish) -> TurnRecord:
    """Store the request: its conversation if it is new, the turn, the person's message and the empty answer.

    Raises:
        NotFound: the conversation does not exist or is somebody else's.
    """
    if wish.conversation_id is None:
        opened = open_conversation(tx, actor, title=title_of(wish.text), channel=wish.channel)
        conversation = conversation_row(tx, actor, opened.id)
    else:
        conversation = conversation_row(tx, actor, wish.conversation_id)
    conversation_key, conversation_id, title, provider, model, system_prompt, count = conversation
    turn_id, user_message_id, message_id = new_id(), new_id(), new_id()
    connection = tx.connection
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
            "lease_until": tx.now + LEASE,
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
    connection.execute(
        _TOUCH,
        {"row": conversation_key, "count": count + 2, "at": tx.now, "name": title or title_of(wish.text)},
    )
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
        history=history_before(tx, conversation_key, turn_key) if count else [],
        created_at=tx.now,
    )


def history_before(tx: Transaction, conversation_key: int, turn_key: int) -> list[port.Message]:
    """Return the finished messages of the conversation before the turn, oldest first, at most the newest forty."""
    rows = tx.connection.execute(_HISTORY, {"conversation": conversation_key, "turn": turn_key}).all()
    return [port.Message(role=role, content=content, frame=frame) for role, content, frame in reversed(rows)]


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


def status_and_events(tx: Transaction, turn_key: int, after: int) -> tuple[str, list[Numbered]]:
    """Return the status of the turn, read before its kept events above ``after``."""
    status = tx.session.execute(select(Turn.status).where(Turn.key == turn_key)).scalar_one()
    return status, kept_events(tx, turn_key, after)


def want_cancelled(tx: Transaction, turn_key: int) -> None:
    """Ask whichever process runs the turn to stop it."""
    tx.session.execute(update(Turn).where(Turn.key == turn_key).values(cancel_wanted=True))


def any_expired(tx: Transaction) -> bool:
    """Return whether a running turn's lease is over."""
    return (
        tx.session.execute(select(Turn.key).where(Turn.status == "running", Turn.lease_until < tx.now).limit(1)).first()
        is not None
    )


def renew(tx: Transaction, turn_key: int) -> bool:
    """Move the lease on and return whether somebody wants the turn stopped."""
    wanted = tx.session.execute(select(Turn.cancel_wanted).where(Turn.key == turn_key)).scalar_one()
    tx.session.execute(update(Turn).where(Turn.key == turn_key).values(lease_until=tx.now + LEASE))
    return wanted


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
            "call_id": call.call_id,
            "name": call.name,
            "arguments": dict(arguments),
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
    """Store how the turn ended and return the message that answers; the last writer of a turn, and the only one."""
    content = "".join(record.text)
    tokens = record.input_tokens + record.output_tokens
    connection = tx.connection
    frame = record.frame or {}
    connection.execute(
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
    connection.execute(
        _OUTCOME,
        {
            "row": record.turn_key,
            "status": status,
            "intent": frame.get("intent"),
            "entities": frame.get("entities"),
            "confidence": frame.get("confidence"),
            "tools_used": record.tools_used,
            "model_used": record.model_used,
            "input_tokens": record.input_tokens,
            "output_tokens": record.output_tokens,
            "cost_usd": cost_usd,
            "error_code": failure.code if failure else None,
            "error_detail": failure.detail if failure else None,
            "first_token_ms": record.first_token_ms,
            "execution_ms": int((tx.now - record.created_at).total_seconds() * 1000),
            "lease_until": None,
            "finished_at": tx.now,
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


def take_expired(tx: Transaction, limit: int = 100) -> list[int]:
    """Return the keys of running turns whose process stopped renewing them, and renew them for whoever resumes."""
    rows = tx.session.execute(
        select(Turn.key)
        .where(Turn.status == "running", Turn.lease_until < tx.now)
        .order_by(Turn.lease_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    keys = list(rows.scalars())
    if keys:
        tx.session.execute(update(Turn).where(Turn.key.in_(keys)).values(lease_until=tx.now + LEASE))
    return keys


def give_back(tx: Transaction, turn_keys: Sequence[int]) -> None:
    """Let go of running turns at shutdown, so that the next process takes them over at once."""
    tx.session.execute(update(Turn).where(Turn.key.in_(turn_keys), Turn.status == "running").values(lease_until=tx.now))


def take_over(tx: Transaction, turn_key: int) -> tuple[TurnRecord, int, list[port.Message]] | None:
    """Return a running turn for another try: its record, the owner's key, and the tool exchanges already done.

    None when it is no longer running.
    """
    answer, asked = Message.__table__.alias("answer"), Message.__table__.alias("asked")
    row = tx.session.execute(
        select(
            Turn.id,
            Turn.user_key,
            Turn.wish,
            Turn.created_at,
            Turn.attempts,
            Conversation.key,
            Conversation.id,
            Conversation.provider,
            Conversation.model,
            Conversation.system_prompt,
            answer.c.id,
            asked.c.id,
            asked.c.content,
        )
        .join(Conversation, Conversation.key == Turn.conversation_key)
        .join(answer, and_(answer.c.turn_key == Turn.key, answer.c.role == "assistant"))
        .join(asked, and_(asked.c.turn_key == Turn.key, asked.c.role == "user"))
        .where(Turn.key == turn_key, Turn.status == "running")
    ).first()
    if row is None:
        return None
    tx.session.execute(
        update(Turn).where(Turn.key == turn_key).values(attempts=Turn.attempts + 1, lease_until=tx.now + LEASE)
    )
    last = tx.session.execute(
        select(TurnEvents.last).where(TurnEvents.turn_key == turn_key).order_by(TurnEvents.last.desc()).limit(1)
    ).scalar()
    wish = TurnWish(text=row[12], conversation_id=row[6], **row[2])
    record = TurnRecord(
        turn_key=turn_key,
        turn_id=row[0],
        conversation_key=row[5],
        conversation_id=row[6],
        message_id=row[10],
        user_message_id=row[11],
        wish=wish,
        provider=row[7],
        model=row[8],
        system_prompt=row[9],
        history=history_before(tx, row[5], turn_key),
        created_at=row[3],
        first_number=(last or 0) + 1,
        attempts=row[4] + 1,
    )
    return record, row[1], _done_exchanges(tx, turn_key, record)


def _done_exchanges(tx: Transaction, turn_key: int, record: TurnRecord) -> list[port.Message]:
    rows = tx.session.execute(
        select(ToolCall.step, ToolCall.call_id, ToolCall.name, ToolCall.arguments, ToolCall.result, ToolCall.action)
        .where(ToolCall.turn_key == turn_key)
        .order_by(ToolCall.step, ToolCall.position)
    ).all()
    messages: list[port.Message] = []
    for step in sorted({row[0] for row in rows}):
        mine = [row for row in rows if row[0] == step]
        calls = tuple(port.ToolCall(row[1], row[2], orjson.dumps(row[3]).decode()) for row in mine)
        messages.append(port.Message("assistant", tool_calls=calls))
        messages += [
            port.Message("tool", content=orjson.dumps(row[4]).decode(), call_id=row[1], name=row[2]) for row in mine
        ]
    record.tools_used = [row[2] for row in rows]
    record.actions = [row[5] for row in rows if row[5]]
    record.first_step = max((row[0] for row in rows), default=0) + 1
    return messages


def forget_events(tx: Transaction) -> int:
    """Delete the kept events of turns that ended long ago; their text stays in the message."""
    old = select(Turn.key).where(Turn.key == TurnEvents.turn_key, Turn.finished_at < tx.now - EVENTS_KEPT)
    result = tx.session.execute(TurnEvents.__table__.delete().where(exists(old)))  # type: ignore[attr-defined]
    return int(getattr(result, "rowcount", 0))


def _kept_wish(wish: TurnWish) -> dict[str, Any]:
    kept = asdict(wish)
    del kept["text"], kept["conversation_id"]
    return kept
