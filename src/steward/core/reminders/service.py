"""The verbs on reminders that people set; those of events are in ``alerts``, the firing is in ``firing``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from steward.core.notifications import NotificationService
from steward.core.reminders import firing, store
from steward.core.reminders.alerts import EventAlerts
from steward.core.reminders.gate import ReminderOver, ReminderUnknown, row_of
from steward.core.reminders.recurrence import first_fit, read_rule
from steward.core.reminders.rules import next_due
from steward.core.reminders.store import WAITING
from steward.core.reminders.types import KINDS, NewReminder, ReminderChange, ReminderView, Swept
from steward.core.reminders.wall_time import resolved, zone_of
from steward.core.reminders.words import best, prose
from steward.db.database import Database, Transaction
from steward.kit.actor import Actor
from steward.kit.errors import Invalid
from steward.kit.ids import new_id
from steward.kit.pages import Page, Window

STATUSES = ("pending", "queued", "fired", "cancelled")
_MOST_TEXT = 2_000


class ReminderService:
    """Keeps what people want to be reminded of, and sees to it that each is told exactly once."""

    def __init__(self, db: Database, notifications: NotificationService) -> None:
        self._db = db
        self._notifications = notifications
        self.alerts = EventAlerts()

    async def create(self, actor: Actor, new: NewReminder) -> ReminderView:
        """Set a reminder and return it. A repeated one begins at the first time its rule fits.

        Raises:
            Invalid: no text, an unknown zone or rule, or a time that has passed.
        """
        return await self._db.write(lambda tx: self.create_in(tx, actor, new))

    async def list(
        self,
        actor: Actor,
        *,
        start: datetime | date | None = None,
        end: datetime | date | None = None,
        status: str | None = None,
        window: Window | None = None,
    ) -> Page[ReminderView]:
        """Return the actor's reminders by due time, those that belong to events with a text of their own included.

        Raises:
            Invalid: the status is unknown.
        """
        if status is not None and status not in STATUSES:
            raise Invalid(fields={"status": [f"Must be one of: {', '.join(STATUSES)}"]})
        wanted = (status,) if status else STATUSES
        return await self._db.glance(
            lambda tx: self.page_in(tx, actor, start=start, end=end, statuses=wanted, window=window or Window())
        )

    async def get(self, actor: Actor, reminder_id: UUID) -> ReminderView:
        """Return one reminder. Raises NotFound."""

        found = await self._db.glance(lambda tx: store.of_ids(tx, actor, [reminder_id]))
        if not found:
            raise ReminderUnknown
        return found[0]

    async def change(self, actor: Actor, reminder_id: UUID, change: ReminderChange) -> ReminderView:
        """Change what is named and return the reminder; it waits again from its new time on.

        Raises:
            NotFound: there is none of that id for this person.
            Invalid: as in ``create``, it belongs to an event, or it is over.
        """

        def work(tx: Transaction) -> ReminderView:
            row = row_of(tx, actor, reminder_id)
            if row.status not in WAITING or row.event_key is not None:
                raise ReminderOver
            new = NewReminder(
                change.get("text", row.text),
                change.get("due_at", row.due_at),
                change.get("recurrence", row.recurrence),
                change.get("zone", row.zone),
            )
            store.change(tx, row.key, _checked(actor, new, tx.now, keep=change.keys() <= {"text"}))
            return store.of_ids(tx, actor, [reminder_id])[0]

        return await self._db.write(work)

    async def cancel(self, actor: Actor, reminder_id: UUID) -> ReminderView:
        """Cancel one and return it. Raises NotFound; one that is over stays as it was."""

        def work(tx: Transaction) -> ReminderView:
            row_of(tx, actor, reminder_id)
            self.cancel_in(tx, actor, [reminder_id])
            return store.of_ids(tx, actor, [reminder_id])[0]

        return await self._db.write(work)

    async def sweep(self, limit: int = 500) -> Swept:
        """Promise the job of every due reminder, at most ``limit``, in one transaction.

        Reminders whose job was lost (queued for longer than any job is retried) are taken back first. Run it every
        second, in as many processes as there are: on PostgreSQL rows that another sweep holds are skipped.
        """
        return await self._db.write(lambda tx: firing.sweep(tx, limit))

    async def fire(self, reminder_key: int) -> None:
        """Tell of a due reminder: the handler of the job ``fire_reminder``.

        Harmless when it is repeated, runs in parallel, or was killed: one transaction writes the notification and moves
        the reminder on, and what is no longer due is left alone.
        """
        await self._db.write(lambda tx: firing.fire(tx, self._notifications, reminder_key))

    def create_in(
        self, tx: Transaction, actor: Actor, new: NewReminder, *, asked_at: datetime | None = None
    ) -> ReminderView:
        """Set a reminder in the caller's transaction. Raises as ``create``.

        ``asked_at`` is when it was asked for, if that is not now: what lay ahead then is kept, and comes at once when
        it has become due in the meantime.
        """
        values = {"id": new_id(), **_checked(actor, new, asked_at or tx.now), "created_at": tx.now}
        key = store.insert(tx, {"tenant_key": actor.tenant_key, "user_key": actor.user_key, **values})
        del values["anchor_at"], values["queued_at"]
        return ReminderView(**values, key=key, minutes_before=None, event_id=None, event_title=None, fired_at=None)

    def page_in(
        self,
        tx: Transaction,
        actor: Actor,
        *,
        start: datetime | date | None = None,
        end: datetime | date | None = None,
        statuses: Sequence[str] = WAITING,
        window: Window,
    ) -> Page[ReminderView]:
        """Return a page of reminders in the caller's transaction; see ``list``."""
        zone = zone_of(actor.zone)
        return store.page(
            tx,
            actor,
            start=None if start is None else resolved(start, zone, field="start"),
            end=None if end is None else resolved(end, zone, field="end", day_end=True),
            statuses=statuses,
            window=window,
        )

    def find_in(self, tx: Transaction, actor: Actor, words: str = "") -> Sequence[ReminderView]:
        """Return the waiting reminders that fit the words best, earliest first; all of them without words."""
        found = store.waiting(tx, actor, words)
        return best(found, words, _told) if words else found

    def cancel_in(self, tx: Transaction, actor: Actor, ids: Iterable[UUID]) -> None:
        """Cancel those of the ids that wait, in the caller's transaction."""
        store.move(tx, actor, ids, WAITING, "cancelled")

    def restore_in(self, tx: Transaction, actor: Actor, ids: Iterable[UUID]) -> int:
        """Let cancelled reminders wait again and return how many there were; a missed one comes at once."""
        return store.move(tx, actor, ids, ("cancelled",), "pending")

    def seen_in(self, tx: Transaction, actor: Actor, ids: Iterable[UUID]) -> Sequence[ReminderView]:
        """Return the actor's reminders of the ids, earliest first."""
        return store.of_ids(tx, actor, ids)


