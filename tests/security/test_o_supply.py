"""Group O: what is installed with Steward (item 110)."""

from __future__ import annotations

import re
import sysconfig
from pathlib import Path

from scripts.make_lock import LOCKS, lock_name, locked
from scripts.packages import closure, is_allowed, licence_of, normal, size_bytes

ROOT = Path(__file__).parents[2]
MOST_PACKAGES = 70
MOST_BYTES = 140_000_000


def pins() -> dict[str, str]:
    """Return the version of each package that constraints.txt names."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return {normal(name): version for name, _, version in (line.partition("==") for line in lines) if version}


def test_item_110_every_package_is_pinned_and_installed_as_pinned() -> None:
    loose = {name: package.version for name, package in closure().items() if pins().get(name) != package.version}
    assert loose == {}


def test_item_110_every_lock_has_the_pinned_versions_and_a_hash_for_each() -> None:
    assert list(LOCKS.glob("*.txt")), "make one with `python -m scripts.make_lock`"
    for path in LOCKS.glob("*.txt"):
        lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
        found = {}
        for line in lines:
            match = re.fullmatch(r"([a-z0-9-]+)==(\S+) --hash=sha256:[0-9a-f]{64}", line)
            assert match, line
            found[match[1]] = match[2]
        assert {name: version for name, version in found.items() if pins().get(name) != version} == {}
        assert path.name != lock_name() or set(found) == set(closure()), "stale: run `python -m scripts.make_lock`"


def test_item_110_a_lock_is_made_of_what_the_installer_reports() -> None:
    told = {"metadata": {"name": "Some_Package", "version": "1.0"}, "download_info": {}}
    told["download_info"] = {"archive_info": {"hashes": {"sha256": "a" * 64}}}
    own = {"metadata": {"name": "steward", "version": "0"}, "download_info": {"dir_info": {"editable": True}}}
    assert locked({"install": [told, own]}) == [f"some-package==1.0 --hash=sha256:{'a' * 64}"]


def test_item_110_an_installation_is_small() -> None:
    packages = closure()
    assert len(packages) <= MOST_PACKAGES
    assert sum(size_bytes(package) for package in packages.values()) <= MOST_BYTES


def test_item_110_every_licence_is_one_that_is_allowed() -> None:
    assert {name: licence_of(each) for name, each in closure().items() if not is_allowed(licence_of(each))} == {}
    for licence in ("AGPL-3.0-only", "GPL-3.0-or-later", "Proprietary", "unknown", "SSPL-1.0"):
        assert not is_allowed(licence)


def test_item_110_no_dependency_puts_code_into_the_start_of_python() -> None:
    site = Path(sysconfig.get_paths()["purelib"])
    brought = {
        f"{name}: {file}"
        for name, package in closure().items()
        for file in package.files or ()
        if file.suffix == ".pth"
    }
    assert brought == set()
    assert not {path.name for path in site.glob("*customize.py")}
