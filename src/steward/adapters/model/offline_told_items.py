"""What the other tools did, as sentences: reminders, tasks, notes, sums, the clock, the day and undo."""

from __future__ import annotations

from collections.abc import Sequence

from steward.adapters.model.offline_slots import Slots, day_slot, number_slot, text_slot
from steward.adapters.model.offline_told_events import event_line, place_of
from steward.adapters.model.offline_turn import Moment
from steward.adapters.model.offline_wording import (
    Row,
    count,
    counted,
    day_of,
    line,
    moment_of,
    quoted,
    row,
    rows,
    say_clock,
    say_day,
    say_minutes,
    say_moment,
    say_rule,
)

_ONE_LIST = frozenset({"", "tasks", "task", "todo", "to-do", "to do", "inbox", "default", "personal"})


def reminder_set(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return when the reminder or timer will go off."""
    reminder = row(data, "reminder")
    text, due = line(reminder, "text") or "your reminder", moment_of(reminder.get("due_local"))
    if reminder.get("is_timer"):
        name = "" if text.lower() == "timer" else f" {quoted(text)}"
        if due is None:
            return f"Your timer{name} is set."
        left = say_minutes((due - moment.wall).total_seconds() / 60)
        end = say_clock(due.time(), moment) if due.date() == moment.wall.date() else say_moment(due, moment)
        return f"Your timer{name} is set for {left}; it ends at {end}."
    rule = line(reminder, "recurrence")
    before = row(arguments, "before_event")
    when = f"on {say_moment(due, moment)}" if due else ""
    if rule:
        when = f"{say_rule(rule)}{f', next {when}' if due else ''}"
    elif before and when and (minutes := number_slot(before, "minutes")):
        when = f"{when}, {say_minutes(minutes)} before it starts"
    return f"I'll remind you {when}: {text}." if when else f"I've set the reminder {quoted(text)}."


def _reminder_line(reminder: Row, moment: Moment) -> str:
    due, text = moment_of(reminder.get("due_local")), line(reminder, "text") or "(no text)"
    rule = line(reminder, "recurrence")
    again = f" ({say_rule(rule)})" if rule else ""
    name = f"Timer: {text}" if reminder.get("is_timer") and text.lower() != "timer" else text
    return f"- {say_moment(due, moment)}: {name}{again}" if due else f"- {name}{again}"


def reminder_list(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return the reminders, or that there are none."""
    found = rows(data, "reminders")
    when = _days(arguments, moment)
    if not found:
        return f"You have no reminders{when}."
    return f"You have {_headed(found, data, 'reminder', when)}\n\n{reminder_lines(found, data, moment)}"


def reminder_lines(found: Sequence[Row], data: Row, moment: Moment) -> str:
    """Return the reminders as a Markdown list, with how many more there are."""
    return _listed([_reminder_line(reminder, moment) for reminder in found], count(data, "total", len(found)))


def _headed(found: Sequence[Row], data: Row, noun: str, tail: str) -> str:
    return f"{counted(count(data, 'total', len(found)), noun)}{tail}:"


def _listed(lines: Sequence[str], total: int) -> str:
    return "\n".join([*lines, f"- and {total - len(lines)} more"] if total > len(lines) else lines)


def _days(arguments: Slots, moment: Moment, on: str = "for") -> str:
    first, last = day_of(arguments.get("from")), day_of(arguments.get("to"))
    if first and last and first != last:
        return f" from {say_day(first, moment)} to {say_day(last, moment)}"
    if last:
        return f" {on if first else 'by'} {say_day(last, moment)}"
    return f" from {say_day(first, moment)}" if first else ""


def reminder_cancelled(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return which reminders were cancelled."""
    found = rows(data, "reminders")
    if not found:
        return "No reminder was cancelled."
    if len(found) == 1:
        kind = "timer" if found[0].get("is_timer") else "reminder"
        return f"I've cancelled the {kind} {quoted(line(found[0], 'text'))}."
    return f"I've cancelled {counted(len(found), 'reminder')}:\n\n{reminder_lines(found, {}, moment)}"


def task_added(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return the task that was added, with list, due day and priority."""
    task = row(data, "task")
    name = line(task, "list")
    where = "tasks" if name.lower() in _ONE_LIST else f"{name} list" if "list" not in name.lower() else name
    details = _task_details(task, moment)
    return f"I've added {quoted(line(task, 'title'))} to your {where}{f', {details}' if details else ''}."


def _task_details(task: Row, moment: Moment) -> str:
    due, priority = moment_of(task.get("due_local")), line(task, "priority").lower()
    details = [f"due {_due(task, moment)}"] if due else []
    return ", ".join([*details, f"{priority} priority"] if priority in ("high", "low") else details)


def _due(task: Row, moment: Moment) -> str:
    """Return the due day; the end of a day is said as the day."""
    due = moment_of(task.get("due_local"))
    if due is None:
        return ""
    if (due.hour, due.minute) in ((23, 59), (0, 0)):
        return say_day(due.date(), moment)
    return say_moment(due, moment)


def task_done(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return which task is done."""
    return f"I've marked {quoted(line(row(data, 'task'), 'title'))} as done."


def task_deleted(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return which task was deleted."""
    return f"I've deleted the task {quoted(line(row(data, 'task'), 'title'))}."


def task_list(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return the tasks with their numbers, or that there are none."""
    found = sorted(rows(data, "tasks"), key=lambda task: count(task, "number", 0) or 1_000_000)
    status, priority = text_slot(arguments, "status") or "pending", text_slot(arguments, "priority")
    kind = " ".join(
        word for word in ("open" if status == "pending" else status, priority and f"{priority} priority") if word
    )
    where = f" on your {text_slot(arguments, 'list')} list" if arguments.get("list") else ""
    when = _days(arguments, moment, "on")
    tail = f"{where} due{when}" if when else where
    if not found:
        return f"You have no {kind} tasks{tail}."
    listed = _listed(task_lines(found, moment).splitlines(), count(data, "total", len(found)))
    return f"You have {_headed(found, data, f'{kind} task', tail)}\n\n{listed}"


def task_lines(found: Sequence[Row], moment: Moment) -> str:
    """Return the tasks as a Markdown list, numbered where their numbers run from 1."""
    in_order = [count(task, "number", 0) for task in found] == list(range(1, len(found) + 1))
    return "\n".join(_task_line(task, moment, in_order) for task in found)


def _task_line(task: Row, moment: Moment, in_order: bool) -> str:
    number, details = count(task, "number", 0), _task_details(task, moment)
    notes = [f"task {number}"] if number and not in_order else []
    notes += [details] if details else []
    mark = f"{number}." if in_order else "-"
    tail = f" ({', '.join(notes)})" if notes else ""
    return f"{mark} {line(task, 'title') or '(no title)'}{tail}"


def note_made(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return the note that was kept."""
    note = row(data, "note")
    title, text = line(note, "title"), line(note, "text")
    about = f" about {quoted(title)}" if title and title.lower() not in text.lower() else ""
    return f"I've noted{about}: {quoted(text)}."


def note_list(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return the notes, or that there are none."""
    found, query = rows(data, "notes"), text_slot(arguments, "query")
    about = f" about {quoted(query)}" if query else ""
    if not found:
        return f"I found no notes{about}." if query else "You have no notes yet."
    lines = [f"- {_note_words(note)}" for note in found]
    return f"You have {_headed(found, data, 'note', about)}\n\n{_listed(lines, count(data, 'total', len(found)))}"


def _note_words(note: Row) -> str:
    title, text = line(note, "title"), line(note, "text")
    return f"{title}: {text}" if title and not text.lower().startswith(title.rstrip("…").lower()) else text or title


def calculated(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return the expression and its result."""
    expression = line(data, "expression") or text_slot(arguments, "expression")
    return f"{expression.rstrip('=? ')} = {line(data, 'result')}"


def clock(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return time and date, with the place where it was not the person's own."""
    now = moment_of(data.get("now_local"))
    if now is None:
        return "I could not read the clock."
    zone = text_slot(arguments, "zone")
    place = f" in {place_of(zone)}" if zone and zone != moment.zone else ""
    return f"It's {say_clock(now.time().replace(second=0), moment)} on {now:%A}, {now:%B} {now.day}, {now.year}{place}."


def days(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return how many days there are to a date, or how long ago it was."""
    day, number = day_slot(data, "date") or day_slot(arguments, "date"), number_slot(data, "days")
    if day is None or number is None:
        return "I could not count the days."
    words = f"{day:%A}, {day:%B} {day.day}, {day.year}"
    if number == 0:
        return f"That is today, {words}."
    many = counted(abs(int(number)), "day")
    return f"There {'is' if number == 1 else 'are'} {many} until {words}." if number > 0 else f"{words} was {many} ago."


def summary(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return a day at a glance: events, tasks that are due or late, reminders."""
    day = day_of(data.get("date")) or moment.wall.date()
    parts = []
    if events := rows(data, "events"):
        parts.append("**Events**\n\n" + "\n".join(event_line(event, moment, day) for event in events))
    for key, head in (("tasks_due", "Tasks due"), ("tasks_overdue", "Overdue tasks")):
        if found := rows(data, key):
            parts.append(f"**{head}**\n\n" + "\n".join(_task_line(task, moment, False) for task in found))
    if reminders := rows(data, "reminders"):
        parts.append("**Reminders**\n\n" + "\n".join(_reminder_line(reminder, moment) for reminder in reminders))
    name = say_day(day, moment)
    if not parts:
        return f"{name} is clear: no events, no tasks due and no reminders."
    return "\n\n".join([f"Here is {name}:", *parts])


def undone(arguments: Slots, data: Row, moment: Moment) -> str:
    """Return what was taken back."""
    text = line(data, "description")
    if not text:
        return "I've undone the last change."
    return f"I've undone that: {text}" if text.endswith(".") else f"I've undone that: {text}."
