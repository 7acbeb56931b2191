"""The migrated schema is the one that the tables say, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

import steward.db
from steward.db.database import make_engine
from steward.db.migrate import HEAD, current, migrate
from steward.db.tables import Base
from steward.settings import Settings
from tests.houses import scratch_database

_NOT_OURS = ("procrastinate_", "alembic_version")


def _is_ours(name: str | None, kind: str, *_: object) -> bool:
    return not (kind == "table" and (name or "").startswith(_NOT_OURS))


def _differences(settings: Settings) -> list[object]:
    engine = make_engine(settings)
    assert current(engine) is None
    migrate(engine)
    assert current(engine) == HEAD
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": settings.is_postgres,
                "include_object": lambda _, name, kind, *rest: _is_ours(name, kind),
            },
        )
        found = compare_metadata(context, Base.metadata)
    tables = set(inspect(engine).get_table_names())
    engine.dispose()
    assert set(Base.metadata.tables) <= tables
    return found


def test_the_migrated_sqlite_schema_is_that_of_the_tables(tmp_path: Path) -> None:
    assert _differences(Settings(data_dir=tmp_path)) == []


@pytest.mark.postgres
def test_the_migrated_postgres_schema_is_that_of_the_tables(tmp_path: Path, has_postgres: bool) -> None:
    if not has_postgres:
        pytest.skip("no PostgreSQL on 127.0.0.1:5432 (name another with TEST_POSTGRES_URL)")
    with scratch_database() as url:
        assert _differences(Settings(data_dir=tmp_path, database_url=url)) == []


def test_every_row_has_an_integer_key_and_an_id() -> None:
    for table in Base.metadata.tables.values():
        assert list(table.primary_key.columns.keys()) == ["key"], table.name
    assert [name for name, table in Base.metadata.tables.items() if "id" not in table.columns] == []


def test_the_newest_version_is_that_of_the_files() -> None:
    names = sorted(path.stem for path in (Path(steward.db.__file__).parent / "migrations/versions").glob("[0-9]*.py"))
    assert names[-1].split("_")[0] == HEAD
