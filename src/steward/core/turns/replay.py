"""A turn that is over, made again from its rows: its result, and its events where they are no longer kept."""

from __future__ import annotations

from sqlalchemy import and_, select

from steward.core.conversations import MessageView
from steward.core.turns.types import (
    LAST_EVENTS,
    Failed,
    Finished,
    Numbered,
    Restarted,
    Started,
    Text,
    TurnEvent,
    TurnResult,
    event_from_json,
)
from steward.db.database import Transaction
from steward.db.tables import Conversation, Message, Turn, TurnEvents
from steward.kit.errors import Kind, NotFound


def ended_turn_events(tx: Transaction, turn_key: int, after: int) -> list[Numbered]:
    """Return how the turn ended, for a reader who has seen the events up to ``after``.

    To one who saw the kept end its last event again, to one who saw nothing the whole answer as one ``Text``. To one
    who saw a part of what is no longer kept, that the part is void, and the whole answer.
    """
    last = _kept_end(tx, turn_key)
    if last is not None:
        return [last]
    events = _from_rows(tx, turn_key)
    if events and after:
        events[0] = Restarted()
    return [Numbered(number, event) for number, event in enumerate(events, after + 1)]


def _kept_end(tx: Transaction, turn_key: int) -> Numbered | None:
    kept = tx.session.execute(
        select(TurnEvents.last, TurnEvents.events)
        .where(TurnEvents.turn_key == turn_key)
        .order_by(TurnEvents.first.desc())
        .limit(1)
    ).first()
    if kept is None:
        return None
    event = event_from_json(kept[1][-1])
    return Numbered(kept[0], event) if isinstance(event, LAST_EVENTS) else None


def ended_turn_result(tx: Transaction, turn_key: int) -> TurnResult | None:
    """Return what the turn came to; None while it runs.

    Raises:
        NotFound: its conversation was deleted.
    """
    answer, asked = Message.__table__.alias("answer"), Message.__table__.alias("asked")
    row = tx.session.execute(
        select(
            Turn.id,
            Turn.status,
            Turn.error_code,
            Turn.error_detail,
            Turn.error_kind,
            asked.c.id,
            Conversation.id,
            answer.c.id,
            answer.c.content,
            answer.c.actions,
            answer.c.tokens_used,
            answer.c.cost_usd,
            answer.c.model_used,
            answer.c.created_at,
        )
        .join(Conversation, Conversation.key == Turn.conversation_key)
        .join(answer, and_(answer.c.turn_key == Turn.key, answer.c.role == "assistant"))
        .join(asked, and_(asked.c.turn_key == Turn.key, asked.c.role == "user"))
        .where(Turn.key == turn_key)
    ).first()
    if row is None:
        raise NotFound("There is no such conversation.")
    turn_id, status, code, detail, kind, user_message_id, conversation_id, message_id, content, actions = row[:10]
    if status == "running":
        return None
    tokens_used, cost_usd, model_used, created_at = row[10:]
    message = MessageView(
        id=message_id,
        conversation_id=conversation_id,
        role="assistant",
        content=content,
        status=status,
        actions=tuple(actions),
        tokens_used=tokens_used,
        cost_usd=cost_usd,
        model_used=model_used,
        created_at=created_at,
    )
    failure = None
    if status == "failed":
        failure = Failed(code or "INTERNAL_ERROR", detail or "The turn failed.", kind or Kind.UNAVAILABLE)
    return TurnResult(turn_id, status, message, user_message_id, failure)


def _from_rows(tx: Transaction, turn_key: int) -> list[TurnEvent]:
    try:
        result = ended_turn_result(tx, turn_key)
    except NotFound:
        return []
    if result is None:
        return []
    message = result.message
    events: list[TurnEvent] = [Started(result.turn_id, message.conversation_id, result.user_message_id, message.id)]
    if message.content:
        events.append(Text(message.content))
    events.append(
        result.failure
        or Finished(message.id, message.tokens_used, message.cost_usd, message.model_used, result.status == "cancelled")
    )
    return events
