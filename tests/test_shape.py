"""The shape of the house: how long files and functions may be, and that the excuses only get fewer."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_LINES_A_FILE = 400
MOST_LINES_AN_ADAPTER = 250
MOST_LINES_A_FUNCTION = 60
MOST_FILES_A_NOUN = 10
MANY_FILES = {"turns": 12}  # the turn is twelve small files (docs/adr/0001-house.md); may only shrink

EXCUSES: dict[str, str] = {}
"""Files that may be longer, and why. May only shrink."""
MOST_EXCUSES = 0

_MADE_BY_TOOLS = ("/dist/", "/static/", "/migrations/versions/", "/node_modules/")


def _files(*endings: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    names = listed or [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if ".venv" not in path.parts]
    chosen = [
        name for name in names if name.endswith(endings) and not any(part in f"/{name}" for part in _MADE_BY_TOOLS)
    ]
    return [ROOT / name for name in chosen if (ROOT / name).is_file()]


def test_no_file_is_longer_than_the_limit() -> None:
    long = {}
    for path in _files(".py", ".ts", ".tsx", ".css"):
        name = path.relative_to(ROOT).as_posix()
        limit = MOST_LINES_AN_ADAPTER if name.startswith("src/steward/adapters/") else MOST_LINES_A_FILE
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > limit and name not in EXCUSES:
            long[name] = lines
    assert long == {}


def test_no_function_is_longer_than_the_limit() -> None:
    long = []
    for path in _files(".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MOST_LINES_A_FUNCTION:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {lines} lines")
    assert long == []


def test_the_excuses_only_get_fewer() -> None:
    assert len(EXCUSES) <= MOST_EXCUSES
    assert all((ROOT / name).is_file() for name in EXCUSES)


def test_a_noun_has_few_files() -> None:
    nouns = [folder for folder in (ROOT / "src/steward/core").iterdir() if folder.is_dir()]
    crowded = {noun.name: len(list(noun.glob("*.py"))) - 1 for noun in nouns}
    assert {name: count for name, count in crowded.items() if count > MANY_FILES.get(name, MOST_FILES_A_NOUN)} == {}


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "manager"])
def test_no_module_has_a_name_that_says_nothing(word: str) -> None:
    assert [path for path in _files(".py") if path.stem == word] == []


def test_the_makefile_has_at_most_ten_targets() -> None:
    targets = [line for line in (ROOT / "Makefile").read_text().splitlines() if line and " ## " in line]
    assert len(targets) <= 10


def test_no_dependency_puts_code_into_the_start_of_python() -> None:
    import sysconfig

    site = Path(sysconfig.get_paths()["purelib"])
    known = {"distutils-precedence.pth"}
    editable = {path.name for path in site.glob("*steward*.pth")}
    assert {path.name for path in site.glob("*.pth")} - known - editable == set()
