"""Tenants and people: registration, the owner, one's own profile, and how passwords are kept."""

from steward.core.accounts.errors import (
    AccountDisabled,
    EmailTaken,
    HasherBusy,
    OwnerStays,
    PasswordWrong,
    SignInRequired,
    StepUpRequired,
)
from steward.core.accounts.hashing import PasswordHasher
from steward.core.accounts.life import AccountLife
from steward.core.accounts.service import AccountService
from steward.core.accounts.types import Credentials, Holder, StepUp, UserView

__all__ = [
    "AccountDisabled",
    "AccountLife",
    "AccountService",
    "Credentials",
    "EmailTaken",
    "HasherBusy",
    "Holder",
    "OwnerStays",
    "PasswordHasher",
    "PasswordWrong",
    "SignInRequired",
    "StepUp",
    "StepUpRequired",
    "UserView",
]
