import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "reminders"))

import pytest
from planning_fixtures import (  # noqa: F401 - fixtures are found by name
    People,
    calendar,
    clock,
    database,
    jobs,
    live,
    notes,
    notifications,
    people,
    reminders,
    statements,
    tasks,
    toolbox,
)
from talking import Talk

from steward.core.tools import Toolbox
from steward.db.database import Database


@pytest.fixture
def ann(database: Database, toolbox: Toolbox, people: People) -> Talk:  # noqa: F811
    return Talk(database, toolbox, people.ann)


@pytest.fixture
def ben(database: Database, toolbox: Toolbox, people: People) -> Talk:  # noqa: F811
    return Talk(database, toolbox, people.ben)
