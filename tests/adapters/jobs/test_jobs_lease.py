"""The file by which a process shows that it lives, and in which job it died."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from pathlib import Path

import pytest

from steward.adapters.jobs.lease import Lease


def _die_in(folder: str, key: int, inside: bool) -> None:
    async def die() -> None:
        await asyncio.sleep(0)
        if inside:
            os._exit(1)
        await asyncio.sleep(60)

    async def main() -> None:
        lease = Lease(Path(folder))
        lease.take()
        asyncio.get_running_loop().call_later(0.1, os._exit, 1)
        await lease.watch(key, die())

    asyncio.run(main())


@pytest.mark.parametrize(("inside", "blamed"), [(True, 77), (False, None)])
def test_a_death_names_the_job_whose_code_was_running(tmp_path: Path, inside: bool, blamed: int | None) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_die_in, args=(str(tmp_path), 77, inside))
    process.start()
    process.join(10)
    process.close()
    lease = Lease(tmp_path)
    lease.take()
    (death,) = lease.deaths()
    assert death.key == blamed
    assert lease.is_dead(death.path.stem)
    death.bury()
    assert not list(lease.deaths())
    lease.give_up()
    assert not list(tmp_path.iterdir())


def test_the_living_are_not_taken_for_dead(tmp_path: Path) -> None:
    lease, other = Lease(tmp_path), Lease(tmp_path)
    lease.take()
    other.take()
    assert not lease.is_dead(other.owner)
    assert not list(lease.deaths())
    other.give_up()
    assert lease.is_dead(other.owner)
    lease.give_up()


async def test_watched_work_behaves_as_if_it_were_not_watched(tmp_path: Path) -> None:
    lease = Lease(tmp_path)
    lease.take()
    seen: list[str] = []

    async def work() -> None:
        try:
            await asyncio.wait_for(asyncio.sleep(60), timeout=0.01)
        except TimeoutError:
            seen.append("inner timeout")
        async with asyncio.TaskGroup() as group:
            seen.append(await group.create_task(asyncio.sleep(0, "task")))
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            seen.append("cleaned up")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await lease.watch(1, work())
    task = asyncio.create_task(_await(lease, work()))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["inner timeout", "task", "cleaned up"] * 2

    async def fails() -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await lease.watch(1, fails())
    lease.give_up()


async def _await(lease: Lease, work) -> None:  # type: ignore[no-untyped-def]
    await lease.watch(1, work)
