from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from planning_fixtures import People

from steward.core.tasks import NewTask, TaskChange, TaskService, TaskUnknown, TaskWish
from steward.db.database import Database
from steward.kit.actor import Actor
from steward.kit.clock import SettableClock
from steward.kit.errors import Invalid
from steward.kit.ids import new_id
from steward.kit.pages import Window


async def test_a_tenant_sees_all_its_tasks_newest_first_and_nobody_elses(tasks: TaskService, people: People) -> None:
    await tasks.create(people.ann, NewTask("One"))
    await tasks.create(people.ben, NewTask("Two"))
    await tasks.create(people.eve, NewTask("Hidden"))
    page = await tasks.list(people.ann)
    assert ([each.title for each in page.items], page.total) == (["Two", "One"], 2)
    assert page.window == Window(0, 50)


async def test_filters_hold_for_rows_and_total(tasks: TaskService, people: People) -> None:
    for number in range(4):
        made = await tasks.create(people.ann, NewTask(f"{number}", priority="high" if number % 2 else "low"))
        if number == 3:
            await tasks.change(people.ann, made.id, TaskChange(status="completed"))
    assert (await tasks.list(people.ann, priority="high")).total == 2
    assert [each.title for each in (await tasks.list(people.ann, status="completed")).items] == ["3"]
    page = await tasks.list(people.ann, priority="low", window=Window(1, 1))
    assert ([each.title for each in page.items], page.total) == (["0"], 2)


