"""Renewing tokens: one call of the provider at a time for an integration, however many processes want it.

Whoever sets ``refreshing_until`` first calls; the others wait for what comes of it. A refresh token that is replaced
with each use would otherwise be used twice, which providers take for theft. Source: security notes, item 61.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from steward.core.audit import Action, AuditLog
from steward.core.integrations import gate
from steward.core.integrations.errors import (
    IntegrationUnknown,
    ProviderNotConfigured,
    ProviderUnreachable,
    ReconnectNeeded,
)
from steward.core.integrations.types import IntegrationView
from steward.db.database import Database, Transaction
from steward.kit.actor import Actor
from steward.kit.errors import Refused, Unavailable
from steward.ports.oauth import GrantEnded, OAuthProvider, OAuthProviders, Tokens

EARLY = timedelta(seconds=60)
"""A token that ends so soon is renewed before it is used."""

_PATIENCE_SECONDS = 20.0
_LOOK_SECONDS = 0.05


class Renewal:
    """Keeps the tokens of integrations good."""

    def __init__(self, db: Database, providers: OAuthProviders, audit: AuditLog) -> None:
        self._db = db
        self._providers = providers
        self._audit = audit
        self._calls: set[asyncio.Task[None]] = set()

    async def refresh(self, actor: Actor, integration_id: UUID) -> IntegrationView:
        """Renew the tokens, or wait for somebody who is doing so, and return the integration.

        Raises:
            IntegrationUnknown: it is not the actor's.
            ReconnectNeeded: the provider does not honour the grant any more; it is not asked again.
            ProviderUnreachable: the provider does not answer as it should.
            ProviderNotConfigured: the operator took the provider away.
        """
        seen = await self._db.read(lambda tx: gate.row_of(tx, actor, integration_id))
        await self._renewed(actor, seen)
        return gate.view(await self._db.read(lambda tx: gate.row_of(tx, actor, integration_id)))

    async def fresh_access_token(self, actor: Actor, integration_id: UUID) -> str:
        """Return an access token that is good for at least another minute.

        Raises:
            IntegrationUnknown, ReconnectNeeded, ProviderUnreachable, ProviderNotConfigured: as in ``refresh``.
        """

        def work(tx: Transaction) -> tuple[Row[*tuple[Any, ...]], str | None]:
            row = gate.row_of(tx, actor, integration_id)
            is_good = row.expires_at is None or row.expires_at > tx.now + EARLY
            return row, gate.opened(tx, row, "access_token") if is_good else None

        seen, token = await self._db.read(work)
        if token is not None:
            return token
        await self._renewed(actor, seen)  # those tokens, not newer ones that another has fetched by now
        token = await self._db.read(lambda tx: gate.opened(tx, gate.row_of(tx, actor, integration_id), "access_token"))
        if token is None:
            raise ReconnectNeeded
        return token

    async def settle(self) -> None:
        """Wait until calls that have begun are written down."""
        while self._calls:
            await asyncio.wait(self._calls)

    async def _renewed(self, actor: Actor, seen: Row[*tuple[Any, ...]]) -> None:
        provider = self._providers.find(seen.provider)
        if provider is None or not provider.is_configured:
            raise ProviderNotConfigured
        if seen.status == "expired" or seen.refresh_token is None:
            raise ReconnectNeeded
        patience = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < patience:
            until = await self._db.write(lambda tx: gate.claim(tx, seen))
            if until is not None:
                # In a task of its own: a new refresh token must be kept even if the one who asked is gone.
                call = asyncio.get_running_loop().create_task(self._call(actor, provider, seen, until))
                self._calls.add(call)
                call.add_done_callback(self._calls.discard)
                await asyncio.shield(call)
                return
            if await self._others_did(actor, seen, patience):
                return
        raise ProviderUnreachable

    async def _others_did(self, actor: Actor, seen: Row[*tuple[Any, ...]], patience: float) -> bool:
        """Wait while another renews; False when that one died on the way."""

        def look(tx: Transaction) -> tuple[Row[*tuple[Any, ...]], bool]:
            row = gate.row_of(tx, actor, seen.id)
            return row, gate.is_same(tx, row, seen)

        while time.monotonic() < patience:
            row, is_same = await self._db.read(look)
            if row.status == "expired":
                raise ReconnectNeeded
            if not is_same:
                return True
            if row.refreshing_until is None:
                raise ProviderUnreachable
            if row.refreshing_until <= self._db.clock.now():
                return False
            await asyncio.sleep(_LOOK_SECONDS)
        raise ProviderUnreachable

    async def _call(self, actor: Actor, provider: OAuthProvider, seen: Row[*tuple[Any, ...]], until: datetime) -> None:
        token = await self._db.read(lambda tx: gate.opened(tx, seen, "refresh_token"))
        try:
            if token is None:
                raise GrantEnded
            tokens = await provider.refresh(token)
        except GrantEnded as over:
            reason = over.message
            await self._db.write(lambda tx: self._end(tx, actor, seen, until, reason))
            raise ReconnectNeeded from None
        except (Unavailable, Refused) as failure:
            reason = failure.message
            await self._db.write(lambda tx: gate.fail(tx, seen, until, reason))
            raise ProviderUnreachable from None
        if await self._db.write(lambda tx: self._keep(tx, actor, seen, until, tokens)):
            return
        with contextlib.suppress(IntegrationUnknown):
            await self._db.read(lambda tx: gate.row_of(tx, actor, seen.id))
            return  # connected again meanwhile: what is there is newer
        with contextlib.suppress(Unavailable, Refused):
            await provider.revoke(tokens.refresh_token or tokens.access_token)
        raise IntegrationUnknown

    def _keep(
        self, tx: Transaction, actor: Actor, seen: Row[*tuple[Any, ...]], until: datetime, tokens: Tokens
    ) -> bool:
        if not gate.renew(tx, seen, until, tokens):
            return False
        resource = f"integration/{seen.id}"
        self._audit.record(tx, action=Action.INTEGRATION_REFRESHED, resource=resource, actor=actor)
        return True

    def _end(self, tx: Transaction, actor: Actor, seen: Row[*tuple[Any, ...]], until: datetime, reason: str) -> None:
        if gate.end(tx, seen, until, reason):
            resource = f"integration/{seen.id}"
            self._audit.record(tx, action=Action.INTEGRATION_EXPIRED, resource=resource, result="failure", actor=actor)