def _told(reminder: ReminderView) -> str:
    return f"{reminder.text} timer" if reminder.is_timer else reminder.text


def _checked(actor: Actor, new: NewReminder, now: datetime, *, keep: bool = False) -> dict[str, Any]:
    """Return the columns that hold the wish of that moment; only the text with ``keep``. Raises Invalid."""
    text = prose(new.text, "text", _MOST_TEXT, least=1)
    if keep:
        return {"text": text}
    if new.kind not in KINDS:
        raise Invalid(fields={"type": [f"Must be one of: {', '.join(KINDS)}"]})
    zone_name = new.zone or actor.zone
    zone = zone_of(zone_name)
    due = anchor = resolved(new.due_at, zone, field="due")
    rule = read_rule(new.recurrence) if new.recurrence else None
    if rule is not None:
        due = anchor = first_fit(rule, due, zone)
        if due <= now:
            due = next_due(rule.text, anchor, zone_name, now) or due
    if due <= now:
        raise Invalid("That time has passed.", fields={"due": ["Must be in the future"]})
    return {
        "text": text,
        "due_at": due,
        "zone": zone_name,
        "is_timer": new.is_timer,
        "kind": new.kind,
        "recurrence": rule.text if rule is not None else None,
        "anchor_at": anchor if rule is not None else None,
        "status": "pending",
        "queued_at": None,
    }
