"""What can go wrong with people and what is theirs."""

from __future__ import annotations

from steward.kit.errors import Conflict, Invalid, Kind, NotFound


class PersonUnknown(NotFound):
    """There is no such person."""

    kind, code = Kind.NOT_FOUND, "USER_NOT_FOUND"


class NumberUnknown(NotFound):
    """There is no such phone number."""

    kind, code = Kind.NOT_FOUND, "PHONE_NUMBER_NOT_FOUND"


class PhoneTaken(Conflict):
    """That phone number belongs to an account already."""

    kind, code = Kind.CONFLICT, "PHONE_NUMBER_TAKEN"


class CodeWrong(Invalid):
    """That code is wrong, used or older than five minutes; ask for a new one."""

    kind, code = Kind.INVALID, "VERIFICATION_CODE_WRONG"
