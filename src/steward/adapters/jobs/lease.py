"""A file for each working process that tells the others whether it lives and, if not, which job it died in.

Alive: the process holds a lock of the operating system on the file, which the kernel gives up in the moment the
process dies and never before. No clock is asked, hence a clock that jumps, a laptop that slept or a process that was
stopped and goes on is never taken for dead.

Died in: while the code of a job runs on the event loop, the file holds the job's key. It is written through a memory
map, which costs a fraction of a microsecond and outlives the process.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import uuid
from collections.abc import Awaitable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BYTES = 8
_NOBODY = bytes(_BYTES)


class Lease:
    """The lease of this process in ``folder``; not taken before ``take``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: int | None = None
        self._box: mmap.mmap | None = None
        self.owner = ""

    def take(self) -> None:
        """Live from now on; a second call does nothing.

        Raises:
            OSError: the folder cannot be written.
        """
        if self._file is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        while self._file is None:
            self.owner = uuid.uuid4().hex
            file = os.open(self._path(self.owner), os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            os.pwrite(file, _NOBODY, 0)
            if self._path(self.owner).exists():  # else it was taken for a dead one's before it was locked
                self._file = file
                self._box = mmap.mmap(file, _BYTES)
            else:
                os.close(file)

    def give_up(self) -> None:
        """End the lease as a process does that stops in order."""
        if self._file is not None and self._box is not None:
            self._box.close()
            self._path(self.owner).unlink(missing_ok=True)
            os.close(self._file)
            self._file = self._box = None

    def is_dead(self, owner: str) -> bool:
        """Whether the process that wrote this name lives no more."""
        with _locked(self._path(owner)) as (file, is_dead):
            return is_dead or file is None

    def deaths(self) -> Iterator[Death]:
        """Yield the processes that died and are not buried; while one is looked at, others take it for alive."""
        for path in self._folder.glob("*.lock"):
            with _locked(path) as (file, is_dead):
                if is_dead and file is not None:
                    yield Death(path, int.from_bytes(os.pread(file, _BYTES, 0), "little") or None)

    def _path(self, owner: str) -> Path:
        return self._folder / f"{owner}.lock"

    async def watch(self, key: int, work: Awaitable[None]) -> None:
        """Await ``work``, with the job's key in the file whenever its code runs."""
        await _Watched(self, key, work)

    def mark(self, running: bytes) -> None:
        """Write who runs now."""
        if self._box is not None:
            self._box[:] = running


@dataclass(frozen=True, slots=True)
class Death:
    """A process that died; ``key`` is the job whose code ran in that moment, if any."""

    path: Path
    key: int | None

    def bury(self) -> None:
        """Remove what it left."""
        self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[tuple[int | None, bool]]:
    """Give the open file and whether its lock was free; None for a file that is gone."""
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield None, True
        return
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield file, False
        else:
            yield file, True
    finally:
        os.close(file)


class _Watched:
    """Drives an awaitable step by step."""

    def __init__(self, lease: Lease, key: int, work: Awaitable[None]) -> None:
        self._lease = lease
        self._key = key.to_bytes(_BYTES, "little")
        self._work = work

    def __await__(self) -> Generator[Any, Any, None]:
        steps = self._work.__await__()
        value: Any = None
        thrown: BaseException | None = None
        while True:
            self._lease.mark(self._key)
            try:
                waits_for = steps.send(value) if thrown is None else steps.throw(thrown)
            except StopIteration:
                return
            finally:
                self._lease.mark(_NOBODY)
            value = thrown = None
            try:
                value = yield waits_for
            except GeneratorExit:
                steps.close()
                raise
            except BaseException as error:
                thrown = error
