"""What can go wrong with an account."""

from __future__ import annotations

from steward.kit.errors import Conflict, Forbidden, Kind, Unavailable


class EmailTaken(Conflict):
    """That e-mail address already has an account; sign in instead."""

    kind, code = Kind.CONFLICT, "EMAIL_TAKEN"


class AccountDisabled(Forbidden):
    """This account is switched off; ask your administrator."""

    kind, code = Kind.FORBIDDEN, "ACCOUNT_DISABLED"


class HasherBusy(Unavailable):
    """Too many people are signing in at this moment; try again in a second."""
