"""Conversations and messages: the verbs around the turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import bindparam, case, delete, func, insert, literal_column, select, update
from sqlalchemy.orm import InstrumentedAttribute

from steward.core.conversations.gate import ONE, conversation_row, mine, own
from steward.core.conversations.once import made_before
from steward.core.conversations.types import ConversationView, MessageView
from steward.db.database import Database, Transaction
from steward.db.tables import Conversation, Message, Turn, User
from steward.kit.actor import Actor
from steward.kit.errors import Invalid
from steward.kit.ids import new_id
from steward.kit.pages import Page, Window
from steward.kit.text import plain_label

_MESSAGE_COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (
    Message.id,
    Message.role,
    Message.content,
    Message.status,
    Message.actions,
    Message.tokens_used,
    Message.cost_usd,
    Message.model_used,
    Message.created_at,
)
_PAGE = (
    select(*_MESSAGE_COLUMNS, Conversation.message_count)
    .join(Conversation, Conversation.key == Message.conversation_key)
    .where(ONE)
    .offset(bindparam("offset"))
    .limit(bindparam("limit"))
)
_VIEW_COLUMNS = (
    Conversation.id,
    Conversation.title,
    Conversation.channel,
    Conversation.provider,
    Conversation.model,
    Conversation.system_prompt,
    Conversation.details,
    Conversation.message_count,
    Conversation.last_message_at,
    Conversation.created_at,
    Conversation.updated_at,
)  # in the order of ConversationView
_COUNT = select(User.conversation_count).where(User.key == bindparam("user_key"))
_LIST = (
    select(*_VIEW_COLUMNS)
    .where(Conversation.user_key == bindparam("user_key"))
    .order_by(Conversation.last_message_at.desc(), Conversation.key.desc())
    .offset(bindparam("offset"))
    .limit(bindparam("limit"))
)
_older = Message.__table__.alias("older")
_OLDEST = _PAGE.order_by(Message.key)
_NEWEST = _PAGE.order_by(Message.key.desc())


class ConversationService:
    """Opens, lists, reads, renames and deletes conversations."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def create(
        self,
        actor: Actor,
        *,
        title: str = "",
        provider: str | None = None,
        model: str | None = None,
        system_prompt: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        channel: str = "chat",
        idempotency_key: str | None = None,
    ) -> ConversationView:
        """Open an empty conversation; without a title it gets one from its first message.

        A request that is sent again under its ``idempotency_key`` gets the conversation that the first one opened.

        Raises:
            IdempotencyKeyReused: the key was sent with another request.
            NotFound: the conversation that the first request opened was deleted.
        """
        wish = {
            "title": title,
            "provider": provider,
            "model": model,
            "system_prompt": system_prompt,
            "details": dict(metadata or {}),
            "channel": channel,
        }

        def work(tx: Transaction) -> ConversationView:
            conversation_id = new_id()
            if idempotency_key is not None:
                asked = {"kind": "conversation", **wish}
                earlier = made_before(tx, actor, idempotency_key, asked, conversation_id)
                if earlier is not None:
                    return _conversation(tx, actor, earlier)
            return open_conversation(tx, actor, id=conversation_id, **wish)

        return await self._db.write(work)

    async def list(self, actor: Actor, window: Window) -> Page[ConversationView]:
        """Return the person's conversations, the last used first."""

        def work(tx: Transaction) -> Page[ConversationView]:
            total = tx.connection.execute(_COUNT, {"user_key": actor.user_key}).scalar_one()
            rows = tx.connection.execute(
                _LIST, {"user_key": actor.user_key, "offset": window.offset, "limit": window.limit}
            ).all()
            return Page([ConversationView(*row) for row in rows], total, window)

        return await self._db.glance(work)

    async def get(self, actor: Actor, conversation_id: UUID) -> ConversationView:
        """Return one conversation.

        Raises:
            NotFound: there is none, or it is somebody else's.
        """

        return await self._db.read(lambda tx: _conversation(tx, actor, conversation_id))

    async def messages(
        self,
        actor: Actor,
        conversation_id: UUID,
        window: Window,
        *,
        order: Literal["oldest", "newest"] = "oldest",
    ) -> Page[MessageView]:
        """Return a page of the conversation's messages.

        Raises:
            NotFound: there is no such conversation, or it is somebody else's.
        """

        def work(tx: Transaction) -> Page[MessageView]:
            wanted = {**own(actor, conversation_id), "offset": window.offset, "limit": window.limit}
            rows = tx.connection.execute(_NEWEST if order == "newest" else _OLDEST, wanted).all()
            total = rows[0].message_count if rows else conversation_row(tx, actor, conversation_id).message_count
            return Page([message_view(row, conversation_id) for row in rows], total, window)

        return await self._db.glance(work)

    async def recent_messages(
        self, actor: Actor, conversation_ids: Sequence[UUID], each: int = 20
    ) -> dict[UUID, Sequence[MessageView]]:
        """Return the last ``each`` messages of some of the person's conversations, oldest first (decision AP28)."""

        def work(tx: Transaction) -> dict[UUID, Sequence[MessageView]]:
            return _recent(tx, actor, conversation_ids, each)

        return await self._db.read(work) if conversation_ids else {}

    async def change(self, actor: Actor, conversation_id: UUID, *, title: str) -> ConversationView:
        """Rename a conversation.

        Raises:
            Invalid: the title is empty.
        """
        label = plain_label(title)[:200]
        if not label:
            raise Invalid("A conversation needs a title.", fields={"title": ["Must not be empty"]})

        def work(tx: Transaction) -> ConversationView:
            found = conversation_row(tx, actor, conversation_id)
            tx.session.execute(
                update(Conversation).where(Conversation.key == found[0]).values(title=label, updated_at=tx.now)
            )
            return view(tx.session.execute(mine(actor).where(Conversation.key == found[0])).scalar_one())

        return await self._db.write(work)

    async def remove(self, actor: Actor, conversation_id: UUID) -> None:
        """Delete a conversation with its messages; what runs in it is stopped, the figures of its turns stay."""

        def work(tx: Transaction) -> None:
            found = conversation_row(tx, actor, conversation_id)
            running = (Turn.conversation_key == found[0], Turn.status == literal_column("'running'"))
            tx.session.execute(update(Turn).where(*running).values(cancel_wanted=True))
            tx.session.execute(delete(Message).where(Message.conversation_key == found[0]))
            tx.session.execute(delete(Conversation).where(Conversation.key == found[0]))
            _count(tx, actor, -1)

        await self._db.write(work)


