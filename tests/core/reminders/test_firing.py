import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from planning_fixtures import HeardHints, KeptJobs, People

from steward.core.calendar import CalendarService, EventChange, NewEvent
from steward.core.notifications import NotificationService
from steward.core.reminders import Alert, NewReminder, ReminderService, ReminderView, firing
from steward.db.database import Database
from steward.kit.clock import SettableClock

DUE = datetime(2024, 1, 15, 18)  # 23:00 UTC


@pytest.fixture
async def due(reminders: ReminderService, people: People, clock: SettableClock) -> ReminderView:
    made = await reminders.create(people.ann, NewReminder("Call mum", DUE))
    clock.set(datetime(2024, 1, 15, 23, 0, 1, tzinfo=UTC))
    return made


async def told(notifications: NotificationService, people: People) -> list[str]:
    return [each.message for each in (await notifications.list(people.ann)).items]


async def test_a_reminder_waits_until_it_is_due(
    reminders: ReminderService, people: People, clock: SettableClock, jobs: KeptJobs
) -> None:
    made = await reminders.create(people.ann, NewReminder("Call mum", DUE))
    assert (await reminders.sweep()).queued == 0
    await reminders.fire(made.key)
    assert (await reminders.get(people.ann, made.id)).status == "pending"
    clock.set(datetime(2024, 1, 15, 23, tzinfo=UTC))
    assert (await reminders.sweep()).queued == 1
    assert [(work.job.name, dict(work.arguments)) for work in jobs.promised] == [
        ("fire_reminder", {"reminder_key": made.key})
    ]
    assert (await reminders.sweep()).queued == 0


async def test_a_due_reminder_is_told_once_and_hinted_live(
    reminders: ReminderService,
    notifications: NotificationService,
    people: People,
    due: ReminderView,
    live: HeardHints,
) -> None:
    await reminders.sweep()
    for _ in range(3):
        await reminders.fire(due.key)
    assert await told(notifications, people) == ["Call mum"]
    assert (await reminders.get(people.ann, due.id)).status == "fired"
    assert [channel for channel, hint in live.told if hint.startswith("notification:")] == [
        f"user:{people.ann.user_id}"
    ]
    assert (await notifications.list(people.ben)).total == 0


async def test_jobs_that_run_in_parallel_tell_once(
    reminders: ReminderService, notifications: NotificationService, people: People, due: ReminderView
) -> None:
    await reminders.sweep()
    await asyncio.gather(*(reminders.fire(due.key) for _ in range(12)))
    assert await told(notifications, people) == ["Call mum"]


