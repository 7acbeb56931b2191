"""Append-only, hash-chained facts: who did what to what."""

from steward.core.audit.rules import storable_text
from steward.core.audit.service import AuditLog
from steward.core.audit.types import Action, ChainReport, Details, Result

__all__ = ["Action", "AuditLog", "ChainReport", "Details", "Result", "storable_text"]
