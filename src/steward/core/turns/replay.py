"""The events of a turn that is over and whose own events are no longer kept, made again from its rows."""

from __future__ import annotations

from sqlalchemy import and_, select

from steward.core.turns.types import Failed, Finished, Numbered, Started, Text, TurnEvent
from steward.db.database import Transaction
from steward.db.tables import Conversation, Message, Turn


def ended_turn_events(tx: Transaction, turn_key: int) -> list[Numbered]:
    """Return ``Started``, the whole text as one ``Text``, and the end."""
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
    return [Numbered(number, event) for number, event in enumerate(events, 1)]
