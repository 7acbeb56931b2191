"""What Pydantic found wrong, in the words of the documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_V1_TYPES = {
    "missing": ("field required", "value_error.missing"),
    "string_type": ("str type expected", "type_error.str"),
    "int_type": ("value is not a valid integer", "type_error.integer"),
    "int_parsing": ("value is not a valid integer", "type_error.integer"),
    "float_type": ("value is not a valid float", "type_error.float"),
    "float_parsing": ("value is not a valid float", "type_error.float"),
    "bool_type": ("value could not be parsed to a boolean", "type_error.bool"),
    "bool_parsing": ("value could not be parsed to a boolean", "type_error.bool"),
    "dict_type": ("value is not a valid dict", "type_error.dict"),
    "list_type": ("value is not a valid list", "type_error.list"),
    "model_attributes_type": ("value is not a valid dict", "type_error.dict"),
    "json_invalid": ("the body is not valid JSON", "value_error.jsondecode"),
}
_PREFIXES = {"string_too_short": "value_error.any_str.min_length", "string_too_long": "value_error.any_str.max_length"}
FIELD_SENTENCES = {
    "missing": "This field is required",
    "json_invalid": "The body is not valid JSON",
}


def as_v1_list(problems: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return loc, msg and type of each problem with the names that the saas document shows (decision AT24).

    What was sent is never echoed: it may be a password.
    """
    return [_as_v1(problem) for problem in problems]


def _as_v1(problem: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(problem.get("type", "value_error"))
    location = [part for part in problem.get("loc", ()) if isinstance(part, str | int)]
    message = str(problem.get("msg", "invalid"))
    if kind == "value_error" and "email" in message.lower():
        return {"loc": location, "msg": "value is not a valid email address", "type": "value_error.email"}
    if kind in _V1_TYPES:
        text, name = _V1_TYPES[kind]
        return {"loc": location, "msg": text, "type": name}
    return {"loc": location, "msg": message, "type": _PREFIXES.get(kind, f"value_error.{kind}")}


def by_field(problems: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return a list of sentences for each field that is wrong."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        kind = str(problem.get("type", ""))
        parts = [str(part) for part in problem.get("loc", ()) if part not in ("body", "query", "path", "header")]
        name = ".".join(parts) if parts and kind != "json_invalid" else "body"
        found.setdefault(name, []).append(_sentence(kind, problem))
    return found


def _sentence(kind: str, problem: Mapping[str, Any]) -> str:
    message = str(problem.get("msg", "Invalid value"))
    if kind == "value_error" and "email" in message.lower():
        return "Invalid email format"
    if kind == "string_too_short":
        name = str(problem["loc"][-1]).replace("_", " ").capitalize()
        return f"{name} must be at least {problem['ctx']['min_length']} characters"
    return FIELD_SENTENCES.get(kind, message)
