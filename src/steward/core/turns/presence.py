"""Which processes run turns on the embedded database: a file lock tells, without a clock, that all others are dead.

Every process that runs turns holds a shared lock of the operating system on one file of the data folder, which the
kernel gives up in the moment the process dies and never before. Whoever finds the file unlocked is alone, so every
running turn in the database is one that nobody runs any more, and need not wait for its lease to be over.
"""

from __future__ import annotations

import fcntl
import os

from steward.settings import Settings


class Presence:
    """The presence of this process. On a database server there is none, and leases alone tell who is dead."""

    def __init__(self, settings: Settings) -> None:
        self._path = None if settings.is_postgres else settings.data_dir / "turns.lock"
        self._file: int | None = None
        self._is_left = False

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to do: entered, left for good, or a database server."""
        return self._path is None or self._file is not None or self._is_left

    def enter(self) -> bool:
        """Be present from now on and return whether nobody else is; then nobody can enter before ``settle``.

        Raises:
            OSError: the file cannot be written.
        """
        if self.is_settled or self._path is None:
            return False
        self._file = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(self._file, fcntl.LOCK_SH)
            return False
        return True

    def settle(self) -> None:
        """Let others enter beside this process."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def leave(self) -> None:
        """Be present no longer."""
        self._is_left = True
        if self._file is not None:
            os.close(self._file)
            self._file = None
