"""Groups H and N: the assistant does nothing that the person who asks may not do, now."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from steward.core.turns import takeover
from steward.settings import Settings
from tests.core.turns.turn_scripts import Scripted, call
from tests.houses import Home, Person, home
from tests.security.people import admin_of, colleague, new_key, role_id, with_key

AT = {"start": "2024-01-16T14:00:00", "title": "Meeting with John"}
LOOKS = "/v1/calendar/events?start_date=2024-01-01&end_date=2024-02-01"


@pytest.fixture
def model() -> Scripted:
    """A model that says what it is told to say."""
    return Scripted()


@pytest.fixture
async def told(house_settings: Settings, model: Scripted) -> AsyncIterator[Home]:
    """A house whose model is scripted."""
    async with home(house_settings, models=model) as made:
        yield made


async def talker(made: Home, admin: Person) -> Person:
    """Return a viewer who may also talk to the assistant."""
    viewer = await colleague(made, admin, "viewer")
    await admin.post("/api/v1/rbac/roles", {"name": "talker", "permissions": ["chat:write"]})
    given = await admin.post(f"/api/v1/rbac/users/{viewer.user['id']}/roles", {"role": "talker"})
    assert given.status_code == 201
    return viewer


async def events_of(person: Person) -> list[Any]:
    """Return the titles of what is on the person's calendar in January."""
    reply = await person.get(LOOKS)
    assert reply.status_code == 200, reply.text
    return [event["title"] for event in reply.json()["data"]["events"]]


def outcome(model: Scripted) -> dict[str, Any]:
    """Return what the model was told of the last tool that ran."""
    last = model.requests[-1].messages[-1]
    assert last.role == "tool"
    told: dict[str, Any] = json.loads(last.content)
    return told


async def test_item_72_a_viewers_assistant_writes_nothing_with_the_offline_model(at_home: Home) -> None:
    viewer = await talker(at_home, await admin_of(at_home))
    for text in (
        "schedule a meeting with John tomorrow at 2pm",
        "remind me to call the bank in 45 minutes",
        "add buy milk to my tasks",
        "note that the key is under the mat",
    ):
        answer = await viewer.say(text)
        assert answer["actions"] == [], (text, answer)
        assert answer["content"]
    assert await events_of(viewer) == []
    assert (await viewer.get("/api/v1/tasks")).json()["items"] == []
    assert (await viewer.get("/api/v1/reminders")).json()["items"] == []


async def test_item_72_the_viewer_is_the_reason(at_home: Home) -> None:
    member = await colleague(at_home, await admin_of(at_home), "member")
    await member.say("schedule a meeting with John tomorrow at 2pm")
    assert len(await events_of(member)) == 1


async def test_item_72_rights_are_asked_for_again_when_the_tool_runs(told: Home, model: Scripted) -> None:
    admin = await admin_of(told)
    member = await colleague(told, admin, "member")
    asked, go_on = asyncio.Event(), asyncio.Event()

    class Waits(asyncio.Event):
        async def wait(self) -> bool:
            asked.set()
            return await go_on.wait()

    model.script([Waits(), call("create_event", **AT)], ["Done."])
    saying = asyncio.create_task(member.say("schedule a meeting"))
    await asyncio.wait_for(asked.wait(), 10)
    path = f"/api/v1/rbac/users/{member.user['id']}/roles"
    await admin.post(path, {"role": "viewer"})
    assert (await admin.request("DELETE", f"{path}/{await role_id(admin, 'member')}")).status_code == 200
    go_on.set()
    await saying

    assert outcome(model)["error"]["code"] == "FORBIDDEN"
    assert await events_of(member) == []


async def test_item_72_a_turn_asked_with_a_key_has_the_keys_rights_also_when_another_process_ends_it(
    told: Home, model: Scripted
) -> None:
    ada = await told.person()
    scopes = ["chat:write", "chat:read", "calendar:read"]
    program = with_key(ada, (await new_key(ada, scopes=scopes))["key"])
    model.script([call("create_event", **AT)], ["Done."])
    await program.say("schedule a meeting")
    assert outcome(model)["error"]["code"] == "FORBIDDEN"

    turn_key = await told.house.db.read(
        lambda tx: tx.connection.exec_driver_sql("SELECT max(key) FROM turns").scalar_one()
    )
    number = ada.user["user_number"]
    actor = await told.house.db.read(lambda tx: takeover.person_of(tx, turn_key, number))
    assert actor.permissions == frozenset(scopes)
    assert await events_of(ada) == []


