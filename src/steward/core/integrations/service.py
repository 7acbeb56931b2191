"""Integrations: going to a provider and coming back, what was granted, and accounts that sign people in."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from uuid import UUID

from steward.core.access import actor_of_user
from steward.core.accounts import AccountService, SignInRequired, StepUp, UserView
from steward.core.audit import Action, AuditLog
from steward.core.integrations import gate
from steward.core.integrations.errors import (
    ConsentRefused,
    ProviderNotConfigured,
    ProviderUnknown,
    ProviderUnreachable,
    StateWrong,
)
from steward.core.integrations.identities import Identities
from steward.core.integrations.renewal import Renewal
from steward.core.integrations.rules import chosen_scopes, own_path
from steward.core.integrations.travel import Errand, Travel
from steward.core.integrations.types import (
    Arrival,
    Departure,
    Flow,
    IdentityView,
    IntegrationView,
    ProviderView,
    Return,
    Summary,
)
from steward.core.proofs import Proofs
from steward.core.sessions import SessionService
from steward.db.database import Database, Transaction
from steward.kit.actor import Actor
from steward.kit.errors import Refused, StewardError, Unauthenticated, Unavailable
from steward.kit.pages import Page, Window
from steward.ports.oauth import Granted, OAuthProvider, OAuthProviders
from steward.settings import Settings

_LONGEST_CODE = 4096


class IntegrationService:
    """What can be done with other providers."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        providers: OAuthProviders,
        proofs: Proofs,
        accounts: AccountService,
        sessions: SessionService,
        audit: AuditLog,
        step_up: StepUp,
    ) -> None:
        self._db = db
        self._public_url = settings.public_url
        self._providers = providers
        self._sessions = sessions
        self._audit = audit
        self._step_up = step_up
        self._travel = Travel(db, proofs, settings.public_url)
        self._identities = Identities(accounts, audit, has_sign_up=settings.oauth_sign_up)
        self._renewal = Renewal(db, providers, audit)

    def providers(self) -> list[ProviderView]:
        """Return every provider, configured or not. Source: decision AP13."""
        return [
            ProviderView(each.name, each.display_name, each.scopes, each.is_configured)
            for each in self._providers.all()
        ]

    async def initiate(
        self, actor: Actor, provider: str, scopes: Iterable[str], redirect_uri: str | None, *, is_browser: bool
    ) -> Departure:
        """Return where the actor goes to grant access to their account; the state names them.

        ``is_browser`` says that the request came from the web app: only that browser may come back then.

        Raises:
            ProviderUnknown, ProviderNotConfigured, ProviderUnreachable: it cannot be asked.
            Invalid: a scope is unknown, or ``redirect_uri`` is not of this server.
        """
        actor.need("integrations:write")
        found = self._usable(provider)
        return await self._depart(
            found, "connect", chosen_scopes(found, scopes), redirect_uri, actor=actor, is_bound=is_browser
        )

    async def start_sign_in(self, provider: str, redirect_uri: str | None) -> Departure:
        """Return where somebody goes to sign in; only the browser that asked may come back.

        Raises:
            ProviderUnknown, ProviderNotConfigured, ProviderUnreachable: it cannot be asked.
            Invalid: ``redirect_uri`` is not of this server.
        """
        return await self._depart(self._usable(provider), "sign_in", (), redirect_uri, actor=None, is_bound=True)

    async def start_link(
        self,
        actor: Actor,
        provider: str,
        redirect_uri: str | None,
        *,
        password: str | None = None,
        code: str | None = None,
    ) -> Departure:
        """Return where the actor goes to be able to sign in with the provider from now on.

        Raises:
            SignInRequired: the actor came with an API key.
            StepUpRequired: a second factor is on and was not proved lately.
            ProviderUnknown, ProviderNotConfigured, ProviderUnreachable: it cannot be asked.
            Invalid: ``redirect_uri`` is not of this server.
        """
        actor.need("profile:secure")
        await self._need_person(actor, password, code)
        return await self._depart(self._usable(provider), "link", (), redirect_uri, actor=actor, is_bound=True)

    async def arrive(self, came: Return) -> Arrival:
        """Finish what was begun: keep the grant, link the account, or sign in.

        No provider is called before the state is known to be good.

        Raises:
            StateWrong: the state is unknown, used, too old, or began elsewhere.
            ConsentRefused: the person or the provider said no, or what it sent cannot be believed.
            ProviderUnreachable: the provider does not answer as it should.
            LinkNeeded, LinkedElsewhere, SignUpClosed, AddressMissing, AccountDisabled: nobody is signed in or linked.
        """
        errand = await self._travel.come_back(came)
        provider = self._usable(errand.provider)
        try:
            if not came.code or len(came.code) > _LONGEST_CODE or came.error:
                raise ConsentRefused
            if not await provider.accepts_issuer(came.issuer):
                raise StateWrong
            granted = await provider.exchange(came.code, errand.asked, self._db.clock.now())
            if errand.flow != "connect" and not granted.identity.is_proven:
                raise ConsentRefused
        except Unavailable:
            raise ProviderUnreachable from None
        except (Refused, ConsentRefused, StateWrong) as no:
            await self._note_refusal(errand, came, no.code)
            if isinstance(no, StateWrong):
                raise
            raise ConsentRefused(return_to=errand.return_to) from None
        if errand.flow == "sign_in":
            return await self._sign_in(errand, granted, came)
        return await self._keep(errand, granted, came)

    async def list(
        self, actor: Actor, *, provider: str | None = None, window: Window | None = None
    ) -> Page[IntegrationView]:
        """Return the actor's integrations, the newest first."""
        actor.need("integrations:read")
        return await self._db.read(lambda tx: gate.page_of(tx, actor, provider, window or Window()))

    async def status(self, actor: Actor) -> Summary:
        """Return how many integrations the actor has, by status and provider."""
        actor.need("integrations:read")
        return await self._db.read(lambda tx: gate.summary_of(tx, actor))

    async def refresh(self, actor: Actor, integration_id: UUID) -> IntegrationView:
        """Renew the tokens of an integration at the provider and return it. Source: decision AP15.

        Raises:
            IntegrationUnknown: it is not the actor's.
            ReconnectNeeded: the provider does not honour the grant any more.
            ProviderUnreachable, ProviderNotConfigured: it cannot be asked.
        """
        actor.need("integrations:write")
        return await self._renewal.refresh(actor, integration_id)

    async def fresh_access_token(self, actor: Actor, integration_id: UUID) -> str:
        """Return an access token that is good for at least another minute, renewed if need be.

        Raises:
            IntegrationUnknown, ReconnectNeeded, ProviderUnreachable, ProviderNotConfigured: as in ``refresh``.
        """
        actor.need("integrations:read")
        return await self._renewal.fresh_access_token(actor, integration_id)

    async def revoke(self, actor: Actor, integration_id: UUID) -> None:
        """Delete an integration, and ask the provider to forget it; one that does not answer changes nothing.

        Source: decision AP16; security notes, item 62.

        Raises:
            IntegrationUnknown: it is not the actor's.
        """
        actor.need("integrations:write")

        def work(tx: Transaction) -> tuple[str, str | None]:
            row = gate.row_of(tx, actor, integration_id)
            token = gate.opened(tx, row, "refresh_token") or gate.opened(tx, row, "access_token")
            gate.remove(tx, row)
            self._audit.record(
                tx,
                action=Action.INTEGRATION_REMOVED,
                resource=f"integration/{integration_id}",
                actor=actor,
                details={"provider": row.provider},
            )
            return row.provider, token

        name, token = await self._db.write(work)
        provider = self._providers.find(name)
        if token is not None and provider is not None and provider.is_configured:
            with contextlib.suppress(Unavailable, Refused):
                await provider.revoke(token)

    async def list_identities(self, actor: Actor, window: Window | None = None) -> Page[IdentityView]:
        """Return the accounts elsewhere that sign the actor in, the newest first."""
        actor.need("profile:read")
        return await self._db.read(lambda tx: self._identities.page_of(tx, actor, window or Window()))

    async def unlink(
        self, actor: Actor, identity_id: UUID, *, password: str | None = None, code: str | None = None
    ) -> None:
        """Let an account elsewhere sign the actor in no more.

        Raises:
            SignInRequired: the actor came with an API key.
            StepUpRequired: a second factor is on and was not proved lately.
            IdentityUnknown: it is not the actor's.
            OnlyWayIn: there would be no way left to sign in.
        """
        actor.need("profile:secure")
        await self._need_person(actor, password, code)
        await self._db.write(lambda tx: self._identities.unlink(tx, actor, identity_id))

    async def close(self) -> None:
        """Let renewals that have begun be written down, then close the connections."""
        await self._renewal.settle()
        await self._providers.close()

    def _usable(self, name: str) -> OAuthProvider:
        found = self._providers.find(name)
        if found is None:
            raise ProviderUnknown
        if not found.is_configured:
            raise ProviderNotConfigured
        return found

    async def _need_person(self, actor: Actor, password: str | None, code: str | None) -> None:
        if actor.via != "session":
            raise SignInRequired
        await self._step_up.check(actor, password=password, code=code)

    async def _depart(
        self,
        provider: OAuthProvider,
        flow: Flow,
        scopes: tuple[str, ...],
        redirect_uri: str | None,
        *,
        actor: Actor | None,
        is_bound: bool,
    ) -> Departure:
        return_to = own_path(redirect_uri, self._public_url)
        try:
            return await self._travel.depart(
                provider, flow, scopes=scopes, return_to=return_to, actor=actor, is_bound=is_bound
            )
        except Unavailable:
            raise ProviderUnreachable from None

    async def _sign_in(self, errand: Errand, granted: Granted, came: Return) -> Arrival:
        def work(tx: Transaction) -> UserView | StewardError:
            return self._identities.admit(tx, errand.provider, granted.identity, came.ip)

        admitted = await self._db.write(work)
        if isinstance(admitted, StewardError):
            raise admitted
        grant = await self._sessions.open_session_for(
            admitted,
            surface="ui" if came.is_page else "api_v1",
            user_agent=came.user_agent,
            ip=came.ip,
            method=f"oauth:{errand.provider}",
        )
        return Arrival(errand.return_to, grant=grant)

    async def _keep(self, errand: Errand, granted: Granted, came: Return) -> Arrival:
        def work(tx: Transaction) -> Arrival | StewardError:
            actor = self._actor_of(tx, errand)
            if errand.flow == "link":
                actor.need("profile:write")
                linked = self._identities.link(tx, actor, errand.provider, granted.identity)
                return linked if isinstance(linked, StewardError) else Arrival(errand.return_to, identity=linked)
            actor.need("integrations:write")
            scopes = granted.tokens.scopes if granted.tokens.scopes is not None else tuple(errand.asked.scopes)
            kept = gate.keep(tx, actor, errand.provider, granted, scopes)
            self._audit.record(
                tx,
                action=Action.INTEGRATION_CONNECTED,
                resource=f"integration/{kept.id}",
                actor=actor,
                ip=came.ip,
                details={"provider": errand.provider, "scopes": " ".join(scopes)},
            )
            return Arrival(errand.return_to, integration=kept)

        outcome = await self._db.write(work)
        if isinstance(outcome, StewardError):
            raise outcome
        return outcome

    def _actor_of(self, tx: Transaction, errand: Errand) -> Actor:
        """Return the person whom the state names, with the rights they have now."""
        if errand.user_key is None:
            raise StateWrong
        try:
            return actor_of_user(tx, errand.user_key)
        except Unauthenticated:
            raise StateWrong from None

    async def _note_refusal(self, errand: Errand, came: Return, reason: str) -> None:
        await self._db.write(
            lambda tx: self._audit.record(
                tx,
                action=Action.OAUTH_REFUSED,
                result="failure",
                tenant_key=errand.tenant_key,
                user_key=errand.user_key,
                ip=came.ip,
                details={"provider": errand.provider, "flow": errand.flow, "reason": reason},
            )
        )
