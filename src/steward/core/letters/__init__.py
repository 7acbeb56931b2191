"""Mails and texts that the server itself sends: codes, links with one-time tokens, notices about an account."""

from steward.core.letters.outbox import OutboxService
from steward.core.letters.service import Letters

__all__ = ["Letters", "OutboxService"]
