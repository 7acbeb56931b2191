from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from turn_scripts import Stage, staged

from steward.settings import Settings
from tests.houses import Templates


@pytest.fixture
def settings(tmp_path: Path, templates: Templates) -> Settings:
    """Settings of a house with a migrated SQLite file."""
    templates.sqlite(tmp_path)
    return Settings(data_dir=tmp_path, workers=0)


@pytest.fixture
async def stage(settings: Settings) -> AsyncIterator[Stage]:
    """A house with a scripted model, on SQLite."""
    async with staged(settings) as made:
        yield made


@pytest.fixture
async def both(house_settings: Settings) -> AsyncIterator[Stage]:
    """The same on SQLite and on PostgreSQL."""
    async with staged(house_settings) as made:
        yield made
