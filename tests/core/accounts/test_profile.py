"""People see and change their own profile, and nobody else's."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from steward.core.access import actor_of_user
from steward.core.accounts import AccountService, UserView
from steward.db.database import Database
from steward.db.tables import AuditEntry
from steward.kit.actor import Actor
from steward.kit.clock import SettableClock
from steward.kit.errors import Forbidden, Invalid, NotFound


@pytest.fixture
async def user(accounts: AccountService) -> UserView:
    return await accounts.register(email="ada@example.com", password="correct horse staple", full_name="Ada Byron")


@pytest.fixture
async def actor(database: Database, user: UserView) -> Actor:
    return await database.read(lambda tx: actor_of_user(tx, user.user_number))


async def test_the_own_profile_is_what_registration_gave(
    accounts: AccountService, actor: Actor, user: UserView
) -> None:
    assert await accounts.get_me(actor) == user


async def test_a_partial_change_keeps_the_rest(
    accounts: AccountService, actor: Actor, user: UserView, clock: SettableClock
) -> None:
    clock.advance(60)
    sent = {"full_name": "John Smith", "timezone": "Europe/London", "language": "en-GB", "theme": "light"}
    changed = await accounts.change_me(actor, sent)
    assert changed == replace(user, **sent, first_name="John", last_name="Smith", updated_at=clock.now())
    assert await accounts.get_me(actor) == changed


async def test_what_may_not_be_changed_is_ignored(accounts: AccountService, actor: Actor, user: UserView) -> None:
    sent = {"id": 5, "role": "owner", "is_active": False, "is_verified": True, "tenant_id": 9, "email": "e@example.com"}
    sent |= {"password_hash": "x", "username": "admin", "user_number": 1, "nonsense": [1]}
    assert await accounts.change_me(actor, sent) == user


@pytest.mark.parametrize(
    ("sent", "names"),
    [
        ({"last_name": "King"}, ("Ada King", "Ada", "King")),
        ({"first_name": None}, ("Byron", "", "Byron")),
        ({"full_name": None}, ("", "", "")),
        ({"full_name": "Grace Hopper", "last_name": "H."}, ("Grace Hopper", "Grace", "H.")),
    ],
)
async def test_names_follow_each_other(
    accounts: AccountService, actor: Actor, sent: dict[str, Any], names: tuple[str, str, str]
) -> None:
    changed = await accounts.change_me(actor, sent)
    assert (changed.full_name, changed.first_name, changed.last_name) == names


async def test_a_phone_number_can_be_set_and_taken_away(accounts: AccountService, actor: Actor) -> None:
    assert (await accounts.change_me(actor, {"phone_number": "+44 20 7946 0018"})).phone_number == "+442079460018"
    assert (await accounts.change_me(actor, {"phone_number": None})).phone_number is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timezone", "Mars/Olympus"),
        ("timezone", "../../etc/passwd"),
        ("timezone", "europe/london"),
        ("timezone", ""),
        ("timezone", 5),
        ("language", "english please"),
        ("language", "e"),
        ("language", "en_US"),
        ("language", "x" * 40),
        ("theme", "blue"),
        ("theme", "Light"),
        ("phone_number", "12345"),
        ("phone_number", "+١٢٣٤٥٦٧٨"),
        ("full_name", "x" * 201),
        ("first_name", "x" * 101),
        ("full_name", ["Ada"]),
    ],
)
async def test_a_value_that_cannot_be_is_refused_by_name(
    accounts: AccountService, actor: Actor, user: UserView, field: str, value: object
) -> None:
    with pytest.raises(Invalid) as wrong:
        await accounts.change_me(actor, {field: value, "theme2": "dark"})
    assert list(wrong.value.fields) == [field]
    assert await accounts.get_me(actor) == user


@pytest.mark.parametrize("language", ["en", "en-US", "zh-Hant-TW", "es-419", "sl-rozaj", "de-1996"])
async def test_language_tags_are_accepted(accounts: AccountService, actor: Actor, language: str) -> None:
    assert (await accounts.change_me(actor, {"language": language})).language == language


async def test_every_zone_that_is_accepted_can_be_used() -> None:
    from steward.core.accounts.rules import _zones

    assert all(ZoneInfo(zone) for zone in _zones())
    assert {"UTC", "America/New_York", "Asia/Kolkata"} <= _zones()


async def test_an_actor_of_another_tenant_finds_nobody(accounts: AccountService, actor: Actor) -> None:
    stranger = replace(actor, tenant_key=actor.tenant_key + 1)
    with pytest.raises(NotFound):
        await accounts.get_me(stranger)
    with pytest.raises(NotFound):
        await accounts.change_me(stranger, {"full_name": "Eve"})
    assert (await accounts.get_me(actor)).full_name == "Ada Byron"


async def test_without_the_permission_nothing_is_read_or_changed(accounts: AccountService, actor: Actor) -> None:
    powerless = replace(actor, permissions=frozenset())
    with pytest.raises(Forbidden):
        await accounts.get_me(powerless)
    with pytest.raises(Forbidden):
        await accounts.change_me(powerless, {"theme": "dark"})


async def test_a_change_is_audited_with_the_fields_but_not_their_values(
    accounts: AccountService, actor: Actor, database: Database
) -> None:
    await accounts.change_me(actor, {"phone_number": "+15550101234", "theme": "dark"})
    newest = select(AuditEntry).order_by(AuditEntry.key.desc()).limit(1)
    entry = await database.read(lambda tx: tx.session.scalars(newest).one())
    assert (entry.action, entry.user_key, entry.details) == (
        "user.changed",
        actor.user_key,
        {"fields": "phone_number,theme"},
    )


async def test_listeners_hear_of_a_committed_change_only(accounts: AccountService, actor: Actor) -> None:
    heard: list[int] = []
    accounts.when_changed(heard.append)
    with pytest.raises(Invalid):
        await accounts.change_me(actor, {"theme": "blue"})
    await accounts.change_me(actor, {"nonsense": 1})
    assert heard == []
    await accounts.change_me(actor, {"theme": "dark"})
    assert heard == [actor.user_key]
