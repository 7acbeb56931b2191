"""The verbs on notes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, func, or_, select

from steward.core.notes.gate import NoteUnknown, own
from steward.core.notes.types import NoteView
from steward.core.reminders.words import label, prose
from steward.db.database import Database, Transaction
from steward.db.tables import Note
from steward.kit.actor import Actor
from steward.kit.pages import Page, Window
from steward.kit.text import like_pattern, plain_label, shortened

_COLUMNS = (Note.id, Note.title, Note.text, Note.created_at)
_MOST_TEXT = 20_000


class NoteService:
    """Keeps what people want to remember without a time."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def create(self, actor: Actor, text: str, *, title: str = "") -> NoteView:
        """Write a note and return it; without a title it gets its first words. Raises Invalid."""
        return await self._db.write(lambda tx: self.create_in(tx, actor, text, title=title))

    async def list(self, actor: Actor, *, query: str = "", window: Window | None = None) -> Page[NoteView]:
        """Return the actor's notes, newest first; with ``query``, those that contain all its words."""
        return await self._db.read(lambda tx: self.page_in(tx, actor, query=query, window=window or Window()))

    async def remove(self, actor: Actor, note_id: UUID) -> None:
        """Delete a note. Raises NotFound."""
        await self._db.write(lambda tx: self.remove_in(tx, actor, note_id))

    def create_in(self, tx: Transaction, actor: Actor, text: str, *, title: str = "") -> NoteView:
        """Write a note in the caller's transaction. Raises Invalid."""
        body = prose(text, "text", _MOST_TEXT, least=1)
        name = label(title, "title", 200, least=0) or shortened(plain_label(body), 60)
        row = Note(tenant_key=actor.tenant_key, user_key=actor.user_key, title=name, text=body, created_at=tx.now)
        tx.add(row)
        tx.session.flush()
        return NoteView(row.id, row.title, row.text, row.created_at)

    def page_in(self, tx: Transaction, actor: Actor, *, query: str = "", window: Window) -> Page[NoteView]:
        """Return a page of notes in the caller's transaction; two statements."""
        conditions = [own(actor)]
        for word in prose(query, "query", 500).split()[:12]:
            pattern = like_pattern(word)
            conditions.append(or_(Note.text.ilike(pattern, escape="\\"), Note.title.ilike(pattern, escape="\\")))
        rows = tx.session.execute(
            select(*_COLUMNS).where(*conditions).order_by(Note.key.desc()).limit(window.limit).offset(window.offset)
        ).all()
        total = tx.session.scalar(select(func.count()).select_from(Note).where(*conditions)) or 0
        return Page([NoteView(*row) for row in rows], total, window)

    def remove_in(self, tx: Transaction, actor: Actor, note_id: UUID) -> None:
        """Delete a note in the caller's transaction. Raises NotFound."""
        gone = tx.session.execute(delete(Note).where(own(actor), Note.id == note_id).returning(Note.key))
        if gone.one_or_none() is None:
            raise NoteUnknown
