"""``/api/v1/oauth``: connecting other providers, signing in with them, and what they granted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from steward.core.integrations import (
    Arrival,
    ConsentRefused,
    Departure,
    IdentityView,
    IntegrationView,
    ProviderView,
    Return,
)
from steward.kit.clock import iso_z, iso_z_or_none
from steward.kit.errors import StewardError
from steward.kit.pages import Page
from steward.surfaces.api_v1 import spelling
from steward.surfaces.api_v1.dialect import done, listed, window
from steward.surfaces.browser import drop_errand, errand_of, is_page, keep_errand, keep_session
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs, public
from steward.surfaces.routing import router as new_router
from steward.surfaces.turns import id_of

router = new_router(tags=["oauth"])

DONE = "Operation completed successfully"


class Wish(BaseModel):
    """What to ask which provider for, and where the browser goes afterwards (AP14)."""

    provider: str = Field(max_length=40)
    scopes: list[str] = Field(default_factory=list, max_length=20)
    redirect_uri: str | None = Field(None, max_length=2000)


class LinkWish(BaseModel):
    """Where the browser goes afterwards; a proof, where a second factor is set up (AP12)."""

    redirect_uri: str | None = Field(None, max_length=2000)
    password: str | None = Field(None, max_length=4096)
    code: str | None = Field(None, max_length=64)


class Proof(BaseModel):
    """What shows once more that it is really this person, where a second factor is set up (AP12)."""

    password: str | None = Field(None, max_length=4096)
    code: str | None = Field(None, max_length=64)


@router.get("/oauth/providers", **needs("integrations:read"))
async def list_providers(call: Call) -> Json:
    """List the providers; those that the operator has not configured cannot be used (AP13)."""
    return Json(_providers(call, call.services.integrations.providers()))


@router.get("/oauth/sign-in", **public())
async def list_ways_in(call: Call) -> Json:
    """List the providers with which one can sign in here."""
    return Json(_providers(call, [each for each in call.services.integrations.providers() if each.is_configured]))


@router.post("/oauth/initiate", **needs("integrations:write"))
async def initiate(call: Call, body: Wish) -> Json:
    """Return where to go to grant access; what comes back works once, for ten minutes (AP14)."""
    departure = await call.services.integrations.initiate(
        call.actor, body.provider, body.scopes, body.redirect_uri, is_browser=_is_by_cookie(call)
    )
    return _departed(call, departure)


@router.get("/oauth/callback", **public())
async def callback(call: Call) -> Response:
    """Finish what was begun at a provider; the state says whose it is. JSON, or 302 for a page (AP14)."""
    return await _arrive(call, None)


@router.get("/oauth/callback/{provider}", **public())
async def callback_of(call: Call, provider: str) -> Response:
    """Finish what was begun at this provider."""
    return await _arrive(call, provider)


@router.get("/oauth/integrations", **needs("integrations:read"))
async def list_integrations(call: Call) -> Json:
    """List what providers granted, the newest first; ``provider`` narrows it."""
    page = await call.services.integrations.list(
        call.actor, provider=call.query_params.get("provider"), window=window(call)
    )
    return Json(listed(page, _integration, "data"))


@router.post("/oauth/integrations/{integration_id}/refresh", **needs("integrations:write"))
async def refresh(call: Call, integration_id: str) -> Json:
    """Renew the tokens at the provider (AP15)."""
    view = await call.services.integrations.refresh(call.actor, id_of(integration_id, "integration"))
    return Json(done(_integration(view), DONE))


@router.delete("/oauth/integrations/{integration_id}", **needs("integrations:write"))
async def revoke(call: Call, integration_id: str) -> Json:
    """Forget what was granted, here in any case and at the provider if it answers (AP16)."""
    await call.services.integrations.revoke(call.actor, id_of(integration_id, "integration"))
    return Json(done(None, "Integration revoked"))


@router.get("/oauth/status", **needs("integrations:read"))
async def status(call: Call) -> Json:
    """Count the integrations by status and provider (AP16)."""
    summary = await call.services.integrations.status(call.actor)
    counts = {
        "total": summary.total,
        "active": summary.active,
        "expired": summary.expired,
        "error": summary.error,
        "by_provider": dict(summary.by_provider),
    }
    return Json(done(counts, DONE))


@router.get("/oauth/sign-in/{provider}", **public())
async def sign_in(call: Call, provider: str) -> Response:
    """Go to a provider to sign in: a page is sent there, others are told where; the cookie must come back."""
    departure = await call.services.integrations.start_sign_in(provider, call.query_params.get("redirect_uri"))
    if not is_page(call):
        return _departed(call, departure)
    reply = RedirectResponse(departure.authorization_url, 302, headers={"Cache-Control": "no-store"})
    keep_errand(call, reply, departure.browser or "", departure.expires_in)
    return reply


@router.post("/oauth/link/{provider}", **needs("profile:secure"))
async def link(call: Call, provider: str, body: LinkWish | None = None) -> Json:
    """Return where to go to be able to sign in with the provider from now on; the cookie must come back."""
    wish = body or LinkWish()
    departure = await call.services.integrations.start_link(
        call.actor, provider, wish.redirect_uri, password=wish.password, code=wish.code
    )
    return _departed(call, departure)


@router.get("/oauth/identities", **needs("profile:read"))
async def list_identities(call: Call) -> Json:
    """List the accounts elsewhere that sign this person in, the newest first."""
    page = await call.services.integrations.list_identities(call.actor, window(call))
    return Json(listed(page, _identity, "data"))


@router.delete("/oauth/identities/{identity_id}", **needs("profile:secure"))
async def unlink(call: Call, identity_id: str, body: Proof | None = None) -> Json:
    """Let an account elsewhere sign this person in no more, unless it is their only way in."""
    proof = body or Proof()
    await call.services.integrations.unlink(
        call.actor, id_of(identity_id, "identity"), password=proof.password, code=proof.code
    )
    return Json(done(None, "Account unlinked"))


async def _arrive(call: Call, provider: str | None) -> Response:
    query = call.query_params
    came = Return(
        state=query.get("state", ""),
        provider=provider,
        code=query.get("code", ""),
        error=query.get("error", ""),
        issuer=query.get("iss"),
        browser=errand_of(call),
        visitor_key=await _visitor(call),
        ip=call.peer,
        user_agent=call.user_agent,
        is_page=is_page(call),
    )
    try:
        arrival = await call.services.integrations.arrive(came)
    except StewardError as refusal:
        if not came.is_page:
            raise
        reply: Response = _redirect(_way_back(refusal, came), oauth_error=refusal.code)
    else:
        reply = _page(call, arrival) if came.is_page else Json(_arrived(arrival))
    drop_errand(call, reply)
    return reply


def _way_back(refusal: StewardError, came: Return) -> str:
    """Return which page says what went wrong: where the errand began if that is known."""
    if isinstance(refusal, ConsentRefused):
        return refusal.return_to
    return "/sign-in" if came.visitor_key is None else "/settings/connections"


async def _visitor(call: Call) -> int | None:
    """Return the user key of whoever is signed in in this browser."""
    cookie = call.cookies.get(call.cookie_name)
    if cookie is None:
        return None
    try:
        return (await call.services.sessions.authenticate_cookie(cookie, ip=call.peer)).user_key
    except StewardError:
        return None


def _page(call: Call, arrival: Arrival) -> Response:
    """Return what sends the browser on; one that still owes a second factor goes to where that is asked for.

    The token for that lies behind the ``#``, which no server and no log sees.
    """
    if arrival.grant is None:
        return _redirect(arrival.return_to)
    if arrival.grant.mfa_required:
        proof = {"mfa_token": arrival.grant.access_token, "mfa_methods": ",".join(arrival.grant.mfa_methods)}
        return _redirect(f"/sign-in#{urlencode(proof)}")
    reply = _redirect(arrival.return_to)
    keep_session(call, reply, arrival.grant)
    return reply


def _redirect(path: str, **query: str) -> Response:
    if query:
        path, mark, fragment = path.partition("#")
        path = f"{path}{'&' if '?' in path else '?'}{urlencode(query)}{mark}{fragment}"
    return RedirectResponse(path, 302, headers={"Cache-Control": "no-store"})


def _departed(call: Call, departure: Departure) -> Json:
    data = {
        "authorization_url": departure.authorization_url,
        "state": departure.state,
        "provider": departure.provider,
        "expires_in": departure.expires_in,
    }
    reply = Json(done(data, DONE))
    if departure.browser is not None:
        keep_errand(call, reply, departure.browser, departure.expires_in)
    return reply


def _is_by_cookie(call: Call) -> bool:
    return "authorization" not in call.headers and "x-api-key" not in call.headers


def _arrived(arrival: Arrival) -> dict[str, Any]:
    if arrival.grant is not None:
        return spelling.sign_in(arrival.grant)
    if arrival.identity is not None:
        return done(_identity(arrival.identity), "Account linked")
    return done(_integration(arrival.integration) if arrival.integration else None, "Integration connected")


def _providers(call: Call, views: list[ProviderView]) -> dict[str, Any]:
    part = window(call)
    return listed(Page(views[part.offset : part.offset + part.limit], len(views), part), _provider, "data")


def _provider(view: ProviderView) -> dict[str, Any]:
    return {
        "name": view.name,
        "display_name": view.display_name,
        "scopes": list(view.scopes),
        "configured": view.is_configured,
    }


def _integration(view: IntegrationView) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "provider": view.provider,
        "account_email": view.account,
        "scopes": list(view.scopes),
        "status": view.status,
        "expires_at": iso_z_or_none(view.expires_at),
        "last_refreshed_at": iso_z_or_none(view.last_refreshed_at),
        "created_at": iso_z(view.created_at),
    }


def _identity(view: IdentityView) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "provider": view.provider,
        "email": view.email,
        "created_at": iso_z(view.created_at),
        "last_used_at": iso_z_or_none(view.last_used_at),
    }
