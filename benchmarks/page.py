"""The page ``docs/bench.md``: the lines as tables, how they were measured, and on what."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

import psutil

from benchmarks.figures import Bound, Figure, Line, LoadLine
from benchmarks.measuring import Plan
from benchmarks.processes import Cores

_HEAD = """# What Steward costs

Written by `make bench` on {when}, {length}.

Every figure under load stands beside a floor that ran in the same minutes on the same core: a bare ASGI application on
Steward's own HTTP server that does only the statements which the case needs, with Python's `sqlite3` module, WAL and
synchronous FULL.
"""

_HOW = """
## How it is measured

- {where}
- 16 connections, kept alive, each sends its next request when the answer is there. Sixteen people with their
  own conversations, SQLite, default settings except that rate limits are off.
- {rounds} rounds of {seconds:g} s for each side, in turns with the floor's. Rates and processor time are medians of the
  rounds, latencies are over all requests. Every answer is looked at; a wrong one fails the run.
- **CPU** is the processor time of the server process (user and system, all threads) by answer. On a shared machine it
  is the figure to trust: rates also depend on what else runs. **busy** is the share of its core that the server used;
  well under 100 % means that the client, the fake model or the disk was the limit.
- The floor reads by two statements, stores both messages (and the task) in one commit, finds its one user in a
  dictionary, and calls the model by httpx2 with the person's sentence only. Steward stores a turn in two
  transactions (three with an effect), so that a crash between them loses nothing, sends up to forty earlier
  messages and the descriptions of its tools, and writes what its tools did.
  The floor of a stream passes the model's bytes on unread.
- Time to the first token: the same client calls the fake model directly and through Steward, 16 streams of 64 tokens,
  20 ms apart, begun evenly over the length of a stream; the difference of the medians is what Steward adds.
- Processor time a token: that of a streamed turn of 64 tokens less that of a turn of 1, by 63; the whole server's, with
  what reading the model's stream by httpx2 takes, which is the floor's figure beside it.
- Size: the database is filled by SQL with copies of a turn that the application wrote, list and read with 4 clients,
  send with 1; the ratio of the processor time by request is what is asked.
- Start: from the start of the process to the first 200 on `/health`, median of {starts}. Memory: resident bytes of the
  process by 1,000,000. Packages: the closure of what the core install requires on this platform.

## Machine

{machine}
"""


def page(lines: Sequence[Line], failures: Sequence[str], plan: Plan, cores: Cores) -> str:
    """Return the page."""
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    length = "the short run: rough figures" if plan.is_short else "the full run"
    parts = [_HEAD.format(when=when, length=length)]
    parts += [f"\n**Could not run or gave wrong answers:** {failure}\n" for failure in failures]
    parts += ["\n## Under load\n\n", _load_table([line for line in lines if isinstance(line, LoadLine)])]
    parts += ["\n## Single figures\n\n", _figure_table([line for line in lines if isinstance(line, Figure)])]
    how = _HOW.format(
        where=_where(cores),
        rounds=plan.rounds,
        seconds=plan.seconds,
        starts=1 if plan.is_short else plan.rounds,
        machine=machine(),
    )
    return "".join([*parts, how])


def shown(line: Line) -> str:
    """Return a line as one line of text."""
    if isinstance(line, Figure):
        asked = f", asked {line.asked}" if line.asked else ""
        return f"{line.title}: {line.shown()} ({line.beside or 'alone'}){asked}: {line.verdict()}"
    ours, floor = line.ours, line.floor
    return (
        f"{line.title}: {ours.per_second:,.0f}/s, CPU {ours.cpu_ms:.2f} ms, busy {ours.busy:.0%}, "
        f"p50 {ours.p50_ms:.1f} p95 {ours.p95_ms:.1f} ms; floor {floor.per_second:,.0f}/s, CPU {floor.cpu_ms:.3f} ms, "
        f"busy {floor.busy:.0%}; ratio {line.ratio:.2f}, asked {line.asked}: {line.verdict()}"
    )


def machine() -> str:
    """Return what the figures were measured on, without names."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{psutil.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}."
    )


def _load_table(lines: Sequence[LoadLine]) -> str:
    rows = ["| case | /s | CPU ms | busy | p50 ms | p95 ms | floor /s | floor CPU ms | floor busy | ratio | asked | |"]
    rows.append("|---|" + "---:|" * 9 + "---|---|")
    for line in lines:
        ours, floor = line.ours, line.floor
        rows.append(
            f"| {line.title} | {ours.per_second:,.0f} | {ours.cpu_ms:.2f} | {ours.busy:.0%} | {ours.p50_ms:.1f} "
            f"| {ours.p95_ms:.1f} | {floor.per_second:,.0f} | {floor.cpu_ms:.3f} | {floor.busy:.0%} "
            f"| {line.ratio:.2f} | {_asked(line.asked)} | {line.verdict()} |"
        )
    return "\n".join(rows) + "\n"


def _figure_table(lines: Sequence[Figure]) -> str:
    rows = ["| figure | value | beside | asked | |", "|---|---:|---|---|---|"]
    rows += [
        f"| {line.title} | {line.shown()} | {line.beside} | {_asked(line.asked)} | {line.verdict()} |" for line in lines
    ]
    return "\n".join(rows) + "\n"


def _asked(bound: Bound | None) -> str:
    return str(bound).replace(">=", "≥").replace("<=", "≤") if bound else ""


def _where(cores: Cores) -> str:
    if cores.server is None:
        return "Here processes cannot be pinned or there is one core only: all parts share what there is."
    model = "on that of the client" if cores.model == cores.load else "on a third"
    return f"Server and floor are pinned to one core, the load client to another; the fake model runs {model}."
