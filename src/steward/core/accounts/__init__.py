"""Tenants and people: registration, the owner, one's own profile, and how passwords are kept."""

from steward.core.accounts.errors import AccountDisabled, EmailTaken, HasherBusy
from steward.core.accounts.hashing import PasswordHasher
from steward.core.accounts.service import AccountService
from steward.core.accounts.types import Credentials, UserView

__all__ = [
    "AccountDisabled",
    "AccountService",
    "Credentials",
    "EmailTaken",
    "HasherBusy",
    "PasswordHasher",
    "UserView",
]
