"""Why a second factor is not accepted, set up or taken away."""

from __future__ import annotations

from steward.kit.errors import Conflict, Invalid, Kind, NotFound, TooMany, Unauthenticated


class CodeWrong(Invalid):
    """That code is wrong, was used before, or is too old; use a new one."""

    kind, code = Kind.INVALID, "MFA_CODE_INVALID"


class TooManyCodes(TooMany):
    """Too many wrong codes; wait a moment."""

    kind, code = Kind.TOO_MANY, "MFA_TOO_MANY_CODES"


class CodeSentLately(TooMany):
    """A code was sent a moment ago; wait before you ask for another."""

    kind, code = Kind.TOO_MANY, "MFA_CODE_SENT_LATELY"


class MethodEnabled(Conflict):
    """That second factor is on already; remove it first."""

    kind, code = Kind.CONFLICT, "MFA_ALREADY_ENABLED"


class MfaNotEnabled(Invalid):
    """No such second factor is on; set one up first."""

    kind, code = Kind.INVALID, "MFA_NOT_ENABLED"


class ProofRefused(Unauthenticated):
    """The password or code is wrong."""

    kind, code = Kind.UNAUTHENTICATED, "STEP_UP_FAILED"


class PasskeyWrong(Invalid):
    """That passkey was not accepted; start again."""

    kind, code = Kind.INVALID, "PASSKEY_INVALID"


class PasskeyNotFound(NotFound):
    """There is no such passkey."""

    kind, code = Kind.NOT_FOUND, "PASSKEY_NOT_FOUND"


class TooManyPasskeys(Conflict):
    """You have as many passkeys as one account may have; remove one first."""

    kind, code = Kind.CONFLICT, "PASSKEY_LIMIT"
