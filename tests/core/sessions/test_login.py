"""Logging in opens a session; who is wrong learns nothing."""

import base64
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from steward.core.accounts import AccountDisabled, AccountService, PasswordHasher, UserView
from steward.core.audit import AuditLog
from steward.core.factors import Prover
from steward.core.limits import LoginBrake
from steward.core.sessions import Grant, InvalidCredentials, SessionService
from steward.db.database import Database
from steward.db.tables import AuditEntry, LoginSession, User
from steward.kit.clock import SettableClock
from steward.kit.errors import Unauthenticated
from steward.kit.secrets import KeyRing
from steward.settings import Settings

LogIn = Callable[..., Awaitable[Grant]]


def said(token: str) -> dict[str, int]:
    body = token.split(".")[1]
    found: dict[str, int] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


@pytest.mark.parametrize(("surface", "seconds"), [("api_v1", 900), ("v1", 3600), ("ui", 900)])
async def test_the_access_token_lives_as_long_as_is_said(log_in: LogIn, surface: str, seconds: int) -> None:
    grant = await log_in(surface=surface)
    claims = said(grant.access_token)
    assert grant.expires_in == claims["exp"] - claims["iat"] == seconds
    assert grant.refresh_token is not None
    refresh = said(grant.refresh_token)
    assert grant.refresh_expires_in == refresh["exp"] - refresh["iat"] == 604800


async def test_only_the_browser_gets_a_cookie_and_it_lives_as_long_as_the_session(log_in: LogIn) -> None:
    grant = await log_in(surface="ui")
    assert grant.cookie is not None
    assert said(grant.cookie)["exp"] - said(grant.cookie)["iat"] == 604800
    assert (await log_in()).cookie is None


async def test_last_login_is_set_by_a_login_only(
    accounts: AccountService, sessions: SessionService, log_in: LogIn, ada: UserView, clock: SettableClock
) -> None:
    assert ada.last_login is None
    clock.advance(5)
    grant = await log_in()
    assert grant.user.last_login == clock.now()
    with pytest.raises(InvalidCredentials):
        await sessions.login("ada@example.com", "wrong password", surface="v1")
    assert (await accounts.get_me(await sessions.authenticate(grant.access_token))).last_login == grant.user.last_login


@pytest.mark.parametrize("identifier", ["ada@example.com", " ADA@example.com", "ADA@EXAMPLE.COM"])
async def test_an_address_is_recognised_in_any_spelling(
    sessions: SessionService, ada: UserView, identifier: str
) -> None:
    grant = await sessions.login(identifier, "correct horse staple", surface="v1")
    assert grant.user.id == ada.id


async def test_the_owner_signs_in_by_user_name_or_address(sessions: SessionService, accounts: AccountService) -> None:
    owner, password = await accounts.ensure_owner("admin@localhost", None)
    assert password is not None
    for identifier in ("admin", "Admin", "admin@localhost"):
        grant = await sessions.login(identifier, password, surface="ui")
        assert grant.user.id == owner.id
    assert (await sessions.authenticate(grant.access_token)).may("anything:at_all")


@pytest.mark.parametrize(
    ("identifier", "password"),
    [
        ("ada@example.com", "wrong password"),
        ("ada@example.com", ""),
        ("ada@example.com", "x" * 5000),
        ("ada@example.com", "\ud800" * 10),
        ("nobody@example.com", "correct horse staple"),
        ("ada", "correct horse staple"),
        ("admin", "admin"),
        ("", ""),
        ("not an @ address", "correct horse staple"),
        ("ada\0", "correct horse staple"),
        ("\ud800", "correct horse staple"),
        ("' OR 1=1 --", "correct horse staple"),
    ],
    ids=ascii,
)
async def test_whoever_is_wrong_gets_one_and_the_same_answer(
    sessions: SessionService, ada: UserView, identifier: str, password: str
) -> None:
    with pytest.raises(InvalidCredentials) as wrong:
        await sessions.login(identifier, password, surface="api_v1")
    assert (wrong.value.code, wrong.value.message) == (
        "INVALID_CREDENTIALS",
        "The address or the password is wrong.",
    )


async def test_unknown_people_and_wrong_passwords_take_equally_long(
    database: Database, settings: Settings, ring: KeyRing, audit: AuditLog, brake: LoginBrake, prover: Prover
) -> None:
    hasher = PasswordHasher()
    try:
        accounts = AccountService(database, settings, audit, hasher)
        sessions = SessionService(database, settings, ring, accounts, hasher, audit, brake=brake, prover=prover)
        await accounts.register(email="ada@example.com", password="correct horse staple")

        async def cost(identifier: str) -> float:
            start = time.perf_counter()
            with pytest.raises(InvalidCredentials):
                await sessions.login(identifier, "some wrong password", surface="api_v1")
            return time.perf_counter() - start

        pairs = [(await cost("ada@example.com"), await cost("nobody@example.com")) for _ in range(12)]
        known, unknown = (statistics.median(column) for column in zip(*pairs, strict=True))
        assert 0.6 < known / unknown < 1.6
    finally:
        hasher.close()


