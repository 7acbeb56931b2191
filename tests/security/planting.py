"""Bodies made from the OpenAPI document: for every write route one that fits, with a chosen word in every free text."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.houses import PASSWORD, Home

NAMED: dict[str, Any] = {
    "start_time": "2024-01-16T14:00:00Z",
    "end_time": "2024-01-16T15:00:00Z",
    "due_date": "2024-02-16T14:00:00Z",
    "expires_at": "2024-12-01T00:00:00Z",
    "timezone": "Europe/Berlin",
    "language": "en-US",
    "theme": "dark",
    "role": "member",
    "role_id": None,
    "phone_number": "+12025550123",
    "recurrence": None,
    "provider": None,
    "scopes": ["tasks:read"],
    "permissions": ["tasks:read"],
    "password": PASSWORD,
    "current_password": PASSWORD,
    "mfa_code": None,
    "code": None,
    "otp": None,
    "stream": False,
    "temperature": None,
    "conversation_id": None,
    "is_active": True,
    "redirect_uri": "/settings",
    "verification_code": None,
    "minutes_before": 10,
}
"""What a field must have to be taken, where its schema does not say it."""


@dataclass(frozen=True)
class Route:
    """One operation of the document; ``body`` is its schema, None where it takes no body."""

    method: str
    path: str
    permission: str | None
    body: Mapping[str, Any] | None

    @property
    def name(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"

    @property
    def ids(self) -> list[str]:
        """The names in its path."""
        return re.findall(r"\{(\w+)\}", self.path)

    def at(self, ids: Mapping[str, str]) -> str:
        """Return the path with these ids in it."""
        return re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], self.path)


class Document:
    """What /openapi.json of a running house says."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._schemas = document.get("components", {}).get("schemas", {})
        self.routes = [
            Route(
                method.upper(),
                path,
                told.get("x-permission"),
                told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema"),
            )
            for path, item in document["paths"].items()
            for method, told in item.items()
        ]

    def body(self, route: Route, word: str, ids: Mapping[str, str] | None = None) -> Any:
        """Return a body that fits the route, or None: ``word`` in every free text, ``ids`` in every field of an id."""
        return None if route.body is None else self._made(route.body, "", word, ids or {})

    def _made(self, schema: Mapping[str, Any], name: str, word: str, ids: Mapping[str, str]) -> Any:
        if "$ref" in schema:
            return self._made(self._schemas[schema["$ref"].rpartition("/")[2]], name, word, ids)
        if name in ids:
            return ids[name]
        if name in NAMED:
            return NAMED[name]
        for one in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
            if one.get("type") != "null":
                return self._made(one, name, word, ids)
        if "enum" in schema or "const" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        return self._plain(schema, name, word, ids)

    def _plain(self, schema: Mapping[str, Any], name: str, word: str, ids: Mapping[str, str]) -> Any:
        match schema.get("type"):
            case "object" if "properties" in schema:
                made = {key: self._made(each, key, word, ids) for key, each in schema["properties"].items()}
                one_of_two = {"role"} if made.get("role_id") else set()
                return {key: each for key, each in made.items() if each is not None and key not in one_of_two}
            case "object":
                return {word: [word, {word: word}]}
            case "array":
                return [self._made(schema.get("items", {}), name, word, ids)]
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
            case "string" if schema.get("format") == "email":
                return f"{word}@example.com"
            case "string" if schema.get("format") == "date-time":
                return NAMED["due_date"]
            case _:
                return f"{word}@example.com" if name == "email" else word


async def document_of(at: Home) -> Document:
    """Return what the house says it has."""
    return Document((await at.client.get("/openapi.json")).json())


def told_by(reply: httpx2.Response) -> str:
    """Return all that an answer tells: head, body, and what lies in a packed one."""
    parts = [str(dict(reply.headers)), reply.text]
    if reply.content[:2] == b"PK":
        parts += list(_unpacked(reply.content))
    return "\n".join(parts).lower()


def _unpacked(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield name + archive.read(name).decode("utf-8", "replace")
