"""Whole houses for tests: in this process on a clock that can be set, or as a real process that can be killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
from sqlalchemy import URL, Engine, insert, make_url

from steward.app import build_app, running
from steward.db.database import make_engine
from steward.db.migrate import migrate
from steward.db.tables import Base, Role
from steward.db.tables.access import BUILT_IN_ROLES
from steward.house import House, build_house
from steward.kit.clock import SettableClock
from steward.ports.model import ModelRegistry
from steward.settings import Settings

OWNER = "admin@localhost"
OWNER_PASSWORD = "a quiet harbour at dawn 42"
PASSWORD = "SecurePassword123!"
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


def without_steward() -> dict[str, str]:
    """Return this process's environment without Steward's settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("STEWARD_")}


def postgres_reachable() -> bool:
    """Whether there is a PostgreSQL server for tests."""
    try:
        psycopg.connect(POSTGRES, connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


TENANT_ROLE = "steward_test"
"""Whom tests sign in as at PostgreSQL: an ordinary role, because superusers see through the walls between tenants."""


@contextlib.contextmanager
def scratch_database(template: str | None = None) -> Iterator[str]:
    """Make a PostgreSQL database of its own and drop it afterwards; yield its address, for an ordinary role."""
    name = f"steward_test_{uuid4().hex[:12]}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        url = _ordinary(connection)
        copied = f" TEMPLATE {template}" if template else ""
        connection.execute(f"CREATE DATABASE {name} OWNER {TENANT_ROLE}{copied}")
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _ordinary(connection: psycopg.Connection[Any]) -> URL:
    """Return an address of the server for a role that may do nothing special, made now if need be."""
    with contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        connection.execute(f"CREATE ROLE {TENANT_ROLE} LOGIN PASSWORD '{TENANT_ROLE}'")
    return make_url(POSTGRES).set(username=TENANT_ROLE, password=TENANT_ROLE)


def make_schema(engine: Engine) -> None:
    """Make the tables without migrating, with the built-in roles in them."""
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        now = datetime.now(UTC)
        for name, rank in BUILT_IN_ROLES.items():
            connection.execute(insert(Role).values(name=name, rank=rank, created_at=now, updated_at=now))


def take_audit_guards_away(engine: Engine) -> None:
    """Do what somebody who owns the database could do: drop what keeps audit entries from being changed."""
    names = ("no_update", "no_delete") if engine.dialect.name == "sqlite" else ("no_change",)
    suffix = "" if engine.dialect.name == "sqlite" else " ON audit_entries"
    with engine.begin() as connection:
        for name in names:
            connection.exec_driver_sql(f"DROP TRIGGER audit_entries_{name}{suffix}")


class Templates:
    """Migrated databases that are copied, because migrating takes longer than copying."""

    def __init__(self, folder: Path) -> None:
        self._sqlite = Settings(data_dir=folder / "template")
        self._stack = contextlib.ExitStack()
        self._postgres: str | None = None
        engine = make_engine(self._sqlite)
        migrate(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()

    def sqlite(self, data_dir: Path) -> None:
        """Put a migrated SQLite file into the folder."""
        data_dir.mkdir(parents=True, exist_ok=True)
        shutil.copy(self._sqlite.sqlite_path, data_dir / "steward.db")

    @contextlib.contextmanager
    def postgres(self) -> Iterator[str]:
        """Make a migrated PostgreSQL database and yield its address."""
        if self._postgres is None:
            url = self._stack.enter_context(scratch_database())
            engine = make_engine(Settings(data_dir=self._sqlite.data_dir, database_url=url))
            migrate(engine)
            engine.dispose()
            self._postgres = url.rsplit("/", 1)[1]
        with scratch_database(self._postgres) as url:
            yield url

    def close(self) -> None:
        """Drop the templates."""
        self._stack.close()


@dataclass
class Person:
    """Somebody with an account, and a client that is signed in as them."""

    client: httpx2.AsyncClient
    email: str
    user: Mapping[str, Any]
    token: str
    refresh_token: str

    async def get(self, path: str, **more: Any) -> httpx2.Response:
        """GET as this person."""
        return await self.request("GET", path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        """POST JSON as this person."""
        return await self.request("POST", path, json=body if body is not None else {}, **more)

    async def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """Send a request as this person."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **more)

    async def say(self, text: str, conversation: str | None = None) -> dict[str, Any]:
        """Write a message and return the assistant's."""
        if conversation is None:
            reply = await self.post("/api/v1/chat/messages", {"message": text})
            assert reply.status_code == 200, reply.text
            return reply.json()["data"]
        reply = await self.post(f"/api/v1/chat/conversations/{conversation}/messages", {"message": text})
        assert reply.status_code == 200, reply.text
        return reply.json()


@dataclass
class Home:
    """A house that runs in this process, reached through its ASGI application."""

    house: House
    clock: SettableClock
    client: httpx2.AsyncClient
    made: list[str] = field(default_factory=list)

    async def person(self, email: str | None = None, **fields: Any) -> Person:
        """Register somebody and sign them in."""
        email = email or f"person{len(self.made) + 1}@example.com"
        self.made.append(email)
        registered = await self.client.post(
            "/api/v1/auth/register", json={"email": email, "password": PASSWORD, "full_name": "Ada Byron", **fields}
        )
        assert registered.status_code == 201, registered.text
        return await self.sign_in(email, PASSWORD)

    async def owner(self) -> Person:
        """Sign the owner in, made now if need be."""
        await self.house.services.accounts.ensure_owner(OWNER, OWNER_PASSWORD)
        return await self.sign_in(OWNER, OWNER_PASSWORD)

    async def sign_in(self, email: str, password: str) -> Person:
        """Sign somebody in who has an account."""
        reply = await self.client.post("/api/v1/auth/login", json={"email": email, "password": password})
        assert reply.status_code == 200, reply.text
        grant = reply.json()
        return Person(self.client, email, grant["user"], grant["access_token"], grant["refresh_token"])


@contextlib.asynccontextmanager
async def home(
    settings: Settings, *, at: datetime | None = None, models: ModelRegistry | None = None
) -> AsyncIterator[Home]:
    """Run a house in this process on a clock that stands at ``at``."""
    if "rate_limit_scale" not in settings.model_fields_set:
        settings = settings.model_copy(update={"rate_limit_scale": 0.0})  # only tests about limits want limits
    clock = SettableClock(at or datetime(2024, 1, 15, 15, 30, tzinfo=UTC))
    house = build_house(settings, clock, models)
    app = build_app(house)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with (
        running(house, {}),
        httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000", timeout=30) as client,
    ):
        yield Home(house, clock, client)


class Process:
    """``steward serve`` as a process of its own, on a free port, that can be killed and started again."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self._environment = {
            **without_steward(),
            "STEWARD_DATA_DIR": str(data_dir),
            "STEWARD_OWNER_PASSWORD": OWNER_PASSWORD,
            "STEWARD_RATE_LIMIT_SCALE": "0",
            **environment,
        }
        data_dir.mkdir(parents=True, exist_ok=True)
        self.data_dir = data_dir
        self._log = data_dir / "stderr.log"
        self.url = ""
        self.popen: subprocess.Popen[str] | None = None

    def start(self, patience_seconds: float = 60) -> None:
        """Start the server and wait until it answers."""
        with self._log.open("ab") as log:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "steward", "serve", "--port", "0"],
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.popen.stdout is not None
        until = time.monotonic() + patience_seconds
        while time.monotonic() < until:
            line = self.popen.stdout.readline()
            if "is up:" in line:
                self.url = line.split("is up:")[1].strip()
                return
            if not line and self.popen.poll() is not None:
                break
        self.kill()
        raise AssertionError(f"the server did not start:\n{self.log()}")

    def kill(self) -> None:
        """End it with SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it with SIGTERM and return its exit status."""
        return self._end(signal.SIGTERM)

    def log(self) -> str:
        """Return what it wrote to standard error."""
        return self._log.read_text(errors="replace")

    def _end(self, number: signal.Signals) -> int:
        if self.popen is None:
            return 0
        self.popen.send_signal(number)
        status = self.popen.wait(timeout=40)
        if self.popen.stdout is not None:
            self.popen.stdout.close()
        self.popen = None
        return status