async def test_every_try_is_audited_without_the_password(
    sessions: SessionService, database: Database, audit: AuditLog, log_in: LogIn, ada: UserView
) -> None:
    grant = await log_in(ip="192.0.2.4")
    for identifier in ("ada@example.com", "nobody@example.com"):
        with pytest.raises(InvalidCredentials):
            await sessions.login(identifier, "PLANTED-canary", surface="api_v1", ip="192.0.2.5")
    entries = await database.read(lambda tx: tx.session.scalars(select(AuditEntry).order_by(AuditEntry.key)).all())
    assert [(entry.action, entry.result, entry.user_key, entry.ip) for entry in entries[1:]] == [
        ("login.succeeded", "success", ada.user_number, "192.0.2.4"),
        ("login.failed", "failure", ada.user_number, "192.0.2.5"),
        ("login.failed", "failure", None, "192.0.2.5"),
    ]
    assert entries[1].resource == f"session/{grant.session_id}"
    assert all("PLANTED" not in str(entry.details) + entry.resource for entry in entries)
    assert (await audit.verify(database)).is_whole


async def test_a_switched_off_account_is_told_so_only_after_the_right_password(
    sessions: SessionService, database: Database, log_in: LogIn, ada: UserView
) -> None:
    await database.write(lambda tx: tx.session.execute(update(User).values(is_active=False)))
    with pytest.raises(AccountDisabled):
        await log_in()
    with pytest.raises(InvalidCredentials):
        await sessions.login("ada@example.com", "wrong password", surface="v1")
    with pytest.raises(Unauthenticated):
        await sessions.open_session_for(ada, surface="v1")


async def test_a_password_that_changes_during_the_login_opens_nothing(
    database: Database,
    settings: Settings,
    ring: KeyRing,
    accounts: AccountService,
    hasher: PasswordHasher,
    audit: AuditLog,
    brake: LoginBrake,
    prover: Prover,
    ada: UserView,
) -> None:
    class SlowHasher(PasswordHasher):
        """Lets somebody change the password while the old one is being checked."""

        async def verify(
            self, password: str, stored: str | None, *, has_place: bool = False
        ) -> tuple[bool, str | None]:
            await database.write(lambda tx: tx.session.execute(update(User).values(password_hash="another")))
            return await hasher.verify(password, stored)

    slow = SlowHasher(memory_kib=64, passes=1)
    sessions = SessionService(database, settings, ring, accounts, slow, audit, brake=brake, prover=prover)
    with pytest.raises(InvalidCredentials):
        await sessions.login("ada@example.com", "correct horse staple", surface="v1")
    slow.close()


async def test_a_hash_of_lower_cost_is_replaced_by_the_login(
    database: Database,
    settings: Settings,
    ring: KeyRing,
    audit: AuditLog,
    brake: LoginBrake,
    prover: Prover,
    accounts: AccountService,
    ada: UserView,
) -> None:
    stronger = PasswordHasher(memory_kib=128, passes=2)
    sessions = SessionService(database, settings, ring, accounts, stronger, audit, brake=brake, prover=prover)
    for _ in range(2):
        await sessions.login("ada@example.com", "correct horse staple", surface="v1")
    stored = await database.read(lambda tx: tx.session.scalar(select(User.password_hash)))
    assert "m=128,t=2" in (stored or "")
    stronger.close()


async def test_a_session_for_somebody_who_just_registered_needs_no_password(
    sessions: SessionService, ada: UserView
) -> None:
    grant = await sessions.open_session_for(ada, surface="v1", user_agent="Browser", ip="192.0.2.6")
    assert (grant.user, grant.expires_in) == (ada, 3600)
    assert (await sessions.authenticate(grant.access_token)).user_id == ada.id


async def test_the_session_row_holds_device_and_address_and_no_token(
    database: Database, log_in: LogIn, clock: SettableClock
) -> None:
    grant = await log_in(user_agent="Browser\0 " + "x" * 500, ip="192.0.2.4")
    row = await database.read(lambda tx: tx.session.scalars(select(LoginSession)).one())
    assert row.id == grant.session_id
    assert row.user_agent.startswith("Browser x")
    assert len(row.user_agent) == 400
    assert (row.ip, row.expires_at) == ("192.0.2.4", clock.now() + timedelta(days=7))
    assert all(grant.access_token.split(".")[2] not in str(value) for value in vars(row).values())
