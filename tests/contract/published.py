"""What the five documents publish, and which of it is not built yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
METHODS = frozenset({"GET", "PUT", "POST", "PATCH", "DELETE"})


def _load(name: str) -> Any:
    # The C loader makes only plain data, like the safe one, and is ten times as fast.
    return yaml.load((HERE / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@dataclass(frozen=True)
class Operation:
    """One entry of ``operations.yaml``."""

    entry: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.entry["id"])

    @property
    def document(self) -> str:
        return str(self.entry["document"])

    @property
    def kind(self) -> str:
        return str(self.entry["kind"])

    @property
    def method(self) -> str:
        return str(self.entry["method"])

    @property
    def path(self) -> str:
        return str(self.entry["path"])

    @property
    def needs_token(self) -> bool:
        return self.entry.get("auth") in ("bearer", "token", "admin")

    @property
    def response(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.entry.get("response", {})
        return found

    @property
    def body(self) -> Any:
        """The request body that the document prints, or the one that we propose where it prints none."""
        request = self.entry.get("request", {})
        return request.get("example", request.get("proposed_example"))

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """The fields that an answer must have, with their types."""
        proposed = {
            # null in a proposed example only says that the moment has not come there
            path: "any" if type_ == "null" and path.endswith("_at") else type_
            for path, type_ in self.response.get("proposed_fields", {}).items()
        }
        return {**proposed, **self.response.get("required_fields", {})}

    @property
    def formats(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.response.get("formats", {})
        return found

    @property
    def constraints(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.entry.get("constraints", [])
        return found

    @property
    def query(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.entry.get("query", [])
        return found

    @property
    def contested(self) -> Mapping[str, str]:
        """The fields on which the documents disagree, with the number of the decision."""
        return {row["field"]: row["see"] for row in self.entry.get("contested", [])}


OPERATIONS: Mapping[str, Operation] = {entry["id"]: Operation(entry) for entry in _load("operations.yaml")}

_WAITING = _load("not_built.yaml")

NOT_BUILT: Mapping[str, list[str]] = _WAITING["not_built"]
"""Ids by the area that will build them."""

OWED: Mapping[str, Mapping[str, list[str]]] = _WAITING["owed"]
"""Fields by area and id: the operation answers, these fields wait for the area."""


def not_built() -> set[str]:
    """Return every id of the table."""
    return {name for ids in NOT_BUILT.values() for name in ids}


def owed(name: str) -> set[str]:
    """Return the fields of an operation that wait for another area."""
    return {field for fields in OWED.values() for field in fields.get(name, ())}
