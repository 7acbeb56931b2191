"""The verbs on reminders that people set; those of events are in ``alerts``, the firing is in ``firing``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, update

from steward.core.notifications import NotificationService
from steward.core.reminders import firing
from steward.core.reminders.alerts import EventAlerts
from steward.core.reminders.gate import ReminderOver, own, row_of, view, viewed
from steward.core.reminders.recurrence import first_fit, read_rule
from steward.core.reminders.rules import next_due
from steward.core.reminders.types import KINDS, NewReminder, ReminderChange, ReminderView, Swept
from steward.core.reminders.wall_time import resolved, zone_of
from steward.core.reminders.words import best, prose, shares_a_word
from steward.db.database import Database, Transaction
from steward.db.tables import Reminder
from steward.kit.actor import Actor
from steward.kit.errors import Invalid
from steward.kit.pages import Page, Window

STATUSES = ("pending", "queued", "fired", "cancelled")
WAITING = ("pending", "queued")
_MOST_TEXT = 2_000
_MOST_FOUND = 500


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
        return await self._db.read(
            lambda tx: self.page_in(tx, actor, start=start, end=end, statuses=wanted, window=window or Window())
        )

    async def get(self, actor: Actor, reminder_id: UUID) -> ReminderView:
        """Return one reminder. Raises NotFound."""

        def work(tx: Transaction) -> ReminderView:
            row_of(tx, actor, reminder_id)
            return self._seen(tx, actor, [reminder_id])[0]

        return await self._db.read(work)

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
            _fill(row, actor, new, tx.now, keep=change.keys() <= {"text"})
            tx.session.flush()
            return self._seen(tx, actor, [reminder_id])[0]

        return await self._db.write(work)

    async def cancel(self, actor: Actor, reminder_id: UUID) -> ReminderView:
        """Cancel one and return it. Raises NotFound; one that is over stays as it was."""

        def work(tx: Transaction) -> ReminderView:
            row_of(tx, actor, reminder_id)
            self.cancel_in(tx, actor, [reminder_id])
            return self._seen(tx, actor, [reminder_id])[0]

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

    def create_in(self, tx: Transaction, actor: Actor, new: NewReminder) -> ReminderView:
        """Set a reminder in the caller's transaction. Raises as ``create``."""
        row = Reminder(tenant_key=actor.tenant_key, user_key=actor.user_key, created_at=tx.now)
        _fill(row, actor, new, tx.now)
        tx.add(row)
        tx.session.flush()
        return self._seen(tx, actor, [row.id])[0]

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
        conditions = [own(actor), Reminder.status.in_(statuses), Reminder.text != ""]
        if start is not None:
            conditions.append(Reminder.due_at >= resolved(start, zone, field="start"))
        if end is not None:
            conditions.append(Reminder.due_at < resolved(end, zone, field="end", day_end=True))
        rows = tx.session.execute(viewed(actor).where(*conditions).limit(window.limit).offset(window.offset)).all()
        total = tx.session.scalar(select(func.count()).select_from(Reminder).where(*conditions)) or 0
        return Page([view(row) for row in rows], total, window)

    def find_in(self, tx: Transaction, actor: Actor, words: str = "") -> Sequence[ReminderView]:
        """Return the waiting reminders that fit the words best, earliest first; all of them without words."""
        query = viewed(actor).where(Reminder.status.in_(WAITING), Reminder.text != "").limit(_MOST_FOUND)
        narrowed = shares_a_word(Reminder.text, words) if words else None
        if narrowed is not None:
            query = query.where(narrowed | Reminder.is_timer)
        found = [view(row) for row in tx.session.execute(query)]
        return best(found, words, _told) if words else found

    def cancel_in(self, tx: Transaction, actor: Actor, ids: Iterable[UUID]) -> None:
        """Cancel those of the ids that wait, in the caller's transaction."""
        tx.session.execute(
            update(Reminder)
            .where(own(actor), Reminder.id.in_(list_of(ids)), Reminder.status.in_(WAITING))
            .values(status="cancelled", queued_at=None)
        )

    def restore_in(self, tx: Transaction, actor: Actor, ids: Iterable[UUID]) -> int:
        """Let cancelled reminders wait again and return how many there were; a missed one comes at once."""
        done = tx.session.execute(
            update(Reminder)
            .where(own(actor), Reminder.id.in_(list_of(ids)), Reminder.status == "cancelled")
            .values(status="pending", queued_at=None)
            .returning(Reminder.key)
        )
        return len(done.all())

    def seen_in(self, tx: Transaction, actor: Actor, ids: Iterable[UUID]) -> Sequence[ReminderView]:
        """Return the actor's reminders of the ids, earliest first."""
        return self._seen(tx, actor, ids)

    def _seen(self, tx: Transaction, actor: Actor, ids: Iterable[UUID]) -> Sequence[ReminderView]:
        return [view(row) for row in tx.session.execute(viewed(actor).where(Reminder.id.in_(list_of(ids))))]


def list_of(ids: Iterable[UUID]) -> list[UUID]:
    """Return the ids as a list."""
    return [*ids]


def _told(reminder: ReminderView) -> str:
    return f"{reminder.text} timer" if reminder.is_timer else reminder.text


def _fill(row: Reminder, actor: Actor, new: NewReminder, now: datetime, *, keep: bool = False) -> None:
    row.text = prose(new.text, "text", _MOST_TEXT, least=1)
    if keep:
        return
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
    row.due_at, row.zone, row.is_timer, row.kind = due, zone_name, new.is_timer, new.kind
    row.recurrence, row.anchor_at = (rule.text, anchor) if rule is not None else (None, None)
    row.status, row.queued_at = "pending", None
