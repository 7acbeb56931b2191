"""Showing the server's owner what was kept in the local outbox."""

from __future__ import annotations

from collections.abc import Sequence

from steward.core.audit import Action, AuditLog
from steward.db.database import Database
from steward.kit.actor import Actor
from steward.kit.errors import Forbidden
from steward.ports.outbox import KeptLetter, Outbox

_MOST_SHOWN = 100


class OutboxService:
    """What can be done with the outbox: looking. Its letters hold one-time links, so that each look is audited."""

    def __init__(self, db: Database, outbox: Outbox, audit: AuditLog) -> None:
        self._db = db
        self._outbox = outbox
        self._audit = audit

    async def newest(self, actor: Actor) -> tuple[Sequence[KeptLetter], int]:
        """Return the newest hundred letters of the whole server, and how many there are in all.

        Raises:
            Forbidden: the actor does not run the server, or came with an API key: a link in a letter sets a password,
                which no key may.
        """
        actor.need("platform:read")
        if actor.via != "session":
            raise Forbidden("An API key cannot do that; sign in.", code="SIGN_IN_REQUIRED")
        await self._db.write(lambda tx: self._audit.record(tx, action=Action.OUTBOX_READ, actor=actor))
        return await self._outbox.newest(_MOST_SHOWN)
