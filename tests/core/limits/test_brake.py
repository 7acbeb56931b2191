"""The brake on guessing passwords."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest

from steward.adapters.limits.memory import MemoryCounters
from steward.core.limits import LimitExceeded, Limits, LoginBrake
from steward.kit.clock import SettableClock
from steward.settings import Settings

ADA = UUID(int=7)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(datetime(2024, 2, 1, 11, 59, tzinfo=UTC))


@pytest.fixture
def brake(clock: SettableClock) -> LoginBrake:
    return LoginBrake(Limits(Settings(_env_file=None), MemoryCounters(), clock))


async def guess(brake: LoginBrake, is_right: bool, *, ip: str = "192.0.2.1", user_id: UUID | None = ADA) -> str:
    """Return "right", "wrong" or "braked"."""

    async def check() -> tuple[bool, None]:
        await asyncio.sleep(0)  # others come in between, as while a password is hashed
        return is_right, None

    try:
        return "right" if (await brake.guess("ada@example.com", user_id, ip, check))[0] else "wrong"
    except LimitExceeded:
        return "braked"


async def test_ten_wrong_passwords_are_one_too_few_to_be_braked(brake: LoginBrake) -> None:
    assert [await guess(brake, False) for _ in range(11)] == ["wrong"] * 10 + ["braked"]
    assert await guess(brake, True) == "braked"


async def test_guesses_in_the_same_moment_cannot_be_more(brake: LoginBrake) -> None:
    found = await asyncio.gather(*(guess(brake, False, ip=f"192.0.2.{n}") for n in range(100)))
    assert found.count("wrong") == 10


async def test_right_passwords_are_not_counted(brake: LoginBrake) -> None:
    assert [await guess(brake, True) for _ in range(30)] == ["right"] * 30


async def test_a_check_that_fails_by_itself_is_no_guess(brake: LoginBrake) -> None:
    async def busy() -> tuple[bool, None]:
        raise TimeoutError

    for _ in range(20):
        with pytest.raises(TimeoutError):
            await brake.guess("ada@example.com", ADA, "192.0.2.1", busy)
    assert await guess(brake, True) == "right"


async def test_the_brake_is_let_go_after_fifteen_minutes_and_not_at_the_full_hour(
    brake: LoginBrake, clock: SettableClock
) -> None:
    for _ in range(10):
        await guess(brake, False)
    clock.advance(120)
    assert await guess(brake, True) == "braked"
    clock.advance(781)
    assert await guess(brake, True, ip="198.51.100.9") == "right"


async def test_many_accounts_from_one_address_are_braked_too(brake: LoginBrake) -> None:
    found = [await guess(brake, False, user_id=UUID(int=number)) for number in range(11)]
    assert found == ["wrong"] * 10 + ["braked"]
    assert await guess(brake, True, user_id=ADA, ip="198.51.100.9") == "right"


async def test_names_that_nobody_has_are_counted_alike(brake: LoginBrake) -> None:
    found = [await guess(brake, False, user_id=None, ip=f"192.0.2.{n}") for n in range(11)]
    assert found == ["wrong"] * 10 + ["braked"]
