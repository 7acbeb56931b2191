"""Sweeps keep their beat whatever happens in them."""

from __future__ import annotations

import asyncio
import contextlib

from jobs_scratch import until

from steward.workers import Sweep, keep_sweeping


@contextlib.asynccontextmanager
async def sweeping(sweep: Sweep):  # type: ignore[no-untyped-def]
    task = asyncio.create_task(keep_sweeping(sweep))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_a_sweep_keeps_its_beat_without_drifting() -> None:
    loop = asyncio.get_running_loop()
    beats: list[float] = []

    async def verb() -> None:
        beats.append(loop.time())
        await asyncio.sleep(0.02)

    async with sweeping(Sweep("s", 0.05, verb)):
        await until(lambda: len(beats) == 12)
    late = [beat - beats[0] - number * 0.05 for number, beat in enumerate(beats)]
    assert min(late) > -0.005, "never early"
    assert sorted(late)[6] < 0.02, "twelve verbs of 20 ms did not add up"


async def test_a_sweep_survives_its_failures() -> None:
    calls: list[int] = []

    async def verb() -> None:
        calls.append(1)
        raise OSError("broken")

    async with sweeping(Sweep("s", 0.01, verb)) as task:
        await until(lambda: len(calls) > 5)
        assert not task.done()


async def test_a_sweep_never_overlaps_itself_and_leaves_out_the_beats_it_missed() -> None:
    loop = asyncio.get_running_loop()
    running, starts = 0, []

    async def verb() -> None:
        nonlocal running
        running += 1
        assert running == 1
        starts.append(loop.time())
        await asyncio.sleep(0.25 if len(starts) == 1 else 0)
        running -= 1

    async with sweeping(Sweep("s", 0.1, verb)):
        await until(lambda: len(starts) == 3)
    assert 0.29 < starts[1] - starts[0] < 0.39
    assert 0.05 < starts[2] - starts[1] < 0.15


async def test_a_sweep_ends_when_it_is_cancelled() -> None:
    ended: list[str] = []

    async def verb() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cleaned up")

    async with sweeping(Sweep("s", 1, verb)) as task:
        await asyncio.sleep(0.01)
    assert task.cancelled()
    assert ended == ["cleaned up"]
