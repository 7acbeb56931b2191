"""The command: ``python -m benchmarks`` measures everything in six to seven minutes and writes ``docs/bench.md``.

``--quick`` takes under two minutes and gives rough figures. ``--only CASE`` measures one case and writes no
page. The exit status is 0 even where a figure misses what is asked, and 1 where a case could not run or answers were
wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import psutil
import uvloop

from benchmarks import house_cases, load_cases, login_cases, size_cases
from benchmarks.client import WrongAnswer
from benchmarks.figures import Line
from benchmarks.measuring import Plan
from benchmarks.page import page, shown
from benchmarks.processes import ROOT, Cores, pin
from benchmarks.street import Street

LOAD_CASES: dict[str, Callable[[Street, Plan], Awaitable[list[Line]]]] = {
    "read": load_cases.read,
    "turn": load_cases.turn,
    "effect": load_cases.effect,
    "adapter": load_cases.adapter,
    "stream": load_cases.stream,
    "first-token": load_cases.first_token,
    "token": load_cases.token,
}
HOUSE_CASES: dict[str, Callable[[Path, Cores, Plan], Awaitable[list[Line]]]] = {
    "size": size_cases.size,
    "start": house_cases.start,
    "memory": house_cases.memory,
    "packages": house_cases.packages,
    "nlu": house_cases.nlu,
    "login": login_cases.login,
    "crowd": login_cases.crowd,
}


class Bench:
    """One run: its cases, what they found and the names of those that failed."""

    def __init__(self, plan: Plan, cores: Cores, folder: Path) -> None:
        self._plan = plan
        self._cores = cores
        self._folder = folder
        self.lines: list[Line] = []
        self.failures: list[str] = []

    async def run(self, names: Sequence[str]) -> None:
        """Run the cases of these names."""
        loads = [name for name in LOAD_CASES if name in names]
        if loads:
            await self._on_street(loads)
        for name, case in HOUSE_CASES.items():
            if name in names:
                await self._case(name, case(self._folder, self._cores, self._plan))

    async def _on_street(self, names: Sequence[str]) -> None:
        try:
            street = Street(self._folder, self._cores)
        except (WrongAnswer, OSError) as wrong:
            self._fail(", ".join(names), wrong)
            return
        with street:
            for name in names:
                await self._case(name, LOAD_CASES[name](street, self._plan))

    def _fail(self, name: str, wrong: Exception) -> None:
        self.failures.append(name)
        print(f"{name}: FAILED: {wrong}", flush=True)

    async def _case(self, name: str, case: Awaitable[list[Line]]) -> None:
        began = time.perf_counter()
        try:
            found = await case
        except (WrongAnswer, OSError, psutil.Error) as wrong:
            self._fail(name, wrong)
            return
        self.lines += found
        for line in found:
            print(shown(line), flush=True)
        print(f"  ({name}: {time.perf_counter() - began:.0f} s)", flush=True)


def main() -> int:
    """Measure, print, write the page, and return the exit status."""
    names = [*LOAD_CASES, *HOUSE_CASES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under two minutes, rough figures")
    parser.add_argument("--only", choices=names, action="append", help="this case only; no page is written")
    given = parser.parse_args()
    plan = Plan(rounds=3, seconds=0.6) if given.quick else Plan()
    cores = Cores.found()
    pin(0, cores.load)
    with tempfile.TemporaryDirectory(prefix="steward-bench-", ignore_cleanup_errors=True) as folder:
        bench = Bench(plan, cores, Path(folder))
        uvloop.run(bench.run(given.only or names))
    if not given.only:
        target = ROOT / "docs" / "bench.md"
        target.write_text(page(bench.lines, bench.failures, plan, cores), encoding="utf-8")
        print(f"written: {target.relative_to(ROOT)}")
    return 1 if bench.failures else 0


if __name__ == "__main__":
    sys.exit(main())