async def test_a_process_that_dies_while_telling_leaves_nothing_and_the_next_one_tells(
    reminders: ReminderService,
    notifications: NotificationService,
    people: People,
    due: ReminderView,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Killed(BaseException):
        pass

    def dies(*_: object, **__: object) -> None:
        raise Killed

    await reminders.sweep()
    with monkeypatch.context() as patch:
        patch.setattr(firing, "_leave", dies)  # after the notification is written, before the row moves on
        with pytest.raises(Killed):
            await reminders.fire(due.key)
    assert await told(notifications, people) == []
    await reminders.fire(due.key)
    assert await told(notifications, people) == ["Call mum"]


async def test_a_reminder_whose_job_was_lost_is_promised_again_but_not_too_soon(
    reminders: ReminderService,
    notifications: NotificationService,
    people: People,
    due: ReminderView,
    clock: SettableClock,
    jobs: KeptJobs,
) -> None:
    await reminders.sweep()
    jobs.taken()
    clock.advance(14 * 60)
    assert (await reminders.sweep()).taken_back == 0
    clock.advance(2 * 60)
    swept = await reminders.sweep()
    assert (swept.taken_back, swept.queued, len(jobs.taken())) == (1, 1, 1)
    await reminders.fire(due.key)
    await reminders.fire(due.key)  # the lost job turns up after all
    assert len(await told(notifications, people)) == 1


async def test_a_sweep_takes_no_more_than_its_limit_and_the_earliest_first(
    reminders: ReminderService, people: People, clock: SettableClock, jobs: KeptJobs
) -> None:
    made = [
        await reminders.create(people.ann, NewReminder(f"{hour}", datetime(2024, 1, 16, hour))) for hour in (3, 1, 2)
    ]
    clock.set(datetime(2024, 1, 17, tzinfo=UTC))
    assert (await reminders.sweep(limit=2)).queued == 2
    assert [work.arguments["reminder_key"] for work in jobs.taken()] == [made[1].key, made[2].key]
    assert (await reminders.sweep(limit=2)).queued == 1


async def test_a_cancelled_reminder_is_not_told_even_if_its_job_runs(
    reminders: ReminderService, notifications: NotificationService, people: People, due: ReminderView
) -> None:
    await reminders.sweep()
    await reminders.cancel(people.ann, due.id)
    await reminders.fire(due.key)
    assert await told(notifications, people) == []


async def test_firing_what_does_not_exist_is_harmless(reminders: ReminderService) -> None:
    await reminders.fire(987_654)


async def test_a_repeated_reminder_keeps_its_wall_time_over_a_clock_change(
    reminders: ReminderService, notifications: NotificationService, people: People, clock: SettableClock
) -> None:
    clock.set(datetime(2024, 3, 8, 12, tzinfo=UTC))
    made = await reminders.create(people.ann, NewReminder("Pills", datetime(2024, 3, 9, 2, 30), "FREQ=DAILY"))
    dues = [made.due_at]
    for _ in range(3):
        clock.set(dues[-1])
        await reminders.sweep()
        await reminders.fire(made.key)
        dues.append((await reminders.get(people.ann, made.id)).due_at)
    assert [f"{due:%d %H:%M}" for due in dues] == ["09 07:30", "10 07:30", "11 06:30", "12 06:30"]
    assert await told(notifications, people) == ["Pills"] * 3


async def test_what_was_missed_while_nothing_ran_is_told_once_and_says_when_it_was_due(
    reminders: ReminderService, notifications: NotificationService, people: People, clock: SettableClock
) -> None:
    made = await reminders.create(people.ann, NewReminder("Water", DUE, "FREQ=HOURLY"))
    clock.set(datetime(2024, 1, 18, 12, 20, tzinfo=UTC))
    for _ in range(3):
        await reminders.sweep()
        await reminders.fire(made.key)
    assert await told(notifications, people) == ["Water (was due on Monday, January 15, at 6:00 PM)"]
    after = await reminders.get(people.ann, made.id)
    assert (after.status, after.due_at) == ("pending", datetime(2024, 1, 18, 13, tzinfo=UTC))


async def test_a_repetition_with_a_count_ends(
    reminders: ReminderService, notifications: NotificationService, people: People, clock: SettableClock
) -> None:
    made = await reminders.create(people.ann, NewReminder("Stretch", DUE, "FREQ=HOURLY;COUNT=3"))
    for _ in range(6):
        clock.advance(3600 * 13 if not await told(notifications, people) else 3600)
        await reminders.sweep()
        await reminders.fire(made.key)
    assert len(await told(notifications, people)) == 3
    assert (await reminders.get(people.ann, made.id)).status == "fired"


@pytest.fixture
def meeting() -> NewEvent:
    return NewEvent(
        "Meeting with John",
        datetime(2024, 1, 16, 14),
        datetime(2024, 1, 16, 15),
        reminders=[Alert("email", 15), Alert("push", 5), Alert("sms", 60)],
    )


async def run_all(reminders: ReminderService, jobs: KeptJobs) -> None:
    await reminders.sweep()
    for work in jobs.taken():
        await reminders.fire(**work.arguments)


async def test_the_reminder_of_an_event_says_its_title_and_time_in_the_persons_zone(
    calendar: CalendarService,
    reminders: ReminderService,
    notifications: NotificationService,
    people: People,
    clock: SettableClock,
    jobs: KeptJobs,
    meeting: NewEvent,
) -> None:
    event = await calendar.create(people.ann, meeting)
    clock.set(datetime(2024, 1, 16, 18, 45, tzinfo=UTC))
    await run_all(reminders, jobs)
    notices = (await notifications.list(people.ann)).items
    assert sorted(each.message for each in notices) == [
        "Meeting with John starts in 15 minutes, at 2:00 PM.",
        "Meeting with John starts in 15 minutes, at 2:00 PM.",
    ]
    assert notices[0].type == "calendar"
    assert notices[0].data["event_id"] == f"event_{event.id.hex}"
    assert notices[0].data["event_title"] == "Meeting with John"


async def test_reminders_follow_an_event_that_moves_and_die_with_it(
    calendar: CalendarService,
    reminders: ReminderService,
    notifications: NotificationService,
    people: People,
    clock: SettableClock,
    jobs: KeptJobs,
    meeting: NewEvent,
) -> None:
    event = await calendar.create(people.ann, meeting)
    await calendar.change(
        people.ann, event.id, EventChange(start=datetime(2024, 1, 17, 14), end=datetime(2024, 1, 17, 15))
    )
    clock.set(datetime(2024, 1, 16, 20, tzinfo=UTC))
    await run_all(reminders, jobs)
    assert await told(notifications, people) == []
    await calendar.change(people.ann, event.id, EventChange(status="cancelled"))
    clock.set(datetime(2024, 1, 17, 18, 59, tzinfo=UTC))
    assert (await reminders.sweep()).queued == 0
    assert await told(notifications, people) == []
    await calendar.change(people.ann, event.id, EventChange(status="confirmed"))
    await run_all(reminders, jobs)
    assert len(await told(notifications, people)) == 3
    await calendar.remove(people.ann, event.id)
    assert (await notifications.list(people.ann)).total == 3


async def test_an_event_of_the_past_does_not_remind(
    calendar: CalendarService,
    reminders: ReminderService,
    notifications: NotificationService,
    people: People,
    jobs: KeptJobs,
) -> None:
    await calendar.create(people.ann, NewEvent("History", datetime(2024, 1, 2, 9), datetime(2024, 1, 2, 10)))
    await run_all(reminders, jobs)
    assert await told(notifications, people) == []


async def test_a_recurring_event_reminds_of_each_occurrence_but_skipped_ones(
    calendar: CalendarService,
    reminders: ReminderService,
    notifications: NotificationService,
    people: People,
    database: Database,
    clock: SettableClock,
    jobs: KeptJobs,
) -> None:
    series = await calendar.create(
        people.ann,
        NewEvent(
            "Standup",
            datetime(2024, 1, 16, 0, 10),
            datetime(2024, 1, 16, 0, 20),
            recurrence="FREQ=WEEKLY;BYDAY=TU,WE",
            reminders=[Alert("push", 15)],
        ),
    )
    wednesday = (await calendar.list(people.ann, start=datetime(2024, 1, 17), end=datetime(2024, 1, 18))).items[0]
    database.write_now(lambda tx: calendar.cancel_in(tx, people.ann, wednesday))
    for _ in range(9 * 24):
        clock.advance(3600)
        await run_all(reminders, jobs)
    assert (await notifications.list(people.ann)).total == 3  # Tuesday, the Tuesday and Wednesday after
    assert (await calendar.get(people.ann, series.id)).status == "confirmed"


async def test_a_late_reminder_of_an_event_says_that_it_started(
    calendar: CalendarService,
    reminders: ReminderService,
    notifications: NotificationService,
    people: People,
    clock: SettableClock,
    jobs: KeptJobs,
    meeting: NewEvent,
) -> None:
    await calendar.create(people.ann, meeting)
    clock.set(datetime(2024, 1, 16, 19, 30, tzinfo=UTC) + timedelta(days=1))
    await run_all(reminders, jobs)
    assert set(await told(notifications, people)) == {"Meeting with John started on Tuesday, January 16, at 2:00 PM."}
