"""Append-only, hash-chained facts: who did what to what."""

from steward.core.audit.heads import ChainHeads, Head
from steward.core.audit.rules import storable_text
from steward.core.audit.service import AuditLog
from steward.core.audit.trail import AuditTrail, AuditView, AuditWish
from steward.core.audit.types import Action, ChainReport, Details, Result

__all__ = [
    "Action",
    "AuditLog",
    "AuditTrail",
    "AuditView",
    "AuditWish",
    "ChainHeads",
    "ChainReport",
    "Details",
    "Head",
    "Result",
    "storable_text",
]
