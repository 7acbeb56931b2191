"""The brake on guessing passwords: one for each account and one for each address, behind every door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import TypeVar
from uuid import UUID

from steward.core.limits.rules import subject_of_address
from steward.core.limits.service import Limits
from steward.ports.limits import Asked

T = TypeVar("T")


class LoginBrake:
    """Lets a password be wrong ten times in any fifteen minutes, for one account and from one address.

    A guess is counted before the password is looked at and taken back when it was right, so that guesses at the same
    moment cannot all slip through. Nothing is locked for longer than the window. Names that nobody has are counted just
    like those of accounts. Source: decision C15; security notes, item 6.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    async def guess(
        self, name: str, user_id: UUID | None, ip: str, check: Callable[[], Awaitable[tuple[bool, T]]]
    ) -> tuple[bool, T]:
        """Return what ``check`` finds: whether the password was right, and whatever else.

        ``user_id`` is None where nobody has the name. If the check fails for another reason, no guess was made.

        Raises:
            LimitExceeded: there were too many wrong passwords; the check did not run.
        """
        if self._limits.are_off:
            return await check()
        asked = self._asked(name, user_id, ip)
        standing = await self._limits.take(asked)
        was_wrong = False
        try:
            found = await check()
            was_wrong = not found[0]
        finally:
            if not was_wrong:
                await self._limits.give_back(asked, standing.at)
        return found

    def _asked(self, name: str, user_id: UUID | None, ip: str) -> list[Asked]:
        account = str(user_id) if user_id else blake2b(name.strip().lower().encode("utf-8", "replace")).hexdigest()[:32]
        named = self._limits.policies.named
        return [
            *(Asked(limit, account) for limit in named("login_account")),
            *(Asked(limit, subject_of_address(ip)) for limit in named("login_address")),
        ]
