"""Transactions: ``await db.read(fn)`` and ``await db.write(fn)`` run a plain function on a database thread.

The function gets a ``Transaction``; it cannot await, so nothing outside can happen inside it. What must follow is
promised in it with ``tx.enqueue`` and told with ``tx.after_commit``. Nobody else commits.

SQLite: several readers, one writer at a time. PostgreSQL: as many as the pool has connections; a transaction begins
behind the wall of the tenant on whose behalf it runs (``kit.walls``, ``db.tables.walls``).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.session import JoinTransactionMode

from steward.db.walls import begin_behind, show_everything, stand_again
from steward.db.writer import Writer
from steward.kit import walls
from steward.kit.clock import Clock
from steward.kit.errors import Unavailable
from steward.kit.secrets import Sealer
from steward.ports.jobs import Enqueued, Job, JobQueue
from steward.settings import Settings

T = TypeVar("T")
Row = TypeVar("Row")

_SERIALIZATION_FAILURES = frozenset({"40001", "40P01"})
_DATA_ERRORS = "22"
"""The class of SQLSTATE whose sentences quote the value. Source: PostgreSQL, appendix A."""


class Transaction:
    """One open transaction.

    ``connection`` is for statements that are built once and run often: a prepared statement costs a seventh of one that
    is built on the way. ``session`` is made when it is first used; it is for rows as objects.
    """

    __slots__ = ("_after", "_has_savepoint", "_session", "_tenant", "_work", "connection", "now", "sealer")

    def __init__(
        self,
        connection: Connection,
        now: datetime,
        sealer: Sealer,
        *,
        has_savepoint: bool = False,
        tenant: int | None = None,
    ) -> None:
        self.connection = connection
        self.now = now
        self.sealer = sealer
        self._tenant = tenant
        self._has_savepoint = has_savepoint
        self._session: Session | None = None
        self._work: list[Enqueued] = []
        self._after: list[Callable[[], None]] = []

    @property
    def session(self) -> Session:
        """The session of this transaction."""
        if self._session is None:
            # A session whose flush fails rolls back. Where a transaction is shared it must not be all of it.
            mode: JoinTransactionMode = "create_savepoint" if self._has_savepoint else "conditional_savepoint"
            self._session = Session(
                self.connection, expire_on_commit=False, autoflush=False, join_transaction_mode=mode
            )
        return self._session

    @contextlib.contextmanager
    def whole_server(self) -> Iterator[None]:
        """Look beyond the wall of the tenant in this block: for what is there once on the whole server.

        Such as whether anybody has an address. It costs two statements on PostgreSQL, none where there is no wall.
        """
        if self._tenant is None:
            yield
            return
        show_everything(self.connection)
        yield
        stand_again(self.connection, self._tenant)

    def _finish_session(self) -> None:
        """Write what the session holds; its savepoint, where it has one, is released."""
        if self._session is None:
            return
        if self._has_savepoint:
            self._session.commit()
        else:
            self._session.flush()

    def add(self, row: Row) -> Row:
        """Insert the row at the next flush and return it."""
        self.session.add(row)
        return row

    def enqueue(
        self,
        job: Job,
        *,
        lock: str | None = None,
        unique: str | None = None,
        at: datetime | None = None,
        **arguments: Any,
    ) -> None:
        """Promise work: it exists exactly if this transaction commits."""
        self._work.append(Enqueued(job, arguments, lock=lock, unique=unique, at=at))

    def after_commit(self, tell: Callable[[], None]) -> None:
        """Call ``tell`` once the transaction is committed; for hints only, it may be lost."""
        self._after.append(tell)


class Database:
    """The engine, its threads and the one way to run a transaction."""

    def __init__(self, settings: Settings, clock: Clock, sealer: Sealer, jobs: JobQueue | None = None) -> None:
        self.engine = make_engine(settings)
        self.clock = clock
        self.jobs = jobs
        self._sealer = sealer
        self._is_sqlite = self.engine.dialect.name == "sqlite"
        self._readers = ThreadPoolExecutor(settings.database_threads, thread_name_prefix="db")
        self._writer = Writer(self.engine) if self._is_sqlite else None
        self._glancing: Connection | None = None

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Run ``work`` in a read transaction and return what it returns."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, walls.tenant(), work)

    async def glance(self, work: Callable[[Transaction], T]) -> T:
        """Run a read of a few prepared statements over indexed rows and return what it returns.

        On SQLite it runs right here: handing such a read to a thread costs more than the read, because each of its
        steps gives up the interpreter lock and must win it back (measured: 1.12 against 0.81 ms CPU a request). On
        PostgreSQL, where it would wait for the network, it is ``read``. Longer reads belong into ``read``.
        """
        if not self._is_sqlite:
            return await self.read(work)
        with _translated():
            if self._glancing is None:  # of this thread only, so it need not be fetched and put back each time
                self._glancing = self.engine.connect()
            try:
                return work(Transaction(self._glancing, self.clock.now(), self._sealer))
            finally:
                self._glancing.rollback()

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run ``work`` in a write transaction, commit it, and return what it returned.

        Raises:
            Unavailable: the database cannot be reached or is full.
        """
        if self._writer is None:
            return await asyncio.get_running_loop().run_in_executor(self._readers, self._write, walls.tenant(), work)
        with _translated():
            result: T = await self._writer.run(lambda connection: self._worked(connection, None, work))
            return result

    def read_now(self, work: Callable[[Transaction], T]) -> T:
        """Run a read transaction on this thread."""
        return self._read(walls.tenant(), work)

    def write_now(self, work: Callable[[Transaction], T]) -> T:
        """Run a write transaction on this thread; a serialization failure is tried again."""
        return self._write(walls.tenant(), work)

    def _read(self, tenant: int | None, work: Callable[[Transaction], T]) -> T:
        with _translated(), self.engine.connect() as connection:
            wall = self._begin(connection, tenant)
            return work(Transaction(connection, self.clock.now(), self._sealer, tenant=wall))

    def _write(self, tenant: int | None, work: Callable[[Transaction], T]) -> T:
        with _translated():
            for attempt in (1, 2, 3):
                try:
                    return self._write_once(tenant, work)
                except DBAPIError as error:
                    if attempt == 3 or getattr(error.orig, "sqlstate", None) not in _SERIALIZATION_FAILURES:
                        raise
        raise AssertionError("unreachable")

    def _write_once(self, tenant: int | None, work: Callable[[Transaction], T]) -> T:
        with self.engine.connect() as connection:
            if self._is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            result, after = self._worked(connection, self._begin(connection, tenant), work)
            connection.commit()
        after()
        return result

    def _begin(self, connection: Connection, tenant: int | None) -> int | None:
        """Return behind whose wall the connection now is; SQLite has none."""
        if tenant is None or self._is_sqlite:
            return None
        begin_behind(connection, tenant)
        return tenant

    def _worked(
        self, connection: Connection, wall: int | None, work: Callable[[Transaction], T]
    ) -> tuple[T, Callable[[], None]]:
        """Run ``work`` up to its commit; return what it returned and what to do after the commit."""
        tx = Transaction(connection, self.clock.now(), self._sealer, has_savepoint=self._is_sqlite, tenant=wall)
        try:
            result = work(tx)
            tx._finish_session()
        except BaseException:
            if tx._session is not None:
                tx._session.close()
            raise
        if tx._work:
            if self.jobs is None:
                raise RuntimeError("this database has no job queue")
            self.jobs.put(connection, tx._work)
        return result, lambda: self._after(tx)

    def _after(self, tx: Transaction) -> None:
        if tx._work and self.jobs is not None:
            self.jobs.wake(frozenset(item.job.queue for item in tx._work))
        for tell in tx._after:
            tell()

    def close(self) -> None:
        """End the threads and the connections; running transactions finish first."""
        self._readers.shutdown(wait=True)
        if self._writer is not None:
            self._writer.close()
        if self._glancing is not None:
            self._glancing.close()
        self.engine.dispose()


