"""The verbs on notes."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, Table, bindparam, delete, func, or_, select

from steward.core.notes.gate import OWN, NoteUnknown, scope
from steward.core.notes.types import NoteView
from steward.core.reminders.words import label, prose
from steward.db.database import Database, Transaction
from steward.db.tables import Note
from steward.kit.actor import Actor
from steward.kit.ids import new_id
from steward.kit.pages import Page, Window
from steward.kit.text import like_pattern, plain_label, shortened

_MOST_TEXT = 20_000
_MOST_WORDS = 12

_notes: Table = Note.__table__  # type: ignore[assignment]  # declarative tables are Tables
_COLUMNS = (Note.id, Note.title, Note.text, Note.created_at)  # in the order of NoteView
_INSERT = _notes.insert()
_DELETE = delete(_notes).where(OWN, Note.id == bindparam("row")).returning(_notes.c.key)


class NoteService:
    """Keeps what people want to remember without a time."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def create(self, actor: Actor, text: str, *, title: str = "") -> NoteView:
        """Write a note and return it; without a title it gets its first words. Raises Invalid."""
        return await self._db.write(lambda tx: self.create_in(tx, actor, text, title=title))

    async def list(self, actor: Actor, *, query: str = "", window: Window | None = None) -> Page[NoteView]:
        """Return the actor's notes, newest first; with ``query``, those that contain all its words."""
        run = self._db.read if query else self._db.glance  # a search reads all notes
        return await run(lambda tx: self.page_in(tx, actor, query=query, window=window or Window()))

    async def remove(self, actor: Actor, note_id: UUID) -> None:
        """Delete a note. Raises NotFound."""
        await self._db.write(lambda tx: self.remove_in(tx, actor, note_id))

    def create_in(self, tx: Transaction, actor: Actor, text: str, *, title: str = "") -> NoteView:
        """Write a note in the caller's transaction. Raises Invalid."""
        body = prose(text, "text", _MOST_TEXT, least=1)
        name = label(title, "title", 200, least=0) or shortened(plain_label(body), 60)
        view = NoteView(new_id(), name, body, tx.now)
        tx.connection.execute(
            _INSERT,
            {
                "id": view.id,
                "tenant_key": actor.tenant_key,
                "user_key": actor.user_key,
                "title": view.title,
                "text": view.text,
                "created_at": view.created_at,
            },
        )
        return view

    def page_in(self, tx: Transaction, actor: Actor, *, query: str = "", window: Window) -> Page[NoteView]:
        """Return a page of notes in the caller's transaction; two statements."""
        patterns = [like_pattern(word) for word in prose(query, "query", 500).split()[:_MOST_WORDS]]
        page, count = _statements(len(patterns))
        parameters = scope(actor, **{f"word_{number}": pattern for number, pattern in enumerate(patterns)})
        rows = tx.connection.execute(page, {**parameters, "limit": window.limit, "offset": window.offset}).all()
        return Page([NoteView(*row) for row in rows], tx.connection.execute(count, parameters).scalar_one(), window)

    def remove_in(self, tx: Transaction, actor: Actor, note_id: UUID) -> None:
        """Delete a note in the caller's transaction. Raises NotFound."""
        if tx.connection.execute(_DELETE, scope(actor, row=note_id)).one_or_none() is None:
            raise NoteUnknown


@cache
def _statements(words: int) -> tuple[Select[*tuple[Any, ...]], Select[int]]:
    """Return the query of a page and its count; without words the count names one key only, to stay in the index."""
    contained = [_contains(f"word_{number}") for number in range(words)]
    page = select(*_COLUMNS).where(OWN, *contained).order_by(Note.key.desc())
    count = select(func.count()).select_from(Note).where(Note.user_key == bindparam("of_user"), *contained)
    return page.limit(bindparam("limit")).offset(bindparam("offset")), count


def _contains(name: str) -> ColumnElement[bool]:
    pattern: BindParameter[str] = bindparam(name)
    return or_(Note.text.ilike(pattern, escape="\\"), Note.title.ilike(pattern, escape="\\"))
