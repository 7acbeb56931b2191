"""Passwords are hashed with the promised cost, and a crowd is turned away instead of queued for ever."""

import asyncio
import statistics
import threading
import time

import pytest

from steward.core.accounts import HasherBusy, PasswordHasher


async def test_the_right_password_is_recognised_and_another_is_not(hasher: PasswordHasher) -> None:
    stored = await hasher.hash("correct horse staple")
    assert await hasher.verify("correct horse staple", stored) == (True, None)
    assert await hasher.verify("correct horse stapl", stored) == (False, None)


async def test_the_default_is_argon2id_with_19_mib_and_two_passes() -> None:
    hasher = PasswordHasher()
    try:
        assert (await hasher.hash("correct horse staple")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    finally:
        hasher.close()


async def test_passwords_that_differ_in_character_200_are_different(hasher: PasswordHasher) -> None:
    stored = await hasher.hash("x" * 199 + "a" + "x" * 100)
    assert (await hasher.verify("x" * 199 + "b" + "x" * 100, stored))[0] is False


async def test_nobody_has_no_password(hasher: PasswordHasher) -> None:
    assert await hasher.verify("", None) == (False, None)
    assert await hasher.verify("correct horse staple", None) == (False, None)


@pytest.mark.parametrize("password", ["x" * 5000, "\ud800 and more"])
async def test_what_cannot_be_a_password_is_wrong_and_no_accident(hasher: PasswordHasher, password: str) -> None:
    assert await hasher.verify(password, await hasher.hash("correct horse staple")) == (False, None)


async def test_a_hash_that_is_none_is_wrong_and_no_accident(hasher: PasswordHasher) -> None:
    assert await hasher.verify("correct horse staple", "not a hash") == (False, None)


async def test_a_hash_is_made_anew_when_the_cost_rises(hasher: PasswordHasher) -> None:
    stored = await hasher.hash("correct horse staple")
    stronger = PasswordHasher(memory_kib=128, passes=2)
    try:
        is_right, renewed = await stronger.verify("correct horse staple", stored)
        assert is_right
        assert renewed is not None
        assert await stronger.verify("correct horse staple", renewed) == (True, None)
        assert await stronger.verify("wrong", stored) == (False, None)
    finally:
        stronger.close()


async def test_who_comes_after_a_full_queue_is_told_to_come_back_and_later_served() -> None:
    hasher = PasswordHasher(threads=1, queue=2, memory_kib=64, passes=1)
    gate = threading.Event()
    try:
        waiting = [asyncio.ensure_future(hasher.run(gate.wait)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(HasherBusy) as busy:
            await hasher.run(gate.wait)
        assert busy.value.retry_after_seconds == 1
        gate.set()
        assert await asyncio.gather(*waiting) == [True, True, True]
        assert await hasher.run(lambda: 5) == 5
    finally:
        gate.set()
        hasher.close()


async def test_somebody_who_gave_up_waiting_gives_their_place_back() -> None:
    hasher = PasswordHasher(threads=1, queue=1, memory_kib=64, passes=1)
    gate = threading.Event()
    try:
        first = asyncio.ensure_future(hasher.run(gate.wait))
        second = asyncio.ensure_future(hasher.run(gate.wait))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        third = asyncio.ensure_future(hasher.run(lambda: "served"))
        await asyncio.sleep(0)
        gate.set()
        assert await third == "served"
        assert await first is True
    finally:
        gate.set()
        hasher.close()


async def test_an_unknown_person_takes_as_long_as_a_wrong_password() -> None:
    hasher = PasswordHasher(threads=1)
    try:
        stored = await hasher.hash("correct horse staple")

        async def cost(against: str | None) -> float:
            start = time.perf_counter()
            await hasher.verify("some other password", against)
            return time.perf_counter() - start

        pairs = [(await cost(stored), await cost(None)) for _ in range(12)]
        known, unknown = (statistics.median(column) for column in zip(*pairs, strict=True))
        assert 0.6 < known / unknown < 1.6
    finally:
        hasher.close()


async def test_a_place_that_is_held_counts_before_anything_is_hashed() -> None:
    hasher = PasswordHasher(threads=1, queue=0, memory_kib=64, passes=1)
    try:
        stored = await hasher.hash("correct horse staple")
        with hasher.place():
            with pytest.raises(HasherBusy):
                await hasher.verify("correct horse staple", stored)
            assert (await hasher.verify("correct horse staple", stored, has_place=True))[0] is True
        assert (await hasher.verify("correct horse staple", stored))[0] is True
    finally:
        hasher.close()
