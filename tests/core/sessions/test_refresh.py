"""Refreshing: soft rotation, and the end of a session whose old token comes back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from steward.core.audit import AuditLog
from steward.core.sessions import Grant, SessionEnded, SessionService, TokenExpired, TokenReused, TokenWrong
from steward.core.sessions.tokens import Use, use_of
from steward.db.database import Database
from steward.db.tables import AuditEntry, LoginSession, User
from steward.kit.clock import SettableClock

LogIn = Callable[..., Awaitable[Grant]]


async def refreshed(sessions: SessionService, token: str | None) -> str:
    assert token is not None
    grant = await sessions.refresh(token, "api_v1")
    assert grant.refresh_token is not None
    return grant.refresh_token


async def test_each_refresh_gives_a_new_refresh_token_and_a_working_access_token(
    sessions: SessionService, log_in: LogIn, clock: SettableClock
) -> None:
    grant = await log_in()
    tokens = [grant.refresh_token]
    for _ in range(4):
        clock.advance(600)
        tokens.append(await refreshed(sessions, tokens[-1]))
    assert len(set(tokens)) == 5
    last = await sessions.refresh(tokens[-1] or "", "v1")
    assert last.expires_in == 3600
    assert last.refresh_expires_in == 604800 - 2400
    assert (await sessions.authenticate(last.access_token)).session_id == grant.session_id == last.session_id


async def test_a_client_that_keeps_its_first_token_goes_on_for_seven_days(
    sessions: SessionService, log_in: LogIn, clock: SettableClock
) -> None:
    grant = await log_in()
    answers = set()
    for _ in range(6):
        clock.advance(86400)
        answers.add(await refreshed(sessions, grant.refresh_token))
    assert len(answers) == 1
    clock.advance(86400)
    with pytest.raises(TokenExpired):
        await refreshed(sessions, grant.refresh_token)


async def test_the_token_before_is_good_for_ten_seconds_after_the_new_one_was_used(
    sessions: SessionService, log_in: LogIn, clock: SettableClock
) -> None:
    first = (await log_in()).refresh_token
    second = await refreshed(sessions, first)
    clock.advance(3600)
    third = await refreshed(sessions, second)
    clock.advance(10)
    assert await refreshed(sessions, first) == third
    clock.advance(1)
    with pytest.raises(TokenReused) as reused:
        await refreshed(sessions, first)
    assert reused.value.code == "TOKEN_REUSED"


async def test_a_token_that_comes_back_ends_the_session_for_good_and_is_audited(
    sessions: SessionService, log_in: LogIn, clock: SettableClock, database: Database, audit: AuditLog
) -> None:
    grant, other = await log_in(), await log_in()
    second = await refreshed(sessions, grant.refresh_token)
    third = await refreshed(sessions, second)
    access = (await sessions.refresh(third, "api_v1")).access_token
    assert await sessions.authenticate(access)
    clock.advance(11)
    with pytest.raises(TokenReused):
        await sessions.refresh(grant.refresh_token or "", "api_v1", ip="192.0.2.66")
    assert sessions.cached(access) is None
    with pytest.raises(SessionEnded):
        await sessions.authenticate(access)
    for token in (grant.refresh_token, second, third):
        with pytest.raises(SessionEnded):
            await refreshed(sessions, token)
    newest = select(AuditEntry).order_by(AuditEntry.key.desc()).limit(1)
    entry = await database.read(lambda tx: tx.session.scalars(newest).one())
    assert (entry.action, entry.result, entry.ip) == ("session.token_reused", "denied", "192.0.2.66")
    assert (await audit.verify(database)).is_whole
    assert await refreshed(sessions, other.refresh_token)


async def test_a_token_two_behind_ends_the_session_even_at_once(sessions: SessionService, log_in: LogIn) -> None:
    first = (await log_in()).refresh_token
    third = await refreshed(sessions, await refreshed(sessions, await refreshed(sessions, first)))
    with pytest.raises(TokenReused):
        await refreshed(sessions, first)
    with pytest.raises(SessionEnded):
        await refreshed(sessions, third)


async def test_twenty_refreshes_of_one_token_at_once_lose_no_session(
    sessions: SessionService, log_in: LogIn, database: Database
) -> None:
    grant = await log_in()
    answers = await asyncio.gather(*(refreshed(sessions, grant.refresh_token) for _ in range(20)))
    assert len(set(answers)) == 1
    row = await database.read(lambda tx: tx.session.scalars(select(LoginSession)).one())
    assert (row.ended_at, row.refresh_floor) == (None, 1)
    assert await refreshed(sessions, answers[0])


async def test_no_token_outlives_the_session(sessions: SessionService, log_in: LogIn, clock: SettableClock) -> None:
    grant = await log_in()
    clock.advance(604800 - 100)
    late = await sessions.refresh(grant.refresh_token or "", "v1")
    assert (late.expires_in, late.refresh_expires_in) == (100, 100)
    clock.advance(99.5)
    last = await sessions.refresh(late.refresh_token or "", "v1")
    assert last.expires_in == 1
    clock.advance(0.5)
    with pytest.raises(TokenExpired):
        await sessions.authenticate(late.access_token)
    with pytest.raises(TokenExpired):
        await refreshed(sessions, last.refresh_token)


async def test_a_still_good_access_token_gives_another_and_nothing_rotates(
    sessions: SessionService, log_in: LogIn, clock: SettableClock, database: Database
) -> None:
    grant = await log_in()
    clock.advance(600)
    renewed = await sessions.refresh_by_access(grant.access_token, "api_v1")
    assert (renewed.refresh_token, renewed.refresh_expires_in, renewed.expires_in) == (None, None, 900)
    assert renewed.access_token != grant.access_token
    clock.advance(600)
    with pytest.raises(TokenExpired) as expired:
        await sessions.refresh_by_access(grant.access_token, "api_v1")
    assert expired.value.code == "TOKEN_EXPIRED"
    assert await sessions.authenticate(renewed.access_token)
    assert await database.read(lambda tx: tx.session.scalar(select(LoginSession.refresh_floor))) == 0


async def test_refreshing_by_access_tokens_does_not_prolong_the_session(
    sessions: SessionService, log_in: LogIn, clock: SettableClock
) -> None:
    grant = await log_in(surface="v1")
    for _ in range(7 * 24):
        clock.advance(3599)
        grant = await sessions.refresh_by_access(grant.access_token, "v1")
    assert grant.expires_in < 3600
    clock.advance(grant.expires_in)
    with pytest.raises(TokenExpired):
        await sessions.refresh_by_access(grant.access_token, "v1")


async def test_after_logout_no_kind_of_refresh_works(sessions: SessionService, log_in: LogIn) -> None:
    grant = await log_in()
    await sessions.logout(await sessions.authenticate(grant.access_token))
    with pytest.raises(SessionEnded):
        await refreshed(sessions, grant.refresh_token)
    with pytest.raises(SessionEnded):
        await sessions.refresh_by_access(grant.access_token, "api_v1")


async def test_a_switched_off_account_cannot_refresh(
    sessions: SessionService, log_in: LogIn, database: Database
) -> None:
    grant = await log_in()
    await database.write(lambda tx: tx.session.execute(update(User).values(is_active=False)))
    with pytest.raises(SessionEnded):
        await refreshed(sessions, grant.refresh_token)
    with pytest.raises(SessionEnded):
        await sessions.refresh_by_access(grant.access_token, "api_v1")


async def test_any_of_the_three_proofs_renews_in_the_decided_order(sessions: SessionService, log_in: LogIn) -> None:
    grant, other = await log_in(), await log_in()
    by_body = await sessions.renew(body_token=grant.refresh_token, bearer=other.access_token, surface="api_v1")
    assert by_body.session_id == grant.session_id
    by_bearer = await sessions.renew(body_token=None, bearer=grant.refresh_token, surface="api_v1")
    assert by_bearer.refresh_token == by_body.refresh_token
    by_access = await sessions.renew(body_token=None, bearer=other.access_token, surface="api_v1")
    assert (by_access.session_id, by_access.refresh_token) == (other.session_id, None)
    for nothing in (None, "", "nonsense"):
        with pytest.raises(TokenWrong):
            await sessions.renew(body_token=nothing, bearer=None, surface="api_v1")


async def test_a_refresh_adds_no_rows(sessions: SessionService, log_in: LogIn, database: Database) -> None:
    token = (await log_in()).refresh_token
    for _ in range(5):
        token = await refreshed(sessions, token)
    assert await database.read(lambda tx: tx.session.scalar(select(func.count(LoginSession.key)))) == 1


NOW = datetime(2026, 3, 1, tzinfo=UTC)


@given(st.integers(0, 50), st.integers(0, 50), st.one_of(st.none(), st.integers(0, 100)))
def test_of_all_counters_only_floor_and_next_are_good_once_the_grace_is_over(
    counter: int, floor: int, seconds_ago: int | None
) -> None:
    rotated_at = None if seconds_ago is None else NOW - timedelta(seconds=seconds_ago)
    use = use_of(counter, floor=floor, rotated_at=rotated_at, now=NOW)
    in_grace = counter == floor - 1 and seconds_ago is not None and seconds_ago <= 10
    assert (use is Use.FIRST) == (counter == floor + 1)
    assert (use is Use.AGAIN) == (counter == floor or in_grace)
