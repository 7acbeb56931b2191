"""Which processes run turns: a lock that ends with its process tells, without a clock, which of them are dead.

On the embedded database every process that runs turns holds a shared lock of the operating system on one file of the
data folder. Whoever finds the file unlocked is alone, so every running turn is one that nobody runs any more.

On a database server every process holds an advisory lock under a number of its own, on a connection that it uses for
nothing else. The server gives the lock up when the process dies, and the turns that bear its number are free.

Where neither tells (another machine lost its power, a pooler stands before the server), leases do.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import threading
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from steward.settings import Settings

LOCK_SPACE = 0x5354
"""The first number of every lock, which parts them from advisory locks for other ends."""
_LOCK = text("SELECT pg_advisory_lock_shared(:space, :number)")
_PROOF = text("SELECT 1")


class Presence(Protocol):
    """The presence of this process among those that run turns."""

    @property
    def holder(self) -> int | None:
        """The number under which it is present, to be written into its turns; None where there are no numbers."""
        ...

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to do: entered, or left for good."""
        ...

    def enter(self) -> bool:
        """Be present from now on and return whether nobody else is; then nobody can enter before ``settle``."""
        ...

    def settle(self) -> None:
        """Let others enter beside this process."""
        ...

    def confirm(self) -> None:
        """Look whether the lock is still held; where it is not, ``is_settled`` is False afterwards."""
        ...

    def leave(self) -> None:
        """Be present no longer."""
        ...


def make_presence(settings: Settings, engine: Engine) -> Presence:
    """Return the presence of this process, not entered yet."""
    return ServerPresence(engine) if settings.is_postgres else FilePresence(settings)


class FilePresence:
    """Presence by a lock on a file: for the embedded database."""

    holder = None

    def __init__(self, settings: Settings) -> None:
        self._path = settings.data_dir / "turns.lock"
        self._file: int | None = None
        self._is_left = False

    @property
    def is_settled(self) -> bool:
        """Whether it is entered or left for good."""
        return self._file is not None or self._is_left

    def enter(self) -> bool:
        """Be present and return whether nobody else is.

        Raises:
            OSError: the file cannot be written.
        """
        if self.is_settled:
            return False
        self._file = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(self._file, fcntl.LOCK_SH)
            return False
        return True

    def settle(self) -> None:
        """Turn the lock into a shared one."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def confirm(self) -> None:
        """Do nothing: the kernel keeps the lock as long as the process lives."""

    def leave(self) -> None:
        """Give the lock up."""
        self._is_left = True
        if self._file is not None:
            os.close(self._file)
            self._file = None


class ServerPresence:
    """Presence by an advisory lock of a PostgreSQL session; its methods but the properties are for database threads."""

    def __init__(self, engine: Engine) -> None:
        self.holder = secrets.randbits(31)
        self._engine = engine
        self._connection: Connection | None = None
        self._is_left = False
        self._guard = threading.Lock()

    @property
    def is_settled(self) -> bool:
        """Whether it is entered or left for good."""
        return self._connection is not None or self._is_left

    def enter(self) -> bool:
        """Take the lock on a connection of its own; False, for who is dead is told by the locks of the others.

        Raises:
            OperationalError: the server cannot be reached.
        """
        with self._guard:
            if not self.is_settled:
                connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                connection.detach()
                # Shared, so that a session of this process that the server still believes in is not waited for.
                connection.execute(_LOCK, {"space": LOCK_SPACE, "number": self.holder})
                self._connection = connection
        return False

    def settle(self) -> None:
        """Do nothing: nobody was kept out."""

    def confirm(self) -> None:
        """Ask the server for a sign of life on the connection that holds the lock."""
        with self._guard:
            if self._connection is None:
                return
            try:
                self._connection.execute(_PROOF)
            except DBAPIError:
                self._connection.invalidate()
                self._connection.close()
                self._connection = None

    def leave(self) -> None:
        """End the session that holds the lock."""
        with self._guard:
            self._is_left = True
            if self._connection is not None:
                self._connection.close()
                self._connection = None
