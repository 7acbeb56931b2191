"""A turn whose process died is finished by another: once, with what its tools did, and told so."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text, update
from turn_scripts import Stage, call, end_of, gathered, staged, text_of

from steward.core.turns import Failed, Finished, Numbered, Restarted, Started, TurnService, TurnWish
from steward.core.turns.store import LEASE
from steward.core.turns.takeover import SILENCE
from steward.db.tables import Message, Notification, Reminder, Task, Turn, User
from steward.house import House, build_house
from steward.kit.errors import Unavailable
from steward.settings import Settings

NEVER = 3600
on_a_database_server = pytest.mark.parametrize(
    "house_settings", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


class Doomed:
    """A second process on the same database, which dies in the middle of its turns."""

    def __init__(self, stage: Stage) -> None:
        self.house: House = build_house(stage.house.settings, stage.clock, stage.model)
        self.turns: TurnService = self.house.services.turns
        self._stage = stage

    async def begin(self, message: str = "hello", conversation: UUID | None = None) -> Started:
        """Begin a turn."""
        [first] = await anext(self.turns.take_turn(self._stage.actor, TurnWish(message, conversation)))
        assert isinstance(first.event, Started)
        return first.event

    def freeze(self) -> None:
        """Keep nothing and renew nothing from now on; what waits, waits."""
        for live in self.turns._live.values():
            if live.keeper is not None:
                live.keeper.cancel()

    async def die(self) -> None:
        """End as a killed process ends: in the middle, leaving everything as it is."""
        self.freeze()
        for live in list(self.turns._live.values()):
            assert live.task is not None
            live.task.cancel()
            await asyncio.wait([live.task])
        self.turns._presence.leave()


@pytest.fixture
async def doomed(both: Stage) -> AsyncIterator[Doomed]:
    made = Doomed(both)
    yield made
    await made.die()
    made.house.hasher.close()
    made.house.db.close()


async def promised(stage: Stage) -> list[int]:
    """Sweep and return the turns whose resumption is promised, in order."""
    await stage.house.services.turns.sweep()
    query = text("SELECT args FROM procrastinate_jobs WHERE task_name = 'resume_turn' AND status = 'todo' ORDER BY id")

    def read(tx):  # type: ignore[no-untyped-def]
        import json

        found = tx.session.execute(query).scalars()
        return [(json.loads(row) if isinstance(row, str) else row)["turn_key"] for row in found]

    return await stage.house.db.read(read)  # type: ignore[no-any-return]


async def resume(stage: Stage) -> None:
    """Do what is promised, as the workers would."""
    stage.clock.advance(LEASE.total_seconds() + 1)
    for turn_key in await promised(stage):
        await stage.house.services.turns.resume(turn_key)


async def test_a_turn_is_resumed_only_when_its_lease_is_over(both: Stage, doomed: Doomed) -> None:
    await both.ask("we are two")
    both.model.script(["half", NEVER], ["whole"])
    began = await doomed.begin()
    await both.until(lambda: len(both.model.requests) == 2)
    doomed.freeze()
    both.clock.advance(LEASE.total_seconds() - 1)
    assert await promised(both) == []
    both.clock.advance(1)
    [turn_key] = await promised(both)
    assert await promised(both) == [turn_key], "a second sweep promises nothing twice"
    await both.house.services.turns.resume(turn_key)
    await both.house.services.turns.resume(turn_key)
    [row] = await both.rows(Message.content, Message.status, id=began.message_id)
    assert tuple(row) == ("whole", "completed")
    assert len(both.model.requests) == 3


async def test_what_tools_did_before_the_death_is_kept_and_not_done_again(both: Stage, doomed: Doomed) -> None:
    await both.ask("we are two")
    both.model.script(
        ["Adding.", call("add_task", title="milk"), call("add_task", title="bread")],
        ["Done, ", NEVER],
        ["Both are on the list."],
    )
    began = await doomed.begin("add milk and bread")
    await both.until(lambda: len(both.model.requests) == 3)
    await doomed.die()
    await resume(both)
    assert await both.task_titles() == ["milk", "bread"]
    [row] = await both.rows(Message.content, Message.actions, id=began.message_id)
    assert row[0] == "Both are on the list."
    assert [action["data"]["title"] for action in row[1]] == ["milk", "bread"]
    told = both.model.requests[-1].messages
    assert [message.role for message in told] == ["system", "user", "assistant", "tool", "tool"]
    assert [made.name for made in told[2].tool_calls] == ["add_task", "add_task"]
    [turn] = [row for row in await both.rows(Turn.tools_used, Turn.attempts) if row[1] == 2]
    assert turn[0] == ["add_task", "add_task"]


@pytest.mark.parametrize("kept", [True, False])
async def test_a_reader_of_the_dead_process_is_told_that_its_text_is_void_and_gets_the_whole(
    both: Stage, doomed: Doomed, kept: bool
) -> None:
    await both.ask("we are two")
    both.model.script(["a ", "b ", *([0.4] if kept else []), "c ", "d ", NEVER], ["the whole"])
    began = await doomed.begin()
    seen: list[Numbered] = []
    async for group in doomed.turns.follow(both.actor, began.message_id):
        seen += group
        if text_of(seen) == "a b c d ":
            break
    await doomed.die()
    await resume(both)
    for after in (0, 1, 3, 5):
        rest = await both.follow(began.message_id, after)
        assert [item.number for item in rest] == sorted({item.number for item in rest})
        assert rest[0].number > after
        restart = next(place for place, item in enumerate(rest) if item.event == Restarted())
        assert text_of(rest[restart:]) == "the whole"
        if after == 0:
            assert isinstance(rest[0].event, Started)
    assert isinstance(end_of(rest), Finished)


async def test_a_process_that_was_frozen_and_wakes_up_does_nothing_more_for_a_turn_it_lost(
    both: Stage, doomed: Doomed
) -> None:
    await both.ask("we are two")
    go_on = asyncio.Event()
    both.model.script(["old ", go_on, call("add_task", title="from the grave")], ["new"])
    began = await doomed.begin()
    reading = asyncio.create_task(gathered(doomed.turns.follow(both.actor, began.message_id)))
    await both.until(lambda: len(both.model.requests) == 2)
    doomed.freeze()
    await resume(both)
    go_on.set()
    events = await reading
    assert not isinstance(events[-1].event, Finished | Failed), "its readers come back and are told by the other"
    assert await both.rows(Task.title) == []
    [row] = await both.rows(Message.content, Message.status, id=began.message_id)
    assert tuple(row) == ("new", "completed")


async def test_a_frozen_process_does_not_overwrite_the_end_that_another_stored(both: Stage, doomed: Doomed) -> None:
    await both.ask("we are two")
    go_on = asyncio.Event()
    both.model.script([go_on, "old"], ["new"])
    asked = asyncio.create_task(doomed.turns.answer(both.actor, TurnWish("hello")))
    await both.until(lambda: len(both.model.requests) == 2)
    doomed.freeze()
    await resume(both)
    go_on.set()
    with pytest.raises(Unavailable):
        await asked
    assert [row[0] for row in await both.rows(Message.content, role="assistant")][1:] == ["new"]


async def test_the_turns_of_one_conversation_are_resumed_in_their_order(both: Stage, doomed: Doomed) -> None:
    await both.ask("we are two")
    both.model.script([NEVER])
    began = await doomed.begin("one")
    await doomed.begin("two", began.conversation_id)
    await both.until(lambda: len(both.model.requests) == 2)
    await doomed.die()
    both.clock.advance(LEASE.total_seconds() + 1)
    turns = both.house.services.turns
    both.model.script(["answer one"], ["answer two"], ["answer three"])
    later = asyncio.create_task(both.ask("three", began.conversation_id))
    [first] = await promised(both)
    await turns.resume(first)
    assert (await promised(both))[-1] > first, "the next is promised as soon as it is its turn"
    await turns.resume((await promised(both))[-1])
    assert (await later).message.content == "answer three"
    assert [row[0] for row in await both.rows(Message.content) if row[0].startswith("answer")] == [
        *("answer one", "answer two", "answer three"),
    ]
    assert [message.content for message in both.model.requests[-1].messages[1:]] == [
        *("one", "answer one", "two", "answer two", "three"),
    ]


async def test_a_turn_that_was_cancelled_while_its_process_was_dead_is_not_asked_again(
    both: Stage, doomed: Doomed
) -> None:
    await both.ask("we are two")
    both.model.script(["half", NEVER])
    began = await doomed.begin()
    await both.until(lambda: len(both.model.requests) == 2)
    await doomed.die()
    assert await both.house.services.turns.cancel(both.actor, began.message_id)
    await resume(both)
    assert [row[0] for row in await both.rows(Message.status, id=began.message_id)] == ["cancelled"]
    assert len(both.model.requests) == 2
    assert getattr(end_of(await both.follow(began.message_id)), "cancelled", None)


async def test_a_turn_that_killed_its_process_five_times_is_given_up(both: Stage) -> None:
    await both.ask("we are two")
    both.model.script(*[[NEVER]] * 5)
    first = Doomed(both)
    began = await first.begin()
    for tries in range(2, 7):
        await both.until(lambda: len(both.model.requests) == tries)  # noqa: B023
        await first.die()
        first.house.hasher.close()
        first.house.db.close()
        both.clock.advance(LEASE.total_seconds() + 1)
        turn_key = (await promised(both))[0]
        if tries < 6:
            first = Doomed(both)
            asyncio.get_running_loop().create_task(_quietly(first.turns.resume(turn_key)))
    await both.house.services.turns.resume(turn_key)
    [row] = await both.rows(Turn.status, Turn.error_code, Turn.attempts, key=turn_key)
    assert tuple(row) == ("failed", "TURN_INTERRUPTED", 6)
    assert (await both.ask("again", began.conversation_id)).status == "completed"


async def _quietly(work) -> None:  # type: ignore[no-untyped-def]
    with contextlib.suppress(Unavailable):
        await work


@pytest.mark.parametrize("why", ["conversation", "account"])
async def test_a_turn_that_nobody_may_finish_ends_and_is_not_promised_again(
    both: Stage, doomed: Doomed, why: str
) -> None:
    await both.ask("we are two")
    both.model.script(["half", NEVER])
    began = await doomed.begin()
    await both.until(lambda: len(both.model.requests) == 2)
    await doomed.die()
    if why == "conversation":
        await both.house.services.conversations.remove(both.actor, began.conversation_id)
    else:
        switch_off = update(User).where(User.key == both.actor.user_key).values(is_active=False)
        await both.house.db.write(lambda tx: tx.session.execute(switch_off) and None)
    await resume(both)
    [row] = await both.rows(Turn.status, Turn.lease_until, id=began.turn_id)
    assert tuple(row) == ({"conversation": "cancelled", "account": "failed"}[why], None)
    assert len(both.model.requests) == 2


async def test_a_process_that_ends_in_order_gives_its_turns_to_the_next_at_once(both: Stage, doomed: Doomed) -> None:
    await both.ask("we are two")
    both.model.script(["half", NEVER], [0.2, "in time"], ["whole"])
    left = await doomed.begin("long")
    await both.until(lambda: len(both.model.requests) == 2)
    right = asyncio.create_task(doomed.turns.answer(both.actor, TurnWish("short")))
    await both.until(lambda: len(both.model.requests) == 3)
    await doomed.turns.close(grace_seconds=0.5)
    assert (await right).message.content == "in time"
    with pytest.raises(Unavailable):
        await doomed.turns.answer(both.actor, TurnWish("too late"))
    with pytest.raises(Unavailable):
        await doomed.turns.resume(1)
    [turn_key] = await promised(both)
    await both.house.services.turns.resume(turn_key)
    assert [row[0] for row in await both.rows(Message.content, id=left.message_id)] == ["whole"]


async def test_on_the_embedded_database_the_next_process_frees_the_turns_of_the_dead_at_once(
    settings: Settings,
) -> None:
    async with staged(settings) as stage:
        dead, late = Doomed(stage), Doomed(stage)
        stage.model.script(["half", NEVER], ["whole"])
        began = await dead.begin()
        await stage.until(lambda: stage.model.requests)
        assert await promised(stage) == [], "while it lives, its turns are its own"
        stage.house.services.turns._presence.leave()
        await dead.die()
        assert await promised(stage) == [], "who has left does not look any more"
        await late.turns.sweep()
        [turn_key] = await promised(stage)
        await late.turns.resume(turn_key)
        assert [row[0] for row in await stage.rows(Message.content, id=began.message_id)] == ["whole"]
        for one in (dead, late):
            await one.turns.close()
            one.house.hasher.close()
            one.house.db.close()


async def test_the_first_message_after_a_restart_waits_for_the_one_that_was_interrupted(settings: Settings) -> None:
    async with staged(settings) as stage:
        dead = Doomed(stage)
        stage.model.script(["half", NEVER], ["answer one"], ["answer two"])
        began = await dead.begin("one")
        await stage.until(lambda: stage.model.requests)
        await dead.die()
        second = asyncio.create_task(stage.ask("two", began.conversation_id))
        await stage.until(lambda: stage.house.services.turns._live)
        for turn_key in await promised(stage):
            await stage.house.services.turns.resume(turn_key)
        assert (await second).message.content == "answer two"
        dead.house.hasher.close()
        dead.house.db.close()


async def test_a_reminder_that_became_due_while_its_turn_waited_for_another_process_is_told_once(
    both: Stage, doomed: Doomed
) -> None:
    await both.ask("we are two")
    due = (both.clock.now() + timedelta(seconds=5)).isoformat()
    both.model.script([NEVER], [call("set_reminder", text="Tea", due=due)], ["Done."])
    began = await doomed.begin("remind me in 5 seconds of the tea")
    await both.until(lambda: len(both.model.requests) == 2)
    await doomed.die()
    await resume(both)
    [row] = await both.rows(Message.content, id=began.message_id)
    assert row[0] == "Done."
    [(key, status)] = await both.rows(Reminder.key, Reminder.status)
    assert status == "pending"
    for _ in range(2):
        await both.house.services.reminders.sweep()
        await both.house.services.reminders.fire(key)
    assert [tuple(each) for each in await both.rows(Notification.message)] == [("Tea",)]


@on_a_database_server
async def test_on_a_database_server_the_turns_of_a_dead_process_are_freed_while_others_live(
    both: Stage, doomed: Doomed
) -> None:
    await both.ask("we are two")
    both.model.script(["half", NEVER], ["mine", NEVER], ["whole"])
    began = await doomed.begin()
    await both.until(lambda: len(both.model.requests) == 2)
    mine = both.house.services.turns.take_turn(both.actor, TurnWish("long"))
    await anext(mine)
    await both.until(lambda: len(both.model.requests) == 3)
    both.clock.advance(SILENCE.total_seconds())
    assert await promised(both) == [], "while it lives, its turns are its own"
    await doomed.die()
    both.clock.advance(SILENCE.total_seconds())
    [turn_key] = await promised(both)
    await both.house.services.turns.resume(turn_key)
    assert [row[0] for row in await both.rows(Message.content, id=began.message_id)] == ["whole"]


@on_a_database_server
async def test_a_process_that_lost_its_connection_is_present_again_and_keeps_its_turns(both: Stage) -> None:
    go_on = asyncio.Event()
    both.model.script(["one ", go_on, "two"])
    asked = asyncio.create_task(both.ask())
    await both.until(lambda: both.model.requests)
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    assert await both.house.db.read(lambda tx: tx.session.execute(cut).scalars().all()) == [True]
    both.clock.advance(SILENCE.total_seconds())
    assert await promised(both) == [], "the first look finds the lock gone and takes it again"
    assert await promised(both) == []
    go_on.set()
    assert (await asked).message.content == "one two"
