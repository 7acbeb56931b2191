"""Whether an answer is what a document shows: fields, types, formats and constraints, each problem as a sentence."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.contract.published import Operation

MISSING = object()

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "any": lambda value: True,
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
    "string(uuid)": lambda value: isinstance(value, str) and is_uuid(value),
}


def is_uuid(value: str) -> bool:
    """Whether it is a UUID in its usual spelling."""
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def is_date_time(value: str) -> bool:
    """Whether it is an instant in UTC with whole seconds (decision C33)."""
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value) is not None


def claims(token: str) -> dict[str, Any]:
    """Return what a JWT claims; nothing is verified."""
    found: dict[str, Any] = _part(token, 1)
    return found


def _part(token: str, number: int) -> Any:
    part = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def is_jwt(value: str) -> bool:
    """Whether it is a signed JWT by HS256 (decision AP36)."""
    if re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]{43}", value) is None:
        return False
    head = _part(value, 0)
    return head.get("alg") == "HS256" and head.get("typ") == "JWT"


def _is_zone(value: str) -> bool:
    return bool(ZoneInfo(value).key)


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "uuid": is_uuid,
    "date-time": is_date_time,
    "jwt": is_jwt,
    "email": lambda value: re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]+", value) is not None,
    "e164-shape": lambda value: re.fullmatch(r"\+[1-9]\d{6,14}", value) is not None,
    "IANA zone": _is_zone,
    "BCP 47": lambda value: re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", value) is not None,
    "UPPER_SNAKE_CASE": lambda value: re.fullmatch(r"[A-Z]+(_[A-Z]+)*", value) is not None,
    "req_...": lambda value: re.fullmatch(r"req_[\w.:-]+", value) is not None,
    "45MB": lambda value: re.fullmatch(r"\d+(\.\d+)?[KMG]B", value) is not None,
    "Rate limit exceeded. Try again in {retry_after} seconds.": lambda value: (
        re.fullmatch(r"Rate limit exceeded\. Try again in [1-9]\d* seconds\.", value) is not None
    ),
    "time-hh:mm": lambda value: re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) is not None,
    "HH:MM": lambda value: re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) is not None,
    "^[0-9a-f]{40}$": lambda value: re.fullmatch(r"[0-9a-f]{40}", value) is not None,
    "$45.67": lambda value: re.fullmatch(r"-?\$\d+\.\d\d", value) is not None,
}


def values(document: Any, path: str) -> Iterator[Any]:
    """Yield each value at a dotted path, ``MISSING`` where there is none; ``[]`` is each element, ``*`` each value."""
    yield from _walk(document, re.findall(r"\[\d*\]|[^.\[\]]+", path))


def _walk(node: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield node
        return
    step, rest = steps[0], steps[1:]
    if step.startswith("["):
        elements = node if isinstance(node, list) else [MISSING]
        number = step[1:-1]
        chosen = elements[int(number) : int(number) + 1] if number else elements
    elif step == "*":
        chosen = list(node.values()) if isinstance(node, dict) else [MISSING]
    else:
        chosen = [node[step]] if isinstance(node, dict) and step in node else [MISSING]
    for each in chosen:
        if each is MISSING:
            yield MISSING
        else:
            yield from _walk(each, rest)


def problems(operation: Operation, answer: Any, sent: Any = None, skipped: frozenset[str] = frozenset()) -> list[str]:
    """Return what is wrong with an answer; ``sent`` is the request's body, ``skipped`` are fields that are not judged.

    A list or map of which the document shows an element must have one: an empty one would prove nothing.
    """
    found = []
    contested = operation.contested
    for path, type_ in operation.fields.items():
        if path in skipped:
            continue
        if _is_user_id(operation, path, type_):
            found += _wrong_id(operation, answer, path)
        else:
            found += _wrong_type(answer, path, type_)
    for path, format_ in operation.formats.items():
        if path not in skipped:
            found += _wrong_format(answer, path, format_)
    for constraint in operation.constraints:
        if constraint["field"] not in skipped and constraint["field"] not in contested:
            found += _wrong_constraint(operation, answer, sent, constraint)
    return found


def _wrong_type(answer: Any, path: str, type_: str) -> list[str]:
    found = list(values(answer, path))
    if not found:
        return [f"{path}: there is no element to look at"]
    if any(value is MISSING for value in found):
        return [f"{path}: missing"]
    wrong = [value for value in found if not any(_TYPES[one](value) for one in type_.split("|"))]
    return [f"{path}: should be {type_}, is {json.dumps(value)[:80]}" for value in wrong[:1]]


def _is_user_id(operation: Operation, path: str, type_: str) -> bool:
    """Whether the document has an integer, or at times one, where the server has a UUID (decision C10)."""
    integer = type_ == "integer" and path.split(".")[-1] in ("id", "user_id") and operation.path.startswith("/api/v1/")
    return integer or operation.contested.get(path) == "C10"


def _wrong_id(operation: Operation, answer: Any, path: str) -> list[str]:
    """An id is a UUID; a person's has the integer beside it as ``user_number`` (decision C10)."""
    found = _wrong_format(answer, path, "uuid")
    if operation.contested.get(path) == "C10" or f"{path[:-2]}email" in operation.fields:
        found += _wrong_type(answer, f"{path[:-2]}user_number", "integer")
    return found


def _wrong_format(answer: Any, path: str, format_: str) -> list[str]:
    found = [value for value in values(answer, path) if value is not None]
    wrong = [value for value in found if not isinstance(value, str) or not FORMATS[format_](value)]
    return [f"{path}: should be {format_}, is {'missing' if value is MISSING else value}" for value in wrong[:1]]


def _wrong_constraint(operation: Operation, answer: Any, sent: Any, rule: Mapping[str, Any]) -> list[str]:
    path = rule["field"]
    if not _is_of_answer(operation, path):
        return []
    found = []
    seen = [value for value in values(answer, path) if value is not None]
    if "value" in rule and any(value != rule["value"] for value in seen):
        found.append(f"{path}: should be {rule['value']!r}, is {seen[0] if seen else 'missing'!r}")
    if "enum" in rule and any(value not in rule["enum"] for value in seen):
        found.append(f"{path}: should be one of {rule['enum']}, is {seen}")
    if "default" in rule and _was_left_out(sent, path) and any(value != rule["default"] for value in seen):
        found.append(f"{path}: should be {rule['default']!r} by default, is {seen}")
    if "format" in rule:
        found += _wrong_format(answer, path, rule["format"])
    return found


def _is_of_answer(operation: Operation, path: str) -> bool:
    """Whether a constraint speaks of the answer; others speak of the query or of the request."""
    plain = {re.sub(r"\[\d+\]", "[]", path)}
    return bool(plain & operation.fields.keys()) or ".*." in path


def _was_left_out(sent: Any, path: str) -> bool:
    name = path.removeprefix("data.")
    return sent is None or all(value is MISSING for value in values(sent, name))
