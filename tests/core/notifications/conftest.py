import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "reminders"))

from planning_fixtures import (  # noqa: F401 - fixtures are found by name
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
