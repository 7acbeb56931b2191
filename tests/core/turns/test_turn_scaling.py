"""What it costs to list, read and send does not depend on how much is stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import event, insert, select
from turn_scripts import Stage

from steward.core.conversations import open_conversation
from steward.core.turns import takeover
from steward.db.tables import Conversation, Message, Turn
from steward.kit.ids import new_id
from steward.kit.pages import Window

Verb = Callable[[], Awaitable[object]]


@contextmanager
def statements(stage: Stage) -> Iterator[list[tuple[str, Any]]]:
    """Gather the statements that the house sends to its database."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    engine = stage.house.db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def fill(stage: Stage, messages: int, conversations: int) -> UUID:
    """Store finished turns, half of their messages in one conversation, and return that one."""

    def work(tx):  # type: ignore[no-untyped-def]
        views = [open_conversation(tx, stage.actor, title=f"talk {number}") for number in range(conversations)]
        newest = select(Conversation.key).order_by(Conversation.key.desc()).limit(conversations)
        keys = sorted(tx.session.execute(newest).scalars())
        turns = messages // 2
        first = {"tenant_key": stage.actor.tenant_key, "user_key": stage.actor.user_key, "created_at": tx.now}
        places = [keys[0] if number < turns // 2 else keys[number % len(keys)] for number in range(turns)]
        done = {"channel": "chat", "status": "completed", "wish": {}}
        rows = [{**first, **done, "id": new_id(), "conversation_key": place} for place in places]
        made = list(tx.session.execute(insert(Turn).returning(Turn.key, sort_by_parameter_order=True), rows).scalars())
        said = [
            {"id": new_id(), "conversation_key": place, "turn_key": turn, "role": role, "content": "x" * 40}
            for place, turn in zip(places, made, strict=True)
            for role in ("user", "assistant")
        ]
        tx.session.execute(insert(Message), [{**row, "status": "completed", "created_at": tx.now} for row in said])
        for key in keys:
            count = 2 * places.count(key)
            tx.session.execute(
                Conversation.__table__.update().where(Conversation.key == key).values(message_count=count)
            )
        return views[0].id

    return await stage.house.db.write(work)  # type: ignore[no-any-return]


async def counted(stage: Stage, conversation: UUID) -> tuple[dict[str, int], list[tuple[str, Any]]]:
    """Return how many statements each verb takes, and all of them."""
    services, actor = stage.house.services, stage.actor

    async def listed() -> None:
        page = await services.conversations.list(actor, Window(limit=20))
        await services.conversations.recent_messages(actor, [view.id for view in page.items], each=20)

    verbs: dict[str, Verb] = {
        "list": listed,
        "get": lambda: services.conversations.get(actor, conversation),
        "first page": lambda: services.conversations.messages(actor, conversation, Window(limit=50)),
        "last page": lambda: services.conversations.messages(actor, conversation, Window(limit=50), order="newest"),
        "send": lambda: stage.ask("hello", conversation),
        "sweep": services.turns.sweep,
    }
    counts, everything = {}, []
    for name, verb in verbs.items():
        with statements(stage) as sent:
            await verb()
        counts[name] = len(sent)
        everything += sent
    return counts, everything


async def test_listing_reading_and_sending_take_as_many_statements_with_20000_messages_as_with_20(
    both: Stage,
) -> None:
    few = await fill(both, 20, 2)
    await both.ask("warm up", few)
    before, _ = await counted(both, few)
    many = await fill(both, 20_000, 100)
    after, everything = await counted(both, many)
    assert after == before
    page = await both.house.services.conversations.messages(both.actor, many, Window(limit=1))
    assert page.total > 10_000
    assert max(after["list"], after["get"], after["first page"], after["last page"]) <= 3
    assert after["send"] <= 9
    if both.house.db.engine.dialect.name == "sqlite":
        scans = await both.house.db.read(lambda tx: full_scans(tx, everything))
        assert scans == []


async def test_the_newest_messages_of_many_conversations_are_the_right_ones(both: Stage) -> None:
    conversations = []
    for number in range(3):
        last = None
        for place in range(number + 1):
            last = (await both.ask(f"{number}.{place}", last)).message.conversation_id
        conversations.append(last)
    for each in (1, 3, 20):
        recent = await both.house.services.conversations.recent_messages(both.actor, conversations, each=each)
        for number, conversation in enumerate(conversations):
            page = await both.house.services.conversations.messages(both.actor, conversation, Window(limit=100))
            assert list(recent[conversation]) == list(page.items)[-each:], number
    assert await both.house.services.conversations.recent_messages(both.actor, [], each=5) == {}


async def test_looking_for_turns_of_the_dead_reads_only_the_running_ones(stage: Stage) -> None:
    with statements(stage) as sent:
        await stage.house.db.read(takeover.any_expired)

    def plan(tx):  # type: ignore[no-untyped-def]
        rows = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sent[0][0]}", sent[0][1]).all()
        return " | ".join(row[3] for row in rows)

    assert "ix_turns_running" in await stage.house.db.read(plan)


def full_scans(tx: Any, sent: list[tuple[str, Any]]) -> list[str]:
    """Return the plans that walk through a whole table that grows."""
    found = []
    for statement, parameters in sent:
        if not statement.startswith(("SELECT", "UPDATE", "DELETE")):
            continue
        for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all():
            if row[3].startswith(("SCAN messages", "SCAN turns", "SCAN conversations")) and "INDEX" not in row[3]:
                found.append(f"{row[3]}: {statement}")
    return found
