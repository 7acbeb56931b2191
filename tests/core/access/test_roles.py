"""What the roles may do, and the actors that carry it."""

import re

import pytest
from sqlalchemy import update

from steward.core.access import PERMISSIONS, ROLES, actor_of_user, permissions_of
from steward.core.accounts import AccountService
from steward.db.database import Database
from steward.db.tables import User
from steward.kit.errors import Unauthenticated


def test_the_owner_may_do_everything() -> None:
    assert permissions_of("owner") == {"*"}


def test_an_unknown_role_may_do_nothing() -> None:
    assert permissions_of("superuser") == frozenset()
    assert permissions_of("") == frozenset()


def test_each_role_may_do_more_than_the_one_below() -> None:
    assert permissions_of("viewer") < permissions_of("user") < permissions_of("admin") == PERMISSIONS


def test_only_admins_see_other_people() -> None:
    assert {role for role in ROLES if "users:read" in permissions_of(role)} == {"admin"}


def test_a_viewer_cannot_change_anything_but_itself() -> None:
    writes = {permission for permission in permissions_of("viewer") if not permission.endswith(":read")}
    assert writes == {"keys:write", "profile:secure", "profile:write", "sessions:write"}


def test_the_words_that_routes_ask_for_are_there() -> None:
    wanted = {"chat:write", "chat:read", "calendar:read", "calendar:write", "tasks:read", "tasks:write"}
    wanted |= {"notifications:read", "notifications:write", "reminders:read", "profile:read", "profile:write"}
    assert wanted <= permissions_of("user")
    assert all(re.fullmatch(r"[a-z_]+:(read|write|secure)", permission) for permission in PERMISSIONS)


def test_the_table_of_roles_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        ROLES["user"] = frozenset({"*"})  # type: ignore[index]


async def test_an_actor_of_a_person_has_their_role_and_zone(accounts: AccountService, database: Database) -> None:
    user = await accounts.register(
        email="ada@example.com", password="correct horse staple", full_name="Ada", timezone="Asia/Tokyo"
    )
    actor = await database.read(lambda tx: actor_of_user(tx, user.user_number))
    assert (actor.user_key, actor.user_id, actor.tenant_id) == (user.user_number, user.id, user.tenant_id)
    assert (actor.role, actor.zone, actor.name, actor.via) == ("user", "Asia/Tokyo", "Ada", "system")
    assert actor.permissions == permissions_of("user")
    assert actor.session_id is None


async def test_work_for_a_switched_off_account_is_refused(accounts: AccountService, database: Database) -> None:
    user = await accounts.register(email="ada@example.com", password="correct horse staple")
    await database.write(
        lambda tx: tx.session.execute(update(User).where(User.key == user.user_number).values(is_active=False))
    )
    with pytest.raises(Unauthenticated):
        await database.read(lambda tx: actor_of_user(tx, user.user_number))
    with pytest.raises(Unauthenticated):
        await database.read(lambda tx: actor_of_user(tx, 999))
