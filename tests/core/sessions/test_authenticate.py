"""Who a request comes from: quick when known, and never wrong for longer than a second."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, func, select, update

from steward.core.access import permissions_of
from steward.core.access.memory import ActorMemory, Bounded
from steward.core.accounts import AccountService, UserView
from steward.core.sessions import Grant, SessionEnded, SessionService, TokenExpired
from steward.db.database import Database
from steward.db.tables import AuditEntry, LoginSession, Role, Tenant, User, UserRole
from steward.kit.actor import Actor
from steward.kit.clock import SettableClock

LogIn = Callable[..., Awaitable[Grant]]


@pytest.fixture
def statements(database: Database) -> list[str]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    return seen


async def change_in_another_process(database: Database, **values: Any) -> None:
    await database.write(lambda tx: tx.session.execute(update(User).values(**values)))


async def test_the_actor_is_the_person_with_the_rights_of_their_role(
    sessions: SessionService, log_in: LogIn, ada: UserView
) -> None:
    grant = await log_in()
    actor = await sessions.authenticate(grant.access_token, "192.0.2.8")
    assert (actor.user_id, actor.user_key, actor.tenant_id) == (ada.id, ada.user_number, ada.tenant_id)
    assert (actor.role, actor.session_id, actor.via) == ("user", grant.session_id, "session")
    assert (actor.name, actor.email, actor.ip) == ("Ada Byron", "ada@example.com", "192.0.2.8")
    assert actor.permissions == permissions_of("user")


async def test_a_known_token_needs_no_database_for_a_second(
    sessions: SessionService, log_in: LogIn, statements: list[str], ticks: Any
) -> None:
    grant = await log_in()
    assert sessions.cached(grant.access_token) is None
    actor = await sessions.authenticate(grant.access_token)
    statements.clear()
    ticks.seconds += 0.9
    assert sessions.cached(grant.access_token) == actor
    assert await sessions.authenticate(grant.access_token) == actor
    assert statements == []
    ticks.seconds += 0.1
    assert sessions.cached(grant.access_token) is None
    assert await sessions.authenticate(grant.access_token) == actor
    assert len([text for text in statements if text.startswith("SELECT")]) == 1


async def test_the_check_of_a_session_is_one_indexed_read(
    sessions: SessionService, log_in: LogIn, statements: list[str], database: Database
) -> None:
    grant = await log_in()
    statements.clear()
    await sessions.authenticate(grant.access_token)
    (text,) = statements
    if database.engine.dialect.name != "sqlite":
        return  # a plan for a table of one row says nothing there

    def plan(tx: Any) -> str:
        values = (*[0] * (text.count("?") - 1), grant.session_id.hex)  # the session's id comes last
        rows = tx.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
        return " ".join(str(row) for row in rows)

    assert "SCAN" not in await database.read(plan)


async def test_each_request_keeps_its_own_address(sessions: SessionService, log_in: LogIn) -> None:
    grant = await log_in()
    assert (await sessions.authenticate(grant.access_token, "192.0.2.1")).ip == "192.0.2.1"
    second = sessions.cached(grant.access_token, "192.0.2.2")
    assert second is not None
    assert second.ip == "192.0.2.2"


async def test_logging_out_works_at_once_and_twice(sessions: SessionService, log_in: LogIn, database: Database) -> None:
    grant, other = await log_in(surface="ui"), await log_in()
    actor = await sessions.authenticate(grant.access_token)
    assert await sessions.authenticate(other.access_token)
    await sessions.logout(actor)
    assert sessions.cached(grant.access_token) is None
    for attempt in (sessions.authenticate(grant.access_token), sessions.authenticate_cookie(grant.cookie or "")):
        with pytest.raises(SessionEnded) as ended:
            await attempt
        assert ended.value.code == "UNAUTHORIZED"
    assert await sessions.authenticate(other.access_token)
    await sessions.logout(actor)
    ends = select(func.count(AuditEntry.key)).where(AuditEntry.action == "session.ended")
    assert await database.read(lambda tx: tx.session.scalar(ends)) == 1


async def test_nobody_can_end_the_session_of_somebody_else(sessions: SessionService, log_in: LogIn) -> None:
    grant = await log_in()
    actor = await sessions.authenticate(grant.access_token)
    await sessions.logout(replace(actor, user_key=actor.user_key + 1))
    assert await sessions.authenticate(grant.access_token) == actor


async def test_an_actor_without_a_session_has_nothing_to_end(sessions: SessionService, log_in: LogIn) -> None:
    grant = await log_in()
    actor = await sessions.authenticate(grant.access_token)
    await sessions.logout(replace(actor, session_id=None, via="api_key"))
    assert await sessions.authenticate(grant.access_token) == actor


async def test_an_expired_token_has_a_code_of_its_own(
    sessions: SessionService, log_in: LogIn, clock: SettableClock
) -> None:
    grant = await log_in()
    await sessions.authenticate(grant.access_token)
    clock.advance(899)
    assert sessions.cached(grant.access_token)
    clock.advance(1)
    assert sessions.cached(grant.access_token) is None
    for _ in range(2):
        with pytest.raises(TokenExpired) as expired:
            await sessions.authenticate(grant.access_token)
        assert expired.value.code == "TOKEN_EXPIRED"


async def test_a_change_in_another_process_counts_after_a_second(
    sessions: SessionService, log_in: LogIn, database: Database, ticks: Any
) -> None:
    grant = await log_in()
    await sessions.authenticate(grant.access_token)
    viewer = select(Role.key).where(Role.name == "viewer").scalar_subquery()
    await database.write(lambda tx: tx.session.execute(update(UserRole).values(role_key=viewer)))
    ticks.seconds += 1
    assert (await sessions.authenticate(grant.access_token)).role == "viewer"
    await change_in_another_process(database, is_active=False)
    ticks.seconds += 1
    with pytest.raises(SessionEnded):
        await sessions.authenticate(grant.access_token)


async def test_a_change_in_this_process_counts_at_once(
    sessions: SessionService, accounts: AccountService, log_in: LogIn
) -> None:
    grant, other = await log_in(), await log_in()
    actor = await sessions.authenticate(grant.access_token)
    await sessions.authenticate(other.access_token)
    await accounts.change_me(actor, {"timezone": "Asia/Tokyo", "full_name": "Grace"})
    for token in (grant.access_token, other.access_token):
        assert sessions.cached(token) is None
        changed = await sessions.authenticate(token)
        assert (changed.zone, changed.name) == ("Asia/Tokyo", "Grace")


async def test_a_session_that_ends_while_it_is_being_read_is_not_remembered(
    sessions: SessionService, log_in: LogIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = await log_in()
    actor = await sessions.authenticate(grant.access_token)
    sessions.forget(grant.session_id)
    read = database.glance

    async def slow_read(work: Any) -> Any:
        answer = await read(work)
        await sessions.logout(actor)
        return answer

    monkeypatch.setattr(database, "glance", slow_read)
    await sessions.authenticate(grant.access_token)
    monkeypatch.undo()
    assert sessions.cached(grant.access_token) is None
    with pytest.raises(SessionEnded):
        await sessions.authenticate(grant.access_token)


async def test_the_end_in_the_row_counts_even_when_the_token_says_later(
    sessions: SessionService, log_in: LogIn, database: Database, clock: SettableClock
) -> None:
    grant = await log_in()
    await database.write(lambda tx: tx.session.execute(update(LoginSession).values(expires_at=clock.now())))
    for attempt in (sessions.authenticate(grant.access_token), sessions.refresh(grant.refresh_token or "", "v1")):
        with pytest.raises(SessionEnded):
            await attempt


async def test_a_token_of_a_session_that_is_gone_is_refused(
    sessions: SessionService, log_in: LogIn, database: Database
) -> None:
    grant = await log_in()
    await database.write(lambda tx: tx.session.execute(LoginSession.__table__.delete()))
    with pytest.raises(SessionEnded):
        await sessions.authenticate(grant.access_token)


async def test_the_last_activity_is_noted_once_a_minute_and_not_by_the_request(
    sessions: SessionService, log_in: LogIn, database: Database, clock: SettableClock, ticks: Any, statements: list[str]
) -> None:
    async def last_activity() -> Any:
        return await database.read(lambda tx: tx.session.scalar(select(LoginSession.last_activity_at)))

    grant, start = await log_in(), clock.now()
    for seconds, expected in ((59, 0), (60, 60), (61, 60), (119, 60), (121, 121)):
        clock.advance(seconds - (clock.now() - start).total_seconds())
        ticks.seconds += 2
        await sessions.authenticate(grant.access_token)
        await sessions.settle()
        assert (await last_activity() - start).total_seconds() == expected
    assert len([text for text in statements if text.startswith("UPDATE login_sessions")]) == 2


async def test_twenty_requests_at_once_are_all_recognised(sessions: SessionService, log_in: LogIn) -> None:
    grants = [await log_in() for _ in range(4)]
    actors = await asyncio.gather(*(sessions.authenticate(grant.access_token) for grant in grants * 5))
    assert {actor.session_id for actor in actors} == {grant.session_id for grant in grants}


async def test_the_browser_cookie_is_good_for_the_whole_session(
    sessions: SessionService, log_in: LogIn, clock: SettableClock
) -> None:
    cookie = (await log_in(surface="ui")).cookie or ""
    clock.advance(604799)
    actor = await sessions.authenticate_cookie(cookie)
    assert sessions.cached(cookie, purpose="cookie") == actor
    await sessions.settle()
    clock.advance(1)
    with pytest.raises(TokenExpired):
        await sessions.authenticate_cookie(cookie)


def test_a_full_memory_lets_the_oldest_go() -> None:
    memory: Bounded[int, int] = Bounded(3)
    for number in range(5):
        memory.put(number, number)
    assert [memory.get(number) for number in range(5)] == [None, None, 2, 3, 4]
    memory.put(2, 20)
    assert (len(memory), memory.get(2)) == (3, 20)


def test_what_was_read_before_a_change_is_not_remembered() -> None:
    memory: ActorMemory[UUID] = ActorMemory(10, lambda: 5.0)
    actor = Actor(1, UUID(int=1), 1, UUID(int=1), "user")
    ticket = memory.ticket()
    memory.forget_user(1)
    memory.put(UUID(int=2), actor, 100.0, ticket)
    assert memory.get(UUID(int=2), 50.0, "") is None
    memory.put(UUID(int=2), actor, 100.0, memory.ticket())
    assert memory.get(UUID(int=2), 50.0, "") == actor
    assert memory.get(UUID(int=2), 100.0, "") is None


async def test_a_person_in_a_tenant_without_a_row_is_nobody(
    sessions: SessionService, log_in: LogIn, database: Database, ada: UserView
) -> None:
    grant = await log_in()
    other = await database.read(lambda tx: tx.session.scalar(select(Tenant.id)))
    assert (await sessions.authenticate(grant.access_token)).tenant_id == other == ada.tenant_id
