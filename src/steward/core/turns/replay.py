"""The events of a turn that is over and whose own events are no longer kept, made again from its rows."""

from __future__ import annotations

from sqlalchemy import and_, select

from steward.core.turns.types import (
    LAST_EVENTS,
    Failed,
    Finished,
    Numbered,
    Restarted,
    Started,
    Text,
    TurnEvent,
    event_from_json,
)
from steward.db.database import Transaction
from steward.db.tables import Conversation, Message, Turn, TurnEvents


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


def _from_rows(tx: Transaction, turn_key: int) -> list[TurnEvent]:
    answer, asked = Message.__table__.alias("answer"), Message.__table__.alias("asked")
    row = tx.session.execute(
        select(
            Turn.id,
            Turn.status,
            Turn.error_code,
            Turn.error_detail,
            Conversation.id,
            asked.c.id,
            answer.c.id,
            answer.c.content,
            answer.c.tokens_used,
            answer.c.cost_usd,
            answer.c.model_used,
        )
        .join(Conversation, Conversation.key == Turn.conversation_key)
        .join(answer, and_(answer.c.turn_key == Turn.key, answer.c.role == "assistant"))
        .join(asked, and_(asked.c.turn_key == Turn.key, asked.c.role == "user"))
        .where(Turn.key == turn_key)
    ).first()
    if row is None:
        return []
    events: list[TurnEvent] = [Started(row[0], row[4], row[5], row[6])]
    if row[7]:
        events.append(Text(row[7]))
    if row[1] == "failed":
        events.append(Failed(row[2] or "INTERNAL_ERROR", row[3] or "The turn failed."))
    else:
        events.append(Finished(row[6], row[8], row[9], row[10], cancelled=row[1] == "cancelled"))
    return events