async def test_item_72_nobody_takes_back_what_they_may_no_longer_change(told: Home, model: Scripted) -> None:
    admin = await admin_of(told)
    member = await colleague(told, admin, "member")
    await admin.post("/api/v1/rbac/roles", {"name": "talker", "permissions": ["chat:write"]})
    path = f"/api/v1/rbac/users/{member.user['id']}/roles"
    model.script([call("create_event", **AT)], ["Done."])
    await member.say("schedule a meeting")
    for role in ("viewer", "talker"):
        assert (await admin.post(path, {"role": role})).status_code == 201
    await admin.request("DELETE", f"{path}/{await role_id(admin, 'member')}")

    model.script([call("undo_last")], ["Done."])
    await member.say("undo that")
    assert outcome(model)["error"]["code"] == "FORBIDDEN"
    assert await events_of(member) == [AT["title"]]
    await admin.post(path, {"role": "member"})
    model.script([call("undo_last")], ["Done."])
    await member.say("undo that")
    assert outcome(model)["ok"]


async def test_item_101_a_tool_call_is_held_to_the_persons_rights_the_schema_and_their_own_things(
    told: Home, model: Scripted
) -> None:
    ada, bob = await told.person(), await told.person()
    event = {"title": "Hers", "start_time": "2024-01-16T14:00:00Z", "end_time": "2024-01-16T15:00:00Z"}
    made = (await ada.post("/v1/calendar/events", event)).json()["data"]["id"]
    foreign = made.removeprefix("event_")
    for wish, code in (
        (call("cancel_event", id=foreign), "NOT_FOUND"),
        (call("cancel_event", id=str(uuid4())), "NOT_FOUND"),
        (call("create_event", title="x", start="2024-01-16T14:00:00", user_id=1), "INVALID_ARGUMENTS"),
        (call("create_event", title=7, start=[]), "INVALID_ARGUMENTS"),
        (call("drop_tables"), "NOT_FOUND"),
    ):
        model.script([wish], ["Done."])
        await bob.say("do it")
        assert outcome(model)["error"]["code"] == code, wish
    assert await events_of(ada) == ["Hers"]
    assert await events_of(bob) == []


async def test_item_101_a_tool_that_is_not_allowed_is_not_even_offered(told: Home, model: Scripted) -> None:
    viewer = await talker(told, await admin_of(told))
    await viewer.say("hello")
    offered = {tool.name for tool in model.requests[-1].tools}
    assert {"find_events", "list_tasks"} <= offered
    assert not {"create_event", "move_event", "cancel_event", "create_task", "set_reminder"} & offered


async def test_item_101_a_summary_of_the_day_shows_only_what_may_be_read(told: Home, model: Scripted) -> None:
    ada = await told.person()
    await ada.post("/api/v1/tasks", {"title": "quokka", "due_date": "2024-01-15T18:00:00Z"})
    program = with_key(ada, (await new_key(ada, scopes=["chat:write", "calendar:read"]))["key"])
    for person, seen in ((ada, True), (program, False)):
        model.script([call("daily_summary")], ["Done."])
        await person.say("what is on today?")
        assert ("quokka" in json.dumps(outcome(model))) == seen


async def test_item_103_steps_are_bounded_and_what_was_refused_stays_refused_however_often_it_is_tried(
    told: Home, model: Scripted
) -> None:
    viewer = await talker(told, await admin_of(told))
    model.script(*([call("create_event", **AT)] for _ in range(30)))
    reply = await viewer.post("/api/v1/chat/messages", {"message": "go on"})
    assert reply.status_code >= 400
    assert len(model.requests) == told.house.settings.turn_steps
    assert await events_of(viewer) == []
