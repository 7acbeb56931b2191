"""Readers of the documents, each with an account of their own, in front of the one real server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from tests.contract.visitors import Visitor
from tests.houses import Process

VisitorOf = Callable[[str], Visitor]


@pytest.fixture(scope="session")
def client(server: Process) -> Iterator[httpx2.Client]:
    """A client of the real server that follows no redirect and keeps no cookie."""
    Visitor.outbox = server.data_dir / "outbox"
    with httpx2.Client(base_url=server.url, timeout=30) as made:
        yield made


@pytest.fixture(scope="session")
def visitor_of(client: httpx2.Client) -> VisitorOf:
    """Return the reader of a document, the same one each time."""
    known: dict[str, Visitor] = {}

    def find(document: str) -> Visitor:
        if document not in known:
            known[document] = Visitor(client, document)
        return known[document]

    return find


@pytest.fixture(scope="session")
def stranger(client: httpx2.Client) -> Visitor:
    """Somebody else."""
    return Visitor(client, "personal")


@pytest.fixture(scope="session")
def api(client: httpx2.Client) -> dict[str, Any]:
    """What the running server says of itself."""
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


@pytest.fixture(scope="session")
def routes(api: dict[str, Any]) -> frozenset[tuple[str, str]]:
    """Method and path of every route, the names in braces left out."""
    return frozenset(
        (method.upper(), re.sub(r"\{\w+\}", "{}", path)) for path, item in api["paths"].items() for method in item
    )