def open_conversation(tx: Transaction, actor: Actor, **fields: Any) -> ConversationView:
    """Insert a conversation in the caller's transaction and return it."""
    values = {
        "id": new_id(),
        "tenant_key": actor.tenant_key,
        "user_key": actor.user_key,
        "title": "",
        "channel": "chat",
        "provider": None,
        "model": None,
        "system_prompt": None,
        "details": {},
        "message_count": 0,
        "last_message_at": tx.now,
        "created_at": tx.now,
        "updated_at": tx.now,
        **fields,
    }
    values["title"] = plain_label(values["title"])[:200]
    tx.session.execute(insert(Conversation).values(**values))
    _count(tx, actor, 1)
    return ConversationView(
        id=values["id"],
        title=values["title"],
        channel=values["channel"],
        provider=values["provider"],
        model=values["model"],
        system_prompt=values["system_prompt"],
        metadata=values["details"],
        message_count=0,
        last_message_at=tx.now,
        created_at=tx.now,
        updated_at=tx.now,
    )


def _conversation(tx: Transaction, actor: Actor, conversation_id: UUID) -> ConversationView:
    conversation_row(tx, actor, conversation_id)
    return view(tx.session.execute(mine(actor).where(Conversation.id == conversation_id)).scalar_one())


def view(row: Conversation) -> ConversationView:
    """Return the row as others see it."""
    return ConversationView(
        id=row.id,
        title=row.title,
        channel=row.channel,
        provider=row.provider,
        model=row.model,
        system_prompt=row.system_prompt,
        metadata=row.details,
        message_count=row.message_count,
        last_message_at=row.last_message_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def message_view(row: Sequence[Any], conversation_id: UUID) -> MessageView:
    """Return a row of the message columns as others see it."""
    return MessageView(row[0], conversation_id, row[1], row[2], row[3], tuple(row[4]), row[5], row[6], row[7], row[8])


def _count(tx: Transaction, actor: Actor, change: int) -> None:
    count = User.conversation_count + change
    tx.session.execute(
        update(User).where(User.key == actor.user_key).values(conversation_count=case((count < 0, 0), else_=count))
    )


def _recent(tx: Transaction, actor: Actor, ids: Sequence[UUID], each: int) -> dict[UUID, Sequence[MessageView]]:
    oldest = (
        select(_older.c.key)
        .where(_older.c.conversation_key == Conversation.key)
        .order_by(_older.c.key.desc())
        .offset(each - 1)
        .limit(1)
        .scalar_subquery()
    )
    rows = tx.session.execute(
        select(Conversation.id, *_MESSAGE_COLUMNS)
        .join(Message, Message.conversation_key == Conversation.key)
        .where(
            Conversation.id.in_(ids),
            Conversation.user_key + literal_column("0") == actor.user_key,  # else SQLite walks all of the person's
            Conversation.tenant_key == actor.tenant_key,
            Message.key >= func.coalesce(oldest, 0),
        )
        .order_by(Message.key)
    )
    found: dict[UUID, list[MessageView]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(message_view(row[1:], row[0]))
    return dict(found)