def make_engine(settings: Settings) -> Engine:
    """Return the SQLAlchemy engine for the configured database."""
    if settings.is_postgres:
        return _postgres_engine(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(
        f"sqlite:///{settings.sqlite_path}",
        connect_args={"check_same_thread": False, "timeout": 15, "isolation_level": None},
        pool_size=settings.database_threads + 2,
        max_overflow=4,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _postgres_engine(settings: Settings) -> Engine:
    url = settings.database_url.get_secret_value()
    rest = url.split("://", 1)[1]
    engine = create_engine(
        f"postgresql+psycopg://{rest}",
        pool_size=settings.database_threads,
        max_overflow=4,
        pool_pre_ping=True,
        pool_timeout=15,
        connect_args={"connect_timeout": 5},
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        hide_parameters=True,
    )
    event.listen(engine, "handle_error", _without_values)
    return engine


def _without_values(context: ExceptionContext) -> None:
    """Cut what a server adds to its refusal: details and context quote the row, and data errors the value itself."""
    error, told = context.original_exception, context.sqlalchemy_exception
    sentence = getattr(getattr(error, "diag", None), "message_primary", None)
    if sentence is None or told is None:  # not the server's words
        return
    name = type(error).__name__
    if str(getattr(error, "sqlstate", "")).startswith(_DATA_ERRORS):
        sentence = name
    error.args = (sentence,)
    told.args = (f"({type(error).__module__}.{name}) {sentence}",)


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "cache_size=-4000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


class _Translation(contextlib.AbstractContextManager["_Translation"]):
    """Turns a database that is away or full into ``Unavailable``."""

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, OperationalError):
            raise Unavailable("The database cannot be used just now; try again.", retry_after_seconds=2) from error


def _translated() -> _Translation:
    return _Translation()
