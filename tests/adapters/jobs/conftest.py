"""Every test of the queue runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from jobs_scratch import Bench, scratch_postgres, scratch_sqlite

from steward.settings import Settings


@pytest.fixture(scope="session")
def postgres_settings() -> Iterator[Settings]:
    with scratch_postgres() as settings:
        yield settings


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scratch_sqlite(tmp_path_factory.mktemp("template")).sqlite_path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        made = Settings(data_dir=tmp_path)
        shutil.copy(request.getfixturevalue("sqlite_template"), made.sqlite_path)
        return made
    shared: Settings = request.getfixturevalue("postgres_settings")
    with psycopg.connect(shared.database_url.get_secret_value(), autocommit=True) as connection:
        connection.execute("TRUNCATE procrastinate_jobs, procrastinate_workers RESTART IDENTITY CASCADE")
    return shared


@pytest.fixture
def bench(settings: Settings) -> Iterator[Bench]:
    made = Bench(settings)
    yield made
    made.database.close()
