"""The only way to a conversation on somebody's behalf."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, select

from steward.db.database import Transaction
from steward.db.tables import Conversation
from steward.kit.actor import Actor
from steward.kit.errors import NotFound

ONE = and_(
    Conversation.id == bindparam("id"),
    Conversation.user_key == bindparam("user_key"),
    Conversation.tenant_key == bindparam("tenant_key"),
)
"""The condition of prepared statements for one conversation of a person; ``own`` has its parameters."""

_CONVERSATION = select(
    Conversation.key,
    Conversation.id,
    Conversation.title,
    Conversation.provider,
    Conversation.model,
    Conversation.system_prompt,
    Conversation.message_count,
).where(ONE)


def own(actor: Actor, conversation_id: UUID) -> dict[str, Any]:
    """Return the parameters of ``ONE``."""
    return {"id": conversation_id, "user_key": actor.user_key, "tenant_key": actor.tenant_key}


def mine(actor: Actor) -> Select[Conversation]:
    """Return the query for all conversations of the person."""
    return select(Conversation).where(
        Conversation.user_key == actor.user_key, Conversation.tenant_key == actor.tenant_key
    )


def conversation_row(
    tx: Transaction, actor: Actor, conversation_id: UUID
) -> Row[int, UUID, str, str | None, str | None, str | None, int]:
    """Return key, id, title, provider, model, system prompt and message count of the person's conversation.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    found = tx.connection.execute(_CONVERSATION, own(actor, conversation_id)).first()
    if found is None:
        raise NotFound("There is no such conversation.")
    return found
