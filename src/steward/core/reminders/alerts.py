"""The reminders that go with calendar events: made, moved and cancelled in the event's own transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, delete, select, update

from steward.core.reminders.rules import checked_alert, next_start
from steward.core.reminders.types import Alert, AlertView, EventFacts
from steward.db.database import Transaction
from steward.db.tables import Reminder
from steward.kit.actor import Actor
from steward.kit.errors import Invalid
from steward.kit.ids import new_id

MOST_ALERTS = 20

_table: Table = Reminder.__table__  # type: ignore[assignment]  # declarative tables are Tables
_of_event = _table.c.event_key == bindparam("event")
_INSERT = _table.insert()
_DELETE_SILENT = delete(_table).where(_of_event, _table.c.text == "")
_LEADS = select(_table.c.minutes_before).where(_of_event).distinct()
_PLAN = update(_table).where(_of_event, _table.c.minutes_before == bindparam("lead"))
_OF_EVENTS = (
    select(Reminder.event_key, Reminder.id, Reminder.kind, Reminder.minutes_before, Reminder.text)
    .where(Reminder.event_key.in_(bindparam("events", expanding=True)))
    .order_by(Reminder.key)
)


class EventAlerts:
    """Keeps the alerts of events in step with them."""

    def add(
        self,
        tx: Transaction,
        actor: Actor,
        event: EventFacts,
        alerts: Sequence[Alert],
        *,
        asked_at: datetime | None = None,
    ) -> Sequence[AlertView]:
        """Write the alerts of an event and return them in order.

        An alert whose time has passed while the event lies ahead comes at once; after the event's start it is over.
        What lies ahead is seen from ``asked_at``, the moment in which somebody asked for it, if that is not now.

        Raises:
            Invalid: too many, an unknown type, or a lead of more than four weeks.
        """
        if len(alerts) > MOST_ALERTS:
            raise Invalid("That is too many reminders.", fields={"reminders": [f"At most {MOST_ALERTS}"]})
        rows = [_values(tx, actor, event, checked_alert(alert), asked_at or tx.now) for alert in alerts]
        if rows:
            tx.connection.execute(_INSERT, rows)
        return [AlertView(row["id"], row["kind"], row["minutes_before"], row["text"]) for row in rows]

    def replace(self, tx: Transaction, actor: Actor, event: EventFacts, alerts: Sequence[Alert]) -> None:
        """Replace the alerts of an event by these; ones with a text of their own stay. Raises as ``add``."""
        tx.connection.execute(_DELETE_SILENT, {"event": event.key})
        self.add(tx, actor, event, alerts)

    def follow(self, tx: Transaction, event: EventFacts) -> None:
        """Plan the alerts of an event anew after it was moved, cancelled, restored or lost an occurrence."""
        leads = tx.connection.execute(_LEADS, {"event": event.key}).scalars().all()
        for minutes in leads:  # a handful: as many as there are different leads
            due, status = _plan(event, minutes or 0, tx.now)
            tx.connection.execute(
                _PLAN,
                {
                    "event": event.key,
                    "lead": minutes,
                    "due_at": due,
                    "status": status,
                    "queued_at": None,
                    "zone": event.zone,
                    "recurrence": event.recurrence,
                },
            )

    def of_events(self, tx: Transaction, event_keys: Iterable[int]) -> Mapping[int, Sequence[AlertView]]:
        """Return the alerts of each event, in the order in which they were asked for; one statement."""
        found: dict[int, list[AlertView]] = defaultdict(list)
        rows = tx.connection.execute(_OF_EVENTS, {"events": [*event_keys]})
        for event_key, reminder_id, kind, minutes, text in rows:
            found[event_key or 0].append(AlertView(reminder_id, kind, minutes or 0, text))
        return found


def _plan(event: EventFacts, minutes: int, now: datetime) -> tuple[datetime, str]:
    lead = timedelta(minutes=minutes)
    start = next_start(event, now)
    if event.status == "cancelled":
        return (start or event.starts_at) - lead, "cancelled"
    return (event.starts_at - lead, "fired") if start is None else (start - lead, "pending")


def _values(tx: Transaction, actor: Actor, event: EventFacts, alert: Alert, asked_at: datetime) -> dict[str, Any]:
    due, status = _plan(event, alert.minutes_before, asked_at)
    return {
        "id": new_id(),
        "tenant_key": actor.tenant_key,
        "user_key": actor.user_key,
        "event_key": event.key,
        "minutes_before": alert.minutes_before,
        "kind": alert.type,
        "text": alert.text,
        "is_timer": False,
        "due_at": due,
        "zone": event.zone,
        "recurrence": event.recurrence,
        "status": status,
        "created_at": tx.now,
    }
