"""The master keys of the server: turning the ring while everything runs, and letting old keys go."""

from steward.core.vault.errors import KeyIsCurrent, KeyNeeded, KeyUnknown
from steward.core.vault.service import Vault
from steward.core.vault.types import KeyView, Need, Rotated

__all__ = ["KeyIsCurrent", "KeyNeeded", "KeyUnknown", "KeyView", "Need", "Rotated", "Vault"]
