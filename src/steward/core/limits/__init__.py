"""How often somebody may ask, how often a password may be guessed, how many streams may be open."""

from steward.core.limits.brake import LoginBrake
from steward.core.limits.errors import LimitExceeded
from steward.core.limits.rules import Policies, subject_of_address
from steward.core.limits.service import Limits
from steward.core.limits.types import Standing

__all__ = ["LimitExceeded", "Limits", "LoginBrake", "Policies", "Standing", "subject_of_address"]
