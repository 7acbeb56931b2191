"""The lines of the README do what it says."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.houses import OWNER_PASSWORD, Process, without_steward

README = Path(__file__).parents[2] / "README.md"
MOMENT = re.compile(r"[A-Z][a-z]+day, [A-Z][a-z]+ \d{1,2}(, \d{4})? at \d{1,2}(:\d\d)? [AP]M")


def _without_moments(text: str) -> str:
    return MOMENT.sub("<moment>", text)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_lines_of_the_readme_do_what_it_says(tmp_path: Path) -> None:
    block = README.read_text(encoding="utf-8").split("```console\n")[1].split("```")[0]
    commands = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
    expected = [_without_moments(line) for line in block.splitlines() if not line.startswith("$ ")]
    server = Process(tmp_path, STEWARD_RATE_LIMIT_SCALE="0")
    server.start()
    try:
        script = "set -e\n" + "\n".join(commands).replace("localhost:8000", server.url.removeprefix("http://"))
        ran = subprocess.run(
            ["bash", "-c", script],
            env={**without_steward(), "OWNER_PASSWORD": OWNER_PASSWORD},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        server.stop()
    assert ran.returncode == 0, ran.stderr
    assert [_without_moments(line) for line in ran.stdout.splitlines()] == expected
