"""What can go wrong with an account."""

from __future__ import annotations

from steward.kit.errors import Conflict, Forbidden, Invalid, Kind, Unavailable


class EmailTaken(Conflict):
    """That e-mail address already has an account; sign in instead."""

    kind, code = Kind.CONFLICT, "EMAIL_TAKEN"


class AccountDisabled(Forbidden):
    """This account is switched off; ask your administrator."""

    kind, code = Kind.FORBIDDEN, "ACCOUNT_DISABLED"


class HasherBusy(Unavailable):
    """Too many people are signing in at this moment; try again in a second."""


class PasswordWrong(Invalid):
    """That is not your current password."""

    kind, code = Kind.INVALID, "PASSWORD_WRONG"


class StepUpRequired(Forbidden):
    """Prove that it is you: send your password or a code of your second factor."""

    kind, code = Kind.FORBIDDEN, "STEP_UP_REQUIRED"


class SignInRequired(Forbidden):
    """An API key cannot do that; sign in."""

    kind, code = Kind.FORBIDDEN, "SIGN_IN_REQUIRED"


class OwnerStays(Conflict):
    """The owner of the server cannot be deleted, locked out or given another role."""

    kind, code = Kind.CONFLICT, "OWNER_STAYS"
