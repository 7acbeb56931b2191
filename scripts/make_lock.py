"""Write the lock for this Python and platform: every package of an installation, with the hash of the file it comes in.

    python -m scripts.make_lock

``make setup LOCKED=1`` takes nothing but these files; without it the versions of ``constraints.txt`` hold without
hashes, because another C library of the same platform gets other files of the same release. A lock is made on the
platform it is for: pip tells the hash of the file that it would install there.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.packages import normal

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "locks"
_HEAD = "# Made by `python -m scripts.make_lock` from constraints.txt.\n"


def lock_name() -> str:
    """Return the name of the lock of this machine; the Makefile says it the same way."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"{sys.implementation.name}-{python}-{sys.platform}-{platform.machine()}.txt"


def locked(report: Mapping[str, Any]) -> list[str]:
    """Return a line for each package of pip's report, in order; what is installed from a folder has no hash."""
    lines = []
    for item in report["install"]:
        hashes = item["download_info"].get("archive_info", {}).get("hashes", {})
        if "sha256" in hashes:
            told = item["metadata"]
            lines.append(f"{normal(told['name'])}=={told['version']} --hash=sha256:{hashes['sha256']}")
    return sorted(lines)


def main() -> None:
    """Ask pip and write the lock."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        wish = ["--dry-run", "--ignore-installed", "--report", str(report), "-c", "constraints.txt", "-e", "."]
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", *wish], cwd=ROOT, check=True)
        lines = locked(json.loads(report.read_text(encoding="utf-8")))
    LOCKS.mkdir(exist_ok=True)
    (LOCKS / lock_name()).write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
