"""Registering makes one account, in a tenant of its own, whoever else tries at the same moment."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from steward.core.accounts import AccountService, EmailTaken, PasswordHasher, UserView
from steward.core.audit import AuditLog
from steward.db.database import Database, Transaction
from steward.db.tables import AuditEntry, Tenant, User
from steward.kit.clock import SettableClock
from steward.kit.errors import Conflict, Invalid
from steward.settings import Settings

GOOD: dict[str, Any] = {"email": "ada@example.com", "password": "correct horse staple"}


async def count(database: Database, table: type) -> int:
    return await database.read(lambda tx: tx.session.scalar(select(func.count()).select_from(table)) or 0)


def files_of(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def everything_kept(database: Database, folder: Path) -> bytes:
    """All that the server wrote down: the rows as text, and the files of the data folder."""

    def rows(tx: Transaction) -> str:
        return repr(
            [tx.session.execute(select(*table.__table__.columns)).all() for table in (User, Tenant, AuditEntry)]
        )

    return b"".join([(await database.read(rows)).encode(), *files_of(folder)])


async def test_only_address_and_password_are_needed(accounts: AccountService, clock: SettableClock) -> None:
    user = await accounts.register(**GOOD)
    assert (user.email, user.username, user.role) == ("ada@example.com", "ada@example.com", "user")
    assert (user.timezone, user.language, user.theme) == ("UTC", "en-US", "auto")
    assert (user.full_name, user.phone_number, user.last_login) == ("", None, None)
    assert (user.is_active, user.is_verified) == (True, False)
    assert user.created_at == user.updated_at == clock.now()


async def test_the_example_of_each_document_is_accepted(accounts: AccountService) -> None:
    personal = await accounts.register(
        email="one@example.com", password="SecurePassword123!", full_name="John Doe", phone_number="+1234567890"
    )
    voice = await accounts.register(
        email="two@example.com", password="securepassword123", full_name="John Doe", first_name="John", last_name="Doe"
    )
    saas = await accounts.register(
        email="three@example.com", password="SecureP@ssw0rd123", full_name="John Doe", tenant_name="Acme Corp"
    )
    assert personal.phone_number == "+1234567890"
    assert (voice.first_name, voice.last_name) == ("John", "Doe")
    assert (saas.role, saas.tenant_name) == ("admin", "Acme Corp")
    assert len({personal.tenant_id, voice.tenant_id, saas.tenant_id}) == 3


@pytest.mark.parametrize(
    ("tenant_name", "role", "plan"),
    [(None, "user", "personal"), ("  ", "user", "personal"), ("Acme", "admin", "team")],
)
async def test_a_tenant_name_makes_an_admin_of_a_team(
    accounts: AccountService, database: Database, tenant_name: str | None, role: str, plan: str
) -> None:
    user = await accounts.register(**GOOD, tenant_name=tenant_name)
    assert user.role == role
    assert (
        await database.read(lambda tx: tx.session.scalar(select(Tenant.plan).where(Tenant.id == user.tenant_id)))
        == plan
    )


@pytest.mark.parametrize(
    ("sent", "names"),
    [
        ({"full_name": "Ada King Byron"}, ("Ada King Byron", "Ada", "King Byron")),
        ({"first_name": "Ada", "last_name": "Byron"}, ("Ada Byron", "Ada", "Byron")),
        ({"first_name": "Ada"}, ("Ada", "Ada", "")),
        ({"full_name": "A. Byron", "first_name": "Ada"}, ("A. Byron", "Ada", "Byron")),
    ],
)
async def test_names_are_built_from_each_other(
    accounts: AccountService, sent: dict[str, str], names: tuple[str, str, str]
) -> None:
    user = await accounts.register(**GOOD, **sent)
    assert (user.full_name, user.first_name, user.last_name) == names


@pytest.mark.parametrize("spelling", ["ada@example.com", " ADA@Example.COM ", "ａda@example.com"])
async def test_one_address_in_any_spelling_has_one_account(accounts: AccountService, spelling: str) -> None:
    await accounts.register(**GOOD)
    with pytest.raises(EmailTaken) as taken:
        await accounts.register(email=spelling, password="another good one")
    assert taken.value.code == "EMAIL_TAKEN"


async def test_an_international_domain_is_one_address_in_both_spellings(accounts: AccountService) -> None:
    await accounts.register(email="a@münchen.example", password="correct horse staple")
    with pytest.raises(EmailTaken):
        await accounts.register(email="A@xn--mnchen-3ya.example", password="correct horse staple")


async def test_sub_addresses_are_different_people(accounts: AccountService) -> None:
    await accounts.register(email="ada+one@example.com", password="correct horse staple")
    await accounts.register(email="ada+two@example.com", password="correct horse staple")


async def test_twenty_registrations_of_one_address_at_once_make_one_account(
    accounts: AccountService, database: Database, audit: AuditLog
) -> None:
    outcomes = await asyncio.gather(*(accounts.register(**GOOD) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(outcome, UserView) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, EmailTaken) for outcome in outcomes) == 19
    assert (await count(database, User), await count(database, Tenant), await count(database, AuditEntry)) == (1, 1, 1)
    assert (await audit.verify(database)).is_whole


async def test_everything_that_is_wrong_is_said_at_once(accounts: AccountService, database: Database) -> None:
    with pytest.raises(Invalid) as wrong:
        await accounts.register(email="nonsense", password="short", phone_number="12", tenant_name="x" * 201)
    assert wrong.value.fields["email"] == ["Invalid email format"]
    assert wrong.value.fields["password"] == ["Password must be at least 8 characters"]
    assert set(wrong.value.fields) == {"email", "password", "phone_number", "tenant_name"}
    assert await count(database, User) == 0


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@nodot",
        "a b@example.com",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@-x.com",
        "ada@1.2.3.4",
        "x" * 400 + "@example.com",
        "ada@\ud800.com",
        "ada@ex\0ample.com",
    ],
    ids=ascii,
)
async def test_what_is_no_address_is_refused(accounts: AccountService, address: str) -> None:
    with pytest.raises(Invalid) as wrong:
        await accounts.register(email=address, password="correct horse staple")
    assert "email" in wrong.value.fields


async def test_addresses_of_a_home_network_are_accepted(accounts: AccountService) -> None:
    assert (await accounts.register(email="ada@nas.local", password="correct horse staple")).email == "ada@nas.local"


async def test_a_name_cannot_carry_active_markup_or_break_the_database(accounts: AccountService) -> None:
    user = await accounts.register(**GOOD, full_name="Ada\0 <script>x</script>\ud800Byron")
    assert user.full_name == "Ada ?Byron"


async def test_the_password_is_nowhere_to_be_found(
    accounts: AccountService, database: Database, tmp_path: Path
) -> None:
    await accounts.register(email="ada@example.com", password="PLANTED-canary-7731")
    with pytest.raises(Invalid):
        await accounts.register(email="nonsense", password="PLANTED-canary-7731")
    kept = await everything_kept(database, tmp_path)
    assert b"ada@example.com" in kept
    assert b"PLANTED-canary-7731" not in kept


async def test_the_length_policy_lets_a_common_password_through(
    database: Database, settings: Settings, audit: AuditLog, hasher: PasswordHasher
) -> None:
    lax = AccountService(database, settings.model_copy(update={"password_policy": "length"}), audit, hasher)
    assert (await lax.register(email="ada@example.com", password="password")).email == "ada@example.com"


async def test_the_owner_is_made_once_with_a_password_that_is_shown_once(accounts: AccountService) -> None:
    owner, password = await accounts.ensure_owner("admin@localhost", None)
    assert (owner.username, owner.role, owner.email, owner.is_verified) == ("admin", "owner", "admin@localhost", True)
    assert password is not None
    assert len(password) >= 20
    assert await accounts.ensure_owner("admin@localhost", None) == (owner, None)
    assert await accounts.ensure_owner("other@example.com", "another password") == (owner, None)


async def test_a_configured_owner_password_is_taken_and_not_repeated(
    accounts: AccountService, database: Database, hasher: PasswordHasher
) -> None:
    _, made = await accounts.ensure_owner("root@example.com", "password")
    assert made is None
    who = await database.read(lambda tx: accounts.credentials(tx, "admin"))
    assert who is not None
    assert await hasher.verify("password", who.password_hash) == (True, None)


async def test_a_configured_owner_password_that_is_too_short_is_refused(accounts: AccountService) -> None:
    with pytest.raises(Invalid):
        await accounts.ensure_owner("root@example.com", "seven77")


async def test_starting_several_times_at_once_makes_one_owner(accounts: AccountService, database: Database) -> None:
    outcomes = await asyncio.gather(*(accounts.ensure_owner("admin@localhost", None) for _ in range(6)))
    assert len({owner.id for owner, _ in outcomes}) == 1
    assert sum(password is not None for _, password in outcomes) == 1
    assert (await count(database, User), await count(database, Tenant)) == (1, 1)


async def test_the_owner_does_not_take_over_somebody_elses_address(accounts: AccountService) -> None:
    await accounts.register(**GOOD)
    with pytest.raises(Conflict) as clash:
        await accounts.ensure_owner("ada@example.com", None)
    assert "STEWARD_OWNER_EMAIL" in clash.value.message