@pytest.mark.parametrize("filters", [{"status": "lost"}, {"priority": "urgent"}])
async def test_unknown_filters_are_refused(tasks: TaskService, people: People, filters: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        await tasks.list(people.ann, status=filters.get("status"), priority=filters.get("priority"))
    assert refused.value.fields.keys() == filters.keys()


async def test_the_documented_task_is_kept_whole(tasks: TaskService, people: People) -> None:
    made = await tasks.create(
        people.ann,
        NewTask(
            "Analyze quarterly sales data",
            "Generate insights from Q4 2025 sales data",
            "high",
            datetime(2026, 2, 15, tzinfo=UTC),
            details={"department": "sales", "quarter": "Q4"},
        ),
    )
    found = await tasks.get(people.ben, made.id)
    assert (found.status, found.priority, found.due_at) == ("pending", "high", datetime(2026, 2, 15, tzinfo=UTC))
    assert found.details == {"department": "sales", "quarter": "Q4"}
    assert (found.result, found.completed_at) == (None, None)


async def test_a_plain_due_date_is_the_end_of_that_day_where_the_person_lives(
    tasks: TaskService, people: People
) -> None:
    made = await tasks.create(people.ann, NewTask("Taxes", due=date(2024, 4, 15)))
    assert made.due_at == datetime(2024, 4, 16, 3, 59, 59, tzinfo=UTC)


async def test_completed_at_follows_the_status(tasks: TaskService, people: People, clock: SettableClock) -> None:
    made = await tasks.create(people.ann, NewTask("Milk"))
    clock.advance(60)
    done = await tasks.change(people.ann, made.id, TaskChange(status="completed", result={"insights": ["x"]}))
    assert done.completed_at == clock.now()
    clock.advance(60)
    again = await tasks.change(people.ann, made.id, TaskChange(status="completed", title="Oat milk"))
    assert (again.completed_at, again.title, again.result) == (done.completed_at, "Oat milk", {"insights": ["x"]})
    opened = await tasks.change(people.ann, made.id, TaskChange(status="pending"))
    assert (opened.completed_at, opened.number) == (None, 1)
    failed = await tasks.change(people.ann, made.id, TaskChange(status="failed", error="No data"))
    assert (failed.status, failed.error, failed.completed_at) == ("failed", "No data", None)


@pytest.mark.parametrize(
    "change",
    [
        TaskChange(title=" "),
        TaskChange(title="x" * 301),
        TaskChange(priority="urgent"),
        TaskChange(status="running"),
        TaskChange(details={"x": "y" * 30_000}),
        TaskChange(details={"x": object()}),
        TaskChange(description="x" * 20_001),
    ],
)
async def test_a_wrong_change_is_refused_and_changes_nothing(
    tasks: TaskService, people: People, change: TaskChange
) -> None:
    made = await tasks.create(people.ann, NewTask("Milk"))
    with pytest.raises(Invalid) as refused:
        await tasks.change(people.ann, made.id, change)
    assert refused.value.fields
    assert await tasks.get(people.ann, made.id) == await tasks.get(people.ben, made.id)
    assert (await tasks.get(people.ann, made.id)).title == "Milk"


async def test_another_tenants_task_does_not_exist(tasks: TaskService, people: People) -> None:
    made = await tasks.create(people.ann, NewTask("Milk"))
    for attempt in (
        tasks.get(people.eve, made.id),
        tasks.change(people.eve, made.id, TaskChange(title="x")),
        tasks.remove(people.eve, made.id),
        tasks.get(people.ann, new_id()),
    ):
        with pytest.raises(TaskUnknown):
            await attempt
    await tasks.remove(people.ann, made.id)
    with pytest.raises(TaskUnknown):
        await tasks.remove(people.ann, made.id)


async def test_own_pending_tasks_are_numbered_oldest_first(
    tasks: TaskService, people: People, database: Database
) -> None:
    ids = {}
    for title in ("Milk", "Bread", "Milk chocolate", "Eggs"):
        ids[title] = (await tasks.create(people.ann, NewTask(title, list_name="Shopping"))).id
        await tasks.create(people.ben, NewTask(f"Ben's {title}"))
    await tasks.change(people.ann, ids["Bread"], TaskChange(status="completed"))

    def listed(tx: object) -> list[tuple[str, int | None]]:
        page = tasks.page_in(tx, people.ann, TaskWish(list_name="shopping"), Window(1, 5))  # type: ignore[arg-type]
        return [(each.title, each.number) for each in page.items]

    assert database.read_now(listed) == [("Milk chocolate", 2), ("Eggs", 3)]

    def found(who: Actor, **wish: object) -> list[str]:
        return [each.title for each in database.read_now(lambda tx: tasks.find_in(tx, who, **wish))]  # type: ignore[arg-type]

    assert found(people.ann, number=2) == ["Milk chocolate"]
    assert found(people.ann, number=4) == found(people.ann, number=0) == []
    assert found(people.ann, words="the milk") == ["Milk"]
    assert found(people.ann, words="chocolate") == ["Milk chocolate"]
    assert found(people.ann, words="bread") == []
    assert found(people.eve, words="milk") == []


async def test_due_ranges_hold(tasks: TaskService, people: People, database: Database) -> None:
    for day in (1, 2, 3):
        await tasks.create(people.ann, NewTask(f"{day}", due=date(2024, 2, day)))
    await tasks.create(people.ann, NewTask("Whenever"))
    wish = TaskWish(due_from=date(2024, 2, 2), due_to=date(2024, 2, 2))
    page = database.read_now(lambda tx: tasks.page_in(tx, people.ann, wish, Window()))
    assert [each.title for each in page.items] == ["2"]


async def test_a_deleted_task_comes_back_as_it_was(
    tasks: TaskService, people: People, database: Database, clock: SettableClock
) -> None:
    for title in ("One", "Two", "Three"):
        await tasks.create(people.ann, NewTask(title, due=clock.now() + timedelta(days=1), details={"a": [1]}))
    two = (await tasks.list(people.ann)).items[1]
    kept = database.write_now(lambda tx: tasks.remove_in(tx, people.ann, two.id))
    database.write_now(lambda tx: tasks.restore_in(tx, people.ann, kept))
    assert await tasks.get(people.ann, two.id) == two
    assert [each.title for each in (await tasks.list(people.ann)).items] == ["Three", "Two", "One"]


async def test_a_list_takes_two_statements_however_long(
    tasks: TaskService,
    people: People,
    database: Database,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    for number in range(30):
        await tasks.create(people.ann, NewTask(f"{number}"))
    with statements() as seen:
        assert len((await tasks.list(people.ann)).items) == 30
        database.read_now(lambda tx: tasks.page_in(tx, people.ann, TaskWish(), Window(limit=30)))
    assert len(seen) == 4


async def test_hostile_titles_become_plain_text(tasks: TaskService, people: People) -> None:
    made = await tasks.create(people.ann, NewTask("<img src=x onerror=alert(1)>Milk'); DROP TABLE tasks;--\x00\n\nnow"))
    assert made.title == "Milk'); DROP TABLE tasks;-- now"
