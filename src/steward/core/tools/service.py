"""The toolbox: what the assistant can do, run inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from steward.core.calendar import CalendarService
from steward.core.notes import NoteService
from steward.core.reminders import ReminderService
from steward.core.tasks import TaskService
from steward.core.tools import calendar_tools, plain_tools, reminder_tools, task_tools
from steward.core.tools.types import (
    Arguments,
    Call,
    Done,
    Moment,
    Nouns,
    Tool,
    ToolFailed,
    ToolOutcome,
    taken_back_if_it_fails,
)
from steward.core.tools.undoing import undo_newest
from steward.db.database import Transaction
from steward.kit.actor import Actor
from steward.kit.errors import Invalid, Kind, StewardError
from steward.ports.model import ToolSpec


class UndoLast(Arguments):
    """Nothing."""


UNDO = Tool(
    "undo_last",
    "Take back the last thing that was done.",
    UndoLast,
    lambda call, _: undo_newest(call),
    effect="own",
)
_CODES = {
    Kind.INVALID: "INVALID_ARGUMENTS",
    Kind.NOT_FOUND: "NOT_FOUND",
    Kind.CONFLICT: "CONFLICT",
    Kind.FORBIDDEN: "FORBIDDEN",
    Kind.UNAVAILABLE: "UNAVAILABLE",
}


class Toolbox:
    """Every built-in tool. A failed tool is an outcome, never an exception; what it had begun is taken back.

    Tools open no transactions: the caller records the tool call in the same one, under its own unique key, so effect
    and record exist together or not at all.
    """

    def __init__(
        self, calendar: CalendarService, reminders: ReminderService, tasks: TaskService, notes: NoteService
    ) -> None:
        self._nouns = Nouns(calendar, reminders, tasks, notes)
        every = (*calendar_tools.TOOLS, *reminder_tools.TOOLS, *task_tools.TOOLS, *plain_tools.TOOLS, UNDO)
        self._tools = {tool.name: tool for tool in every}
        self._specs = {tool.name: _spec(tool) for tool in every}

    def specs(self, actor: Actor) -> tuple[ToolSpec, ...]:
        """Return the tools that the actor may use, as a model sees them."""
        return tuple(self._specs[tool.name] for tool in self._tools.values() if _may(actor, tool))

    def tool(self, name: str) -> Tool | None:
        """Return the tool with its permission and effect, or None."""
        return self._tools.get(name)

    def validate(self, name: str, arguments_json: str) -> dict[str, Any] | ToolOutcome:
        """Return the arguments that a model wrote as plain JSON values, or the failed outcome to tell it."""
        tool = self._tools.get(name)
        if tool is None:
            return _unknown(name)
        try:
            checked = tool.arguments.model_validate_json(arguments_json.strip() or "{}")
        except ValidationError as wrong:
            return _refused("INVALID_ARGUMENTS", _sentence(wrong))
        except ValueError:  # text that is no Unicode
            return _refused("INVALID_ARGUMENTS", "The arguments are no JSON object.")
        return checked.model_dump(mode="json", by_alias=True, exclude_none=True)

    def run(
        self, tx: Transaction, actor: Actor, name: str, arguments: Mapping[str, Any], *, moment: Moment
    ) -> ToolOutcome:
        """Run a tool in the caller's transaction and return what it came to.

        ``arguments`` are those of ``validate``. Only a database that fails raises.
        """
        tool = self._tools.get(name)
        if tool is None:
            return _unknown(name)
        if not _may(actor, tool):
            return _refused("FORBIDDEN", "You are not allowed to do that.")
        try:
            checked = tool.arguments.model_validate(dict(arguments))
        except ValidationError as wrong:
            return _refused("INVALID_ARGUMENTS", _sentence(wrong))
        call = Call(tx, replace(actor, zone=moment.zone), moment, self._nouns)
        try:
            return _succeeded(_carried_out(call, tool, checked))
        except ToolFailed as failure:
            return _failed(failure.code, failure.message, failure.candidates)
        except StewardError as failure:
            return _failed(_CODES.get(failure.kind, "CONFLICT"), _told(failure))

    def undo(self, tx: Transaction, actor: Actor, *, moment: Moment | None = None) -> ToolOutcome:
        """Take back the actor's newest effect: the tool ``undo_last``."""
        return self.run(tx, actor, UNDO.name, {}, moment=moment or Moment(tx.now, actor.zone, actor.locale))


def _carried_out(call: Call, tool: Tool, checked: Arguments) -> Done:
    if tool.effect == "none" or tool is UNDO:  # undoing marks what it passes over, and guards its own effect
        return tool.run(call, checked)
    with taken_back_if_it_fails(call.tx.connection):
        return tool.run(call, checked)


def _may(actor: Actor, tool: Tool) -> bool:
    return tool.permission is None or actor.may(tool.permission)


def _succeeded(done: Done) -> ToolOutcome:
    return ToolOutcome(True, {"ok": True, **done.data}, done.inverse, done.action)


def _failed(code: str, message: str, candidates: list[dict[str, Any]] | None = None) -> ToolOutcome:
    error: dict[str, Any] = {"code": code, "message": message}
    if candidates:
        error["candidates"] = candidates
    return ToolOutcome(False, {"ok": False, "error": error})


def _refused(code: str, message: str) -> ToolOutcome:
    return replace(_failed(code, message), ran=False)


def _unknown(name: str) -> ToolOutcome:
    return _refused("NOT_FOUND", f"There is no tool named {name[:80]}.")


def _told(failure: StewardError) -> str:
    if isinstance(failure, Invalid) and failure.fields:
        field, problems = next(iter(failure.fields.items()))
        return f"{failure.message} {field}: {problems[0]}."
    return failure.message


def _sentence(wrong: ValidationError) -> str:
    first = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])[:80]
    return f"{place}: {first['msg']}." if place else f"{first['msg']}."


def _spec(tool: Tool) -> ToolSpec:
    schema = tool.arguments.model_json_schema(by_alias=True)
    slim = _slim(schema, schema.get("$defs", {}))
    slim.pop("$defs", None)
    slim.pop("description", None)
    return ToolSpec(tool.name, tool.description, slim)


def _slim(node: Any, definitions: Mapping[str, Any]) -> Any:
    """Return the schema without titles, references and null alternatives, which only cost tokens."""
    if isinstance(node, list):
        return [_slim(entry, definitions) for entry in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _slim(definitions[node["$ref"].rsplit("/", 1)[-1]], definitions)
    options = [entry for entry in node.get("anyOf", ()) if entry != {"type": "null"}]
    if len(options) == 1:
        rest = {key: value for key, value in node.items() if key not in ("anyOf", "default")}
        return _slim({**options[0], **rest} if "$ref" not in options[0] else options[0], definitions)
    named = "properties" in node
    return {
        key: {name: _slim(value, definitions) for name, value in entry.items()}
        if named and key == "properties"
        else _slim(entry, definitions)
        for key, entry in node.items()
        if not (key == "title" and isinstance(entry, str))
    }
