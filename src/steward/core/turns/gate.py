"""The only way to a turn on somebody's behalf."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, select

from steward.db.database import Transaction
from steward.db.tables import Message, Turn
from steward.kit.actor import Actor
from steward.kit.errors import NotFound


def message_of_turn(tx: Transaction, actor: Actor, turn_id: UUID) -> tuple[int, UUID]:
    """Return the key of the person's turn and the id of the message that it makes.

    Raises:
        NotFound: the conversation it was in was deleted.
    """
    found = tx.session.execute(
        select(Turn.key, Message.id)
        .join(Message, Message.turn_key == Turn.key)
        .where(Turn.id == turn_id, Message.role == "assistant", *_mine(actor))
    ).first()
    if found is None:
        raise NotFound("There is no such conversation.")
    return found[0], found[1]


def turn_of_message(tx: Transaction, actor: Actor, message_id: UUID) -> tuple[int, str]:
    """Return key and status of the turn that makes the assistant message.

    Raises:
        NotFound: no such message, or it is somebody else's, or no turn made it.
    """
    found = tx.session.execute(
        select(Turn.key, Turn.status)
        .join(Message, Message.turn_key == Turn.key)
        .where(Message.id == message_id, Message.role == "assistant", *_mine(actor))
    ).first()
    if found is None:
        raise NotFound("There is no such message.")
    return found[0], found[1]


def _mine(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return Turn.user_key == actor.user_key, Turn.tenant_key == actor.tenant_key
