"""Where a request is counted, and the headers that say how it stands.

A request counts before its body is read and before any password is hashed:

    open to anybody, to sign in          for the address: ``auth_*`` of the door, ``register`` where due
    open to anybody, elsewhere           for the address: ``stranger`` (``token`` on ``/api``)
    with the cookie of the web app       for the person: ``web``
    ``/api/v1``                          for the person and the tenant: what the tenant's plan says
    ``/v1``                              for the person: ``voice``, ``calendar`` or ``general``
    ``/api``                             for the token: ``token``

Whatever sends a mail counts for the address as ``mail`` as well. A proof that nobody believes counts for the address as
``stranger``, so that tokens cannot be tried out for ever. What is at no address of a prefix, and the health checks,
show how the address stands and count nothing.

Source: decisions C12, C15, AP31, AL30, AT20, AV39, AS27; draft-ietf-httpapi-ratelimit-headers-10.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from starlette.types import Message, Scope, Send

from steward.core.limits import LimitExceeded, Limits, Standing, subject_of_address
from steward.kit.actor import Actor
from steward.kit.rates import Limit
from steward.ports.limits import Asked
from steward.surfaces.call import Call

STANDING = "steward.standing"
"""Under this name the scope of a request holds how it stands."""

UNCOUNTED = frozenset({"/health"})
"""Addresses below a prefix that machines ask for again and again."""

SIGNS_IN = ("/auth/", "/passkeys/sign-in/", "/ui/login")
REGISTERS = frozenset({"/auth/register"})
SENDS_MAIL = ("/auth/register", "/auth/forgot-password", "/auth/resend-verification")
_V1_GROUPS = frozenset({"voice", "calendar"})
_AUTH = {"/api/v1": "auth_api_v1", "/v1": "auth_v1", "/api": "auth_api"}


async def count(call: Call, actor: Actor | None) -> None:
    """Count a request of this person, or of this address where the route is open to anybody.

    Raises:
        LimitExceeded: it was one too many.
    """
    limits = call.services.limits
    if limits.are_off:
        return
    asked = _of_person(call, limits, actor) if actor is not None else _of_address(call, limits)
    if call.method == "POST" and call.scope["path"].endswith(SENDS_MAIL):
        address = subject_of_address(call.peer)
        asked += [Asked(limit, address) for limit in limits.policies.named("mail")]
    if asked:
        await _take(call, limits, asked)


async def count_stranger(call: Call) -> None:
    """Count a proof that was not believed.

    Raises:
        LimitExceeded: too many came from this address.
    """
    limits = call.services.limits
    if not limits.are_off:
        await _take(call, limits, _strangers(limits, call.scope))


def with_limit_headers(scope: Scope, send: Send, limits: Limits) -> Send:
    """Return a ``send`` that adds the headers to the start of the answer."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            standing = scope.get(STANDING) or await limits.look(_strangers(limits, scope))
            message["headers"] = [*message.get("headers", ()), *headers_of(standing)]
        await send(message)

    return send_with_headers


def headers_of(standing: Standing) -> list[tuple[bytes, bytes]]:
    """Return the headers: the documents' three and the two of the IETF draft."""
    limit, _, resets_at = standing.shown
    amount, policy, name = _fixed_parts(tuple([one.limit for one in standing.all]), limit)
    left = standing.remaining
    wait = standing.resets_in_seconds
    return [
        (b"x-ratelimit-limit", amount),
        (b"x-ratelimit-remaining", b"%d" % left),
        (b"x-ratelimit-reset", b"%d" % -int(-resets_at // 1)),
        (b"ratelimit-policy", policy),
        (b"ratelimit", b"%s;r=%d;t=%d" % (name, left, wait)),
    ]


@lru_cache(512)
def _fixed_parts(limits: tuple[Limit, ...], shown: Limit) -> tuple[bytes, bytes, bytes]:
    policy = ", ".join(f'"{limit.name}";q={limit.amount};w={limit.seconds}' for limit in limits)
    return b"%d" % shown.amount, policy.encode(), f'"{shown.name}"'.encode()


async def _take(call: Call, limits: Limits, asked: list[Asked]) -> None:
    try:
        call.scope[STANDING] = await limits.take(asked)
    except LimitExceeded as exceeded:
        call.scope[STANDING] = exceeded.standing
        raise


def _of_person(call: Call, limits: Limits, actor: Actor) -> list[Asked]:
    named = limits.policies.named
    user = str(actor.user_id)
    if call.is_from_web:
        return [Asked(limit, user) for limit in named("web")]
    surface = call.scope.get("steward.surface")
    if surface == "/v1":
        group = call.scope["path"][len("/v1/") :].partition("/")[0]
        return [Asked(limit, user) for limit in named(group if group in _V1_GROUPS else "general")]
    if surface == "/api":
        return [Asked(limit, _token_of(call, actor)) for limit in named("token")]
    plan = limits.policies.plan(actor.plan)
    tenant = str(actor.tenant_id)
    return [
        *[Asked(limit, tenant) for limit in plan.tenant],
        *[Asked(limit, user) for limit in plan.user],
    ]


def _token_of(call: Call, actor: Actor) -> str:
    """Return what tells this token from the person's others, without being it."""
    if actor.session_id is not None:
        return str(actor.session_id)
    proof = call.headers.get("authorization") or call.headers.get("x-api-key", "")
    return blake2b(proof.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _of_address(call: Call, limits: Limits) -> list[Asked]:
    surface = call.scope.get("steward.surface", "")
    path = call.scope["path"][len(surface) :]
    if path in UNCOUNTED:
        return []
    if not path.startswith(SIGNS_IN):
        return _strangers(limits, call.scope)
    named = limits.policies.named
    wanted = [*named(_AUTH.get(surface, "auth_web"))]
    if path in REGISTERS:
        wanted += named("register")
    address = subject_of_address(call.peer)
    first = _strangers(limits, call.scope) if surface == "/api" else []  # its document shows the hour everywhere
    return [*first, *[Asked(limit, address) for limit in wanted]]


def _strangers(limits: Limits, scope: Scope) -> list[Asked]:
    client = scope.get("client")
    address = subject_of_address(client[0] if client else "")
    name = "token" if scope.get("steward.surface") == "/api" else "stranger"
    return [Asked(limit, address) for limit in limits.policies.named(name)]
