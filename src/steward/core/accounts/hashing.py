"""Hashing passwords with argon2id on a few threads of its own, so that a crowd at the door leaves the house usable."""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from secrets import token_bytes
from threading import Lock, get_native_id
from typing import TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from steward.core.accounts.errors import HasherBusy
from steward.core.accounts.passwords import password_bytes

T = TypeVar("T")
_SALT_BYTES, _HASH_BYTES = 16, 32
_NICENESS = 5


class PasswordHasher:
    """argon2id, 19 MiB and two passes unless told otherwise: about 28 ms on one core.

    ``threads`` hash at once and ``queue`` more wait; who comes after that is told to come back.
    Source: OWASP ASVS 5.0, appendix C.
    """

    def __init__(
        self, *, threads: int = 2, queue: int = 50, memory_kib: int = 19456, passes: int = 2, lanes: int = 1
    ) -> None:
        self._argon = argon2.PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=lanes, hash_len=_HASH_BYTES, salt_len=_SALT_BYTES
        )
        self._nobody = _hash_of_nobody(memory_kib, passes, lanes)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="hash", initializer=_step_back)
        self._room = threads + queue
        self._inside = 0
        self._lock = Lock()

    async def hash(self, password: str) -> str:
        """Return the encoded hash of a password that the rules accepted.

        Raises:
            HasherBusy: the queue is full.
        """
        return await self.run(lambda: self.hash_now(password))

    def hash_now(self, password: str) -> str:
        """Return the encoded hash, made on this thread."""
        data = password_bytes(password)
        if data is None:
            raise ValueError("a password that the rules refuse cannot be hashed")
        return self._argon.hash(data)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one place in the queue from now on, for work before the hashing that is not worth doing without it.

        Raises:
            HasherBusy: the queue is full.
        """
        self._enter()
        try:
            yield
        finally:
            self._leave()

    async def verify(self, password: str, stored: str | None, *, has_place: bool = False) -> tuple[bool, str | None]:
        """Return whether the password belongs to the hash, and a new hash where the parameters have risen since.

        With ``stored`` None it takes as long and says no: the clock does not tell who has an account. ``has_place``
        says that the caller holds one.

        Raises:
            HasherBusy: the queue is full.
        """
        if has_place:
            return await asyncio.wrap_future(self._pool.submit(self._verify, password, stored))
        return await self.run(lambda: self._verify(password, stored))

    async def run(self, work: Callable[[], T]) -> T:
        """Run other heavy work about passwords on the same threads, within the same limits.

        Raises:
            HasherBusy: the queue is full.
        """
        self._enter()
        future = self._pool.submit(work)
        future.add_done_callback(self._leave)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """End the threads; what they are at is finished first."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _enter(self) -> None:
        with self._lock:
            if self._inside >= self._room:
                raise HasherBusy(retry_after_seconds=1)
            self._inside += 1

    def _leave(self, _done: Future[T] | None = None) -> None:
        with self._lock:
            self._inside -= 1

    def _verify(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        data = password_bytes(password)
        against = stored if stored is not None and data is not None else self._nobody
        try:
            self._argon.verify(against, data or b"")
        except (VerificationError, InvalidHashError):
            return False, None
        if data is None or stored is None:
            return False, None
        return True, self._argon.hash(data) if self._argon.check_needs_rehash(stored) else None


def _step_back() -> None:
    """Let this thread wait for the others where it matters: hashing is long, an answer is short."""
    if sys.platform == "linux":  # elsewhere a priority is the whole process's
        os.setpriority(os.PRIO_PROCESS, get_native_id(), _NICENESS)


def _hash_of_nobody(memory_kib: int, passes: int, lanes: int) -> str:
    """Return a hash that looks like the others and that no known password has, without the cost of making one."""
    salt, digest = (base64.b64encode(token_bytes(size)).decode().rstrip("=") for size in (_SALT_BYTES, _HASH_BYTES))
    return f"$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${digest}"
