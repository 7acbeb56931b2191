"""What an installation of Steward consists of: packages, their licences and their size, as they are installed here."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

DOCS = Path(__file__).parents[1] / "docs"

_ALLOWED = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|LGPL|Unlicense|CC0|Zlib|MIT-0)\b",
    re.IGNORECASE,
)
_HEAD = """# Licences of what is installed with Steward

Made from the installed packages by `make docs`; a test refuses a licence that is not permissive, MPL or LGPL. LGPL
packages are used as they come, as libraries. Steward itself is under Apache-2.0.

| package | licence |
|---|---|
"""


def closure() -> Mapping[str, Distribution]:
    """Return every package that an installation without extras needs, by its normal name, without Steward itself."""
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: dict[str, Distribution] = {}
    waiting = []
    for text in project["dependencies"]:
        waiting.append(Requirement(text))
        found[normal(waiting[-1].name)] = distribution(waiting[-1].name)
    while waiting:
        wanted = waiting.pop()
        try:
            package = distribution(wanted.name)
        except PackageNotFoundError:
            continue  # not for this platform
        name = normal(wanted.name)
        for text in package.requires or ():
            need = Requirement(text)
            extras = wanted.extras or {""}
            holds = need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras)
            if holds and (normal(need.name) not in found or need.extras):
                if normal(need.name) == name and not need.extras:
                    continue
                found.setdefault(normal(need.name), distribution(need.name))
                waiting.append(need)
    return dict(sorted(found.items()))


def normal(name: str) -> str:
    """Return the name as indexes spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(package: Distribution) -> str:
    """Return the licence that the package says it has, in one line."""
    told = package.metadata
    if "License-Expression" in told:
        return str(told["License-Expression"])
    names = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or () if each.startswith("License ::")]
    names = [name for name in names if name != "OSI Approved"]
    if names:
        return ", ".join(sorted(names))
    return str(told["License"]).strip().partition("\n")[0][:80] if "License" in told else "unknown"


def is_allowed(licence: str) -> bool:
    """Return whether a package of the licence may be part of an installation."""
    return _ALLOWED.search(licence) is not None and not re.search(r"(?<!L)GPL|AGPL|SSPL|proprietary", licence, re.I)


def size_bytes(package: Distribution) -> int:
    """Return how much room the files of the package take, without what Python compiles."""
    paths = (Path(str(file.locate())) for file in package.files or () if file.suffix != ".pyc")
    return sum(path.stat().st_size for path in paths if path.is_file())


def licences_page() -> str:
    """Return the page of all licences."""
    rows = (f"| {name} | {licence_of(package)} |\n" for name, package in closure().items())
    return _HEAD + "".join(rows)
