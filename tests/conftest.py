"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from steward.settings import Settings
from tests.fakes.oauth_server import CLIENT_ID, CLIENT_SECRET, OAuthServer
from tests.houses import Home, Process, Templates, home, postgres_reachable

EVERYTHING = os.environ.get("STEWARD_TEST_ALL") == "1"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("STEWARD_") and not name.startswith("STEWARD_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = Templates(tmp_path_factory.mktemp("templates"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def has_postgres() -> bool:
    return postgres_reachable()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house_settings(
    request: pytest.FixtureRequest, tmp_path: Path, templates: Templates, has_postgres: bool
) -> Iterator[Settings]:
    """Settings of a house with a migrated database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        templates.sqlite(tmp_path)
        yield Settings(data_dir=tmp_path, workers=0)
        return
    if not has_postgres:
        pytest.skip("no PostgreSQL on 127.0.0.1:5432 (name another with TEST_POSTGRES_URL)")
    with templates.postgres() as url:
        yield Settings(data_dir=tmp_path, workers=0, database_url=url)


@pytest.fixture
async def at_home(house_settings: Settings) -> AsyncIterator[Home]:
    """A house in this process, without workers, its clock at Monday 2024-01-15 15:30 UTC."""
    async with home(house_settings) as made:
        yield made


@pytest.fixture
async def here(tmp_path: Path, templates: Templates) -> AsyncIterator[Home]:
    """As ``at_home``, on SQLite only: for what does not touch SQL of its own."""
    templates.sqlite(tmp_path)
    async with home(Settings(data_dir=tmp_path, workers=0)) as made:
        yield made


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One real server process for the whole run, with a Google that is the fake provider."""
    with OAuthServer() as google:
        client = {"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET, "BASE_URL": google.url}
        environment = {f"STEWARD_GOOGLE_{name}": value for name, value in client.items()}
        process = Process(tmp_path_factory.mktemp("server"), **environment)
        process.start()
        yield process
        process.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where nothing may be left out, a skip for a missing service is a failure."""
    if EVERYTHING:
        for item in items:
            item.user_properties.append(("must_run", True))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    if EVERYTHING and report.skipped and ("must_run", True) in item.user_properties:
        report.outcome = "failed"
        report.longrepr = f"left out, but nothing may be: {report.longrepr}"
