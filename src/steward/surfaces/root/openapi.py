"""One OpenAPI document for all surfaces, merged from the documents of the sub-applications.

Paths get their prefix, a schema name that means different things in two surfaces gets the surface's name added,
operations are tagged and grouped by surface, and the security schemes are those that every surface accepts.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from steward.surfaces.root.paths import root_paths

Json = dict[str, Any]

_SCHEMAS = "#/components/schemas/"
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})

SECURITY_SCHEMES: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token from a login, or an API key.",
    },
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key."},
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "The word Token, a space and a key of 40 hexadecimal digits.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "steward_session",
        "description": "The cookie of the web app; writes also need the header X-Steward-Request: web.",
    },
}


@dataclass(frozen=True, slots=True)
class Part:
    """A surface's share: where it is mounted, what people call it, and what gives its own document.

    ``openapi`` is a FastAPI application's method of that name. An operation that says nothing about security needs one
    of ``security``.
    """

    prefix: str
    name: str
    openapi: Callable[[], Json]
    security: tuple[str, ...] = ("bearer", "apiKey", "token")

    @property
    def suffix(self) -> str:
        """What is added to a schema name or operation id that is taken: ``api_v1`` for ``/api/v1``."""
        return re.sub(r"\W+", "_", self.prefix).strip("_") or "root"


class ApiDocument:
    """The merged document, built once, as bytes."""

    def __init__(self, parts: Sequence[Part], *, title: str, version: str, description: str = "") -> None:
        self.title = title
        self._parts = parts
        self._info = {"title": title, "version": version, "description": description}
        self._lock = threading.Lock()
        self._body: bytes | None = None

    @property
    def ready(self) -> bool:
        """Whether it is built."""
        return self._body is not None

    def build(self) -> None:
        """Build it unless it is there; takes up to a second, so call it on a thread."""
        with self._lock:
            if self._body is None:
                self._body = orjson.dumps(merged(self._parts, self._info))

    @property
    def body(self) -> bytes:
        """The document as JSON."""
        self.build()
        assert self._body is not None
        return self._body

    @property
    def etag(self) -> str:
        """A strong validator of the body."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


def described(prefix: str = "") -> Part:
    """Return the part that describes the root surface's own addresses under a prefix."""
    return Part(prefix=prefix, name="root", openapi=root_paths)


def merged(parts: Sequence[Part], info: Mapping[str, Any]) -> Json:
    """Return one document of all parts, in their order; where two have the same address the first one keeps it."""
    documents = [json.loads(orjson.dumps(part.openapi())) for part in parts]
    schemas: Json = {}
    paths: Json = {}
    groups: dict[str, list[str]] = {}
    taken: set[str] = set()
    for part, original, names in zip(parts, documents, _new_names(parts, documents), strict=True):
        document = _renamed(original, names)
        for name, schema in _schemas_of(document).items():
            schemas.setdefault(names.get(name, name), schema)
        for path, item in document.get("paths", {}).items():
            address = (part.prefix + path).rstrip("/") + ("/" if path != "/" and path.endswith("/") else "")
            for operation in _operations(item):
                _finish(operation, part, taken, groups)
            paths[address or "/"] = {**item, **paths.get(address, {})}
    return {
        "openapi": "3.1.0",
        "info": dict(info),
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": SECURITY_SCHEMES},
        "tags": [{"name": tag} for tags in groups.values() for tag in tags],
        "x-tagGroups": [{"name": name, "tags": tags} for name, tags in groups.items()],
    }


def _schemas_of(document: Json) -> Json:
    schemas: Json = document.get("components", {}).get("schemas", {})
    return schemas


def _operations(item: Json) -> Iterator[Json]:
    return (operation for method, operation in item.items() if method in _METHODS)


def _finish(operation: Json, part: Part, taken: set[str], groups: dict[str, list[str]]) -> None:
    """Tag the operation by its surface, say how to sign in, and make its id the only one."""
    tag = f"{part.name}: {word}" if (word := next(iter(operation.get("tags", ())), "")) else part.name
    operation["tags"] = [tag]
    tags = groups.setdefault(part.name, [])
    if tag not in tags:
        tags.append(tag)
    operation.setdefault("security", [{name: []} for name in part.security])
    identifier = operation.get("operationId")
    if identifier is not None:
        if identifier in taken:
            identifier = operation["operationId"] = f"{identifier}_{part.suffix}"
        taken.add(identifier)


def _new_names(parts: Sequence[Part], documents: Sequence[Json]) -> list[dict[str, str]]:
    """Return for each part the schema names that must change, because an earlier part means something else by them.

    Two schemas mean the same if they are equal and everything they refer to means the same.
    """
    first: Json = {}
    different: list[set[str]] = []
    for document in documents:
        schemas = _schemas_of(document)
        unlike = {name for name, schema in schemas.items() if name in first and first[name] != schema}
        while more := {
            name
            for name, schema in schemas.items()
            if name in first and name not in unlike and not unlike.isdisjoint(_references(schema))
        }:
            unlike |= more
        different.append(unlike)
        for name, schema in schemas.items():
            first.setdefault(name, schema)
    return [
        {name: f"{name}_{part.suffix}" for name in sorted(names)} for part, names in zip(parts, different, strict=True)
    ]


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        return {name for value in node.values() for name in _references(value)}
    if isinstance(node, list):
        return {name for value in node for name in _references(value)}
    return {node.removeprefix(_SCHEMAS)} if isinstance(node, str) and node.startswith(_SCHEMAS) else set()


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    """Return the same document with every reference to a changed name changed."""
    if not names:
        return node
    if isinstance(node, dict):
        return {key: _renamed(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [_renamed(value, names) for value in node]
    if isinstance(node, str) and node.startswith(_SCHEMAS):
        name = node.removeprefix(_SCHEMAS)
        return _SCHEMAS + names.get(name, name)
    return node
