"""Tools that play a calendar, tasks and reminders in memory, with results in the form of the real ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from steward.nlu import calculate

ZONE = "America/New_York"
NOW = datetime(2024, 1, 15, 15, 30, tzinfo=ZoneInfo("UTC"))
WALL = datetime(2024, 1, 15, 10, 30)
NAMES = [
    "create_event",
    "find_events",
    "move_event",
    "cancel_event",
    "find_free_time",
    "set_reminder",
    "list_reminders",
    "cancel_reminder",
    "add_task",
    "complete_task",
    "delete_task",
    "list_tasks",
    "create_note",
    "list_notes",
    "calculate",
    "convert_units",
    "current_time",
    "days_until",
    "daily_summary",
    "undo_last",
]

Row = dict[str, Any]


def instant(wall: datetime) -> str:
    """Return a wall time of the person as UTC text."""
    utc = wall.replace(tzinfo=ZoneInfo(ZONE)).astimezone(ZoneInfo("UTC"))
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def event(title: str, start: str, minutes: int = 60, people: tuple[str, ...] = (), **more: Any) -> Row:
    """Return an event as tools return it."""
    begin = datetime.fromisoformat(start)
    end = begin + timedelta(minutes=minutes)
    return {
        "id": f"event_{abs(hash((title, start))):x}",
        "title": title,
        "start": instant(begin),
        "end": instant(end),
        "start_local": begin.isoformat(),
        "end_local": end.isoformat(),
        "zone": ZONE,
        "location": None,
        "attendees": [{"name": name, "email": None} for name in people],
        "recurrence": None,
        "status": "confirmed",
        **more,
    }


def task(title: str, number: int | None = 1, **more: Any) -> Row:
    """Return a task as tools return it."""
    kept = {"status": "pending", "priority": "medium", "list": None, "due": None, "due_local": None}
    return {"id": "0190a1b2-0000-7000-8000-000000000001", "title": title, "number": number, **kept, **more}


def reminder(text: str, due: str | None, **more: Any) -> Row:
    """Return a reminder as tools return it."""
    wall = datetime.fromisoformat(due) if due else None
    kept = {"id": "r1", "recurrence": None, "status": "pending", "is_timer": False}
    return {"text": text, "due": instant(wall) if wall else None, "due_local": due, **kept, **more}


def failure(code: str, message: str = "That did not work.", **more: Any) -> Row:
    """Return a failed result."""
    return {"ok": False, "error": {"code": code, "message": message, **more}}


class PlayedTools:
    """A person's things in memory; ``ran`` is what was called, with what arguments."""

    def __init__(self) -> None:
        self.events: list[Row] = []
        self.tasks: list[str] = []
        self.reminders: list[Row] = []
        self.ran: list[tuple[str, Row]] = []
        self._undo: list[tuple[str, str, Callable[[], None]]] = []

    def run(self, name: str, arguments: Row) -> Row:
        """Run a tool and return its result."""
        self.ran.append((name, arguments))
        work = getattr(self, f"_{name}", None)
        return work(**arguments) if work else failure("UNAVAILABLE")

    def _matching(self, title: str = "", person: str = "", on_date: str = "", at_time: str = "") -> list[Row]:
        return [
            row
            for row in self.events
            if title.lower() in row["title"].lower()
            and (not person or any(person.lower() in one["name"].lower() for one in row["attendees"]))
            and row["start_local"].startswith(on_date)
            and (not at_time or row["start_local"][11:] == at_time)
        ]

    def _create_event(self, title: str, start: str, **more: Any) -> Row:
        made = event(title, start, more.get("duration_minutes", 60), tuple(more.get("attendees", ())))
        if end := more.get("end"):
            made |= {"end_local": end, "end": instant(datetime.fromisoformat(end))}
        clashes = [r for r in self.events if r["start"] < made["end"] and r["end"] > made["start"]]
        self.events.append(made)
        self._undo.append(
            ("create_event", f"{title} was removed from your calendar.", lambda: self.events.remove(made))
        )
        return {"ok": True, "event": made, "conflicts": clashes}

    def _find_events(self, **more: Any) -> Row:
        first = more.get("from", "")
        last = more.get("to", "9999")
        last = f"{last}T23:59:59" if len(last) == 10 else last
        found = [
            r
            for r in self._matching(more.get("query", ""), more.get("person", ""))
            if first <= r["start_local"] <= last
        ]
        found.sort(key=lambda r: r["start"])
        found = found[:1] if more.get("only_next") else found
        return {"ok": True, "events": found, "total": len(found), "from_local": first, "to_local": last}

    def _move_event(self, new_date: str = "", new_time: str = "", shift_minutes: int = 0, **which: Any) -> Row:
        found = self._matching(**which)
        if len(found) != 1:
            return failure("AMBIGUOUS", candidates=found) if found else failure("NOT_FOUND")
        row = found[0]
        before = dict(row)
        start = datetime.fromisoformat(row["start_local"])
        length = datetime.fromisoformat(row["end_local"]) - start
        day = datetime.fromisoformat(new_date).date() if new_date else start.date()
        at = time.fromisoformat(new_time) if new_time else start.time()
        start = datetime.combine(day, at) + timedelta(minutes=shift_minutes)
        row |= event(row["title"], start.isoformat(), int(length.total_seconds() // 60)) | {
            "attendees": row["attendees"]
        }
        self._undo.append(("move_event", f"{row['title']} is back at its old time.", lambda: row.update(before)))
        return {"ok": True, "event": row, "before": {k: before[k] for k in ("start_local", "end_local")}}

    def _cancel_event(self, all: bool = False, **which: Any) -> Row:
        found = self._matching(**which)
        if not found or (len(found) > 1 and not all):
            return failure("AMBIGUOUS", candidates=found) if found else failure("NOT_FOUND")
        self.events = [row for row in self.events if row not in found]
        return {"ok": True, "events": found}

    def _set_reminder(self, text: str, due: str = "", **more: Any) -> Row:
        if before := more.get("before_event"):
            found = self._matching(before.get("title", ""), before.get("person", ""))
            if len(found) != 1:
                return failure("AMBIGUOUS", candidates=found) if found else failure("NOT_FOUND")
            start = datetime.fromisoformat(found[0]["start_local"])
            due = (start - timedelta(minutes=before["minutes"])).isoformat()
        wall = datetime.fromisoformat(due)
        wall = wall.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None) if wall.tzinfo else wall
        kept = {key: more[key] for key in ("recurrence", "is_timer") if key in more}
        self.reminders.append(reminder(text, wall.isoformat(), **kept))
        return {"ok": True, "reminder": self.reminders[-1]}

    def _list_reminders(self, **more: Any) -> Row:
        return {"ok": True, "reminders": self.reminders, "total": len(self.reminders)}

    def _cancel_reminder(self, text: str = "", all: bool = False) -> Row:
        found = [row for row in self.reminders if all or text.lower() in row["text"].lower()]
        if not found:
            return failure("NOT_FOUND")
        self.reminders = [row for row in self.reminders if row not in found]
        return {"ok": True, "reminders": found}

    def _add_task(self, title: str, **more: Any) -> Row:
        self.tasks.append(title)
        return {"ok": True, "task": task(title, len(self.tasks), **{k: v for k, v in more.items() if k != "due"})}

    def _delete_task(self, title: str = "", number: int = 0) -> Row:
        found = [t for i, t in enumerate(self.tasks, 1) if i == number or (title and title.lower() in t.lower())]
        if len(found) != 1:
            rows = [task(t, self.tasks.index(t) + 1) for t in found]
            return failure("AMBIGUOUS", candidates=rows) if found else failure("NOT_FOUND")
        self.tasks.remove(found[0])
        return {"ok": True, "task": task(found[0], None)}

    def _list_tasks(self, **more: Any) -> Row:
        rows = [task(title, number) for number, title in enumerate(self.tasks, 1)]
        return {"ok": True, "tasks": rows[::-1], "total": len(rows)}

    def _calculate(self, expression: str) -> Row:
        return {"ok": True, "expression": expression, "result": str(calculate(expression)), "text": ""}

    def _undo_last(self) -> Row:
        if not self._undo:
            return failure("NOTHING_TO_UNDO")
        tool, description, back = self._undo.pop()
        back()
        return {"ok": True, "undone": tool, "description": description}
