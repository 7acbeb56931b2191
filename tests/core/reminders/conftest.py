from planning_fixtures import (  # noqa: F401 - fixtures are found by name
    calendar,
    clock,
    database,
    jobs,
    live,
    notifications,
    people,
    reminders,
    statements,
)
