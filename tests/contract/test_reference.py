"""The reference pages say what the server does: every route, every permission, every error code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import steward

SOURCE = Path(steward.__file__).parent
PAGES = Path(__file__).parents[2] / "docs" / "reference"
SILENT = frozenset(
    {
        "AUDIT_HEADS_UNREADABLE",
        "CANNOT_LISTEN",
        "KEYS_UNREADABLE",
        "KEY_IS_CURRENT",
        "KEY_NEEDED",
        "KEY_UNKNOWN",
        "SEAL_BROKEN",
        "SETTINGS_WRONG",
        "START_FAILED",
    }
)
"""Codes of commands, and of a broken key: no request is answered with them."""
AMONG_TOOLS = frozenset({"AMBIGUOUS", "INVALID_ARGUMENTS", "NOTHING_TO_UNDO"})
"""Codes that a tool tells the assistant."""


def rows(page: str, pattern: str) -> list[tuple[str, ...]]:
    """Return what the pattern finds at the start of the page's lines."""
    text = (PAGES / page).read_text(encoding="utf-8")
    return re.findall(pattern, text, re.MULTILINE)


def test_the_page_lists_every_route_with_its_permission_and_no_other(api: dict[str, Any]) -> None:
    told = rows("api.md", r"^\| ([A-Z]+) \| `(/[^`]*)` \| ([^|]+) \|")
    there = {
        (method.upper(), path): operation.get("x-permission", "public")
        for path, item in api["paths"].items()
        for method, operation in item.items()
    }
    there["GET", "/metrics"] = "this machine, the metrics token or an admin"
    assert len(told) == len(set(told))
    assert {(method, path): permission.strip().strip("`") for method, path, permission in told} == there


def test_the_page_lists_every_code_that_can_be_answered_and_no_other() -> None:
    told = [code for (code,) in ((row,) for row in rows("errors.md", r"^\| `([A-Z_]+)` \|"))]
    assert told == sorted(told, key=lambda code: code.replace("_", " "))
    assert set(told) == set(codes()) - SILENT - AMONG_TOOLS


def test_the_page_lists_every_word_of_the_api_dialect() -> None:
    page = (PAGES / "errors.md").read_text(encoding="utf-8")
    words = re.findall(r'(?:: |\()"(\w[\w ]*)"[,)]', (SOURCE / "surfaces/api/dialect.py").read_text(encoding="utf-8"))
    assert words
    assert [word for word in words if f"`{word}`" not in page] == []


def codes() -> Iterator[str]:
    """Yield every error code in the source: of a class, given to an error, or written by a dialect."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any("code" in _names(target) for target in targets):
                    yield from _words(node.value)
            elif isinstance(node, ast.keyword) and node.arg == "code":
                yield from _words(node.value)
            elif isinstance(node, ast.Call) and _names(node.func) == ["Refusal"]:
                yield from _words(node.args[1])
            elif isinstance(node, ast.Dict) and "surfaces" in path.parts:
                yield from (word for value in node.values for word in _words(value))


def _names(node: ast.expr) -> list[str]:
    return [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]


def _words(node: ast.expr) -> Iterator[str]:
    for one in ast.walk(node):
        if (
            isinstance(one, ast.Constant)
            and isinstance(one.value, str)
            and re.fullmatch(r"[A-Z]{3,}(_[A-Z]+)*", one.value)
        ):
            yield one.value
