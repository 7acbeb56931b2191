"""The tools on tasks and notes: add, complete, delete and list tasks; create and list notes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from steward.core.reminders.wall_time import read_when
from steward.core.tasks import NewTask, TaskChange, TaskView, TaskWish
from steward.core.tools import shown
from steward.core.tools.types import Arguments, Call, Done, Tool, the_one, way_back
from steward.kit.ids import parse_id
from steward.kit.pages import Window


class AddTask(Arguments):
    """What to do, and until when."""

    title: str = Field(min_length=1, max_length=300)
    due: str | None = Field(None, description="A date (the end of that day) or date and time in the person's zone.")
    priority: Literal["low", "medium", "high"] | None = None
    list: str | None = Field(None, max_length=80, description='A list such as "shopping".')


class WhichTask(Arguments):
    """Which task is meant: by words, its number in the pending list, or an id from an earlier result."""

    title: str | None = Field(None, description="Words of the title.")
    number: int | None = Field(None, ge=1, le=1_000_000, description="Place in the list of pending tasks.")
    id: str | None = Field(None, description="The id from an earlier result, if there is one.")


class ListTasks(Arguments):
    """Which tasks to list."""

    status: Literal["pending", "completed", "failed"] = "pending"
    priority: Literal["low", "medium", "high"] | None = None
    from_: str | None = Field(None, alias="from", description="Due from this date or time on.")
    to: str | None = Field(None, description="Due until this date (whole day) or time.")
    list: str | None = Field(None, description='A list such as "shopping".')
    limit: int = Field(20, ge=1, le=100)


class CreateNote(Arguments):
    """What to note down."""

    text: str = Field(min_length=1, max_length=20_000)
    title: str | None = Field(None, max_length=200)


class ListNotes(Arguments):
    """Which notes to list."""

    query: str | None = Field(None, max_length=500, description="Words that the notes contain.")
    limit: int = Field(20, ge=1, le=100)


def add_task(call: Call, wanted: AddTask) -> Done:
    """Write a task."""
    new = NewTask(
        wanted.title,
        priority=wanted.priority or "medium",
        due=read_when(wanted.due, "due") if wanted.due else None,
        list_name=wanted.list or "",
    )
    made = call.nouns.tasks.create_in(call.tx, call.actor, new)
    told = shown.task(made, call.zone)
    back = way_back("task.remove", f"The task “{made.title}” is off your list again.", id=str(made.id))
    return Done({"task": told}, back, {"type": "create_task", "data": told})


def complete_task(call: Call, wanted: WhichTask) -> Done:
    """Mark the task that is meant as completed."""
    task = _the_task(call, wanted)
    done = call.nouns.tasks.change_in(call.tx, call.actor, task.id, TaskChange(status="completed"))
    told = shown.task(done, call.zone)
    back = way_back("task.reopen", f"The task “{task.title}” is open again.", id=str(task.id), status=task.status)
    return Done({"task": told}, back, {"type": "complete_task", "data": told})


def delete_task(call: Call, wanted: WhichTask) -> Done:
    """Delete the task that is meant."""
    task = _the_task(call, wanted, also_completed=True)
    kept = call.nouns.tasks.remove_in(call.tx, call.actor, task.id)
    told = shown.task(task, call.zone)
    back = way_back("task.restore", f"The task “{task.title}” is on your list again.", row=kept)
    return Done({"task": told}, back, {"type": "delete_task", "data": told})


def list_tasks(call: Call, wanted: ListTasks) -> Done:
    """List the person's own tasks, oldest first."""
    wish = TaskWish(
        wanted.status,
        wanted.priority,
        wanted.list,
        read_when(wanted.from_, "from") if wanted.from_ else None,
        read_when(wanted.to, "to") if wanted.to else None,
    )
    page = call.nouns.tasks.page_in(call.tx, call.actor, wish, Window(limit=wanted.limit))
    return Done({"tasks": [shown.task(each, call.zone) for each in page.items], "total": page.total})


def create_note(call: Call, wanted: CreateNote) -> Done:
    """Write a note."""
    made = call.nouns.notes.create_in(call.tx, call.actor, wanted.text, title=wanted.title or "")
    told = shown.note(made)
    back = way_back("note.remove", f"The note “{made.title}” is deleted.", id=str(made.id))
    return Done({"note": told}, back, {"type": "create_note", "data": told})


def list_notes(call: Call, wanted: ListNotes) -> Done:
    """List notes, newest first."""
    page = call.nouns.notes.page_in(call.tx, call.actor, query=wanted.query or "", window=Window(limit=wanted.limit))
    return Done({"notes": [shown.note(each) for each in page.items], "total": page.total})


TOOLS = (
    Tool(
        "add_task",
        "Add a task or an item to a list.",
        AddTask,
        add_task,
        permission="tasks:write",
        effect="own",
    ),
    Tool(
        "complete_task",
        "Mark a task as done.",
        WhichTask,
        complete_task,
        permission="tasks:write",
        effect="own",
    ),
    Tool("delete_task", "Delete a task.", WhichTask, delete_task, permission="tasks:write", effect="own"),
    Tool("list_tasks", "List the person's tasks.", ListTasks, list_tasks, permission="tasks:read"),
    Tool(
        "create_note",
        "Note something down, word for word.",
        CreateNote,
        create_note,
        permission="notes:write",
        effect="own",
    ),
    Tool("list_notes", "List or search notes.", ListNotes, list_notes, permission="notes:read"),
)


def _the_task(call: Call, which: WhichTask, *, also_completed: bool = False) -> TaskView:
    tasks, words = call.nouns.tasks, which.title or ""
    if which.id:
        wanted_id = parse_id(which.id)
        found = [each for each in [tasks.own_in(call.tx, call.actor, wanted_id)] if each] if wanted_id else []
    else:
        found = list(tasks.find_in(call.tx, call.actor, words=words, number=which.number))
        if not found and also_completed and which.number is None:
            found = list(tasks.find_in(call.tx, call.actor, words=words, status="completed"))
    task: TaskView = the_one(found, "task", lambda each: shown.task(each, call.zone))
    return task
