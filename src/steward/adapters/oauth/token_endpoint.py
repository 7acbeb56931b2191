"""Speaking to a token endpoint: codes and refresh tokens in, tokens out. Source: RFC 6749, 4.1.3, 5 and 6; RFC 7009."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from steward.adapters.oauth.outbound import Answer, Outbound
from steward.kit.errors import Refused, Unavailable
from steward.ports.oauth import GrantEnded

_LONGEST_TOKEN = 16 * 1024
_LONGEST_LIFE = 366 * 86400
_ERROR = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are at the provider. ``is_basic``: the secret goes into the header, else into the form."""

    client_id: str
    secret: str
    is_basic: bool = False


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What a token endpoint gave. ``expires_in`` is in seconds; ``scope`` is as the provider spells it."""

    access_token: str
    refresh_token: str | None
    expires_in: int | None
    scope: str | None
    id_token: str | None


async def ask_for_tokens(outbound: Outbound, url: str, client: Client, form: Mapping[str, str]) -> TokenAnswer:
    """Send a grant and return what came of it.

    Raises:
        Unavailable: nobody answered, or with what is no token.
        GrantEnded: the code or the refresh token is not good.
        Refused: any other no.
    """
    answer = await _post(outbound, url, client, form)
    if answer.status >= 400:
        raise _refusal(answer.body)
    return _read(answer.body)


async def revoke_token(outbound: Outbound, url: str, client: Client, token: str) -> None:
    """Have a token forgotten.

    Raises:
        Unavailable: nobody answered.
        Refused: the provider would not.
    """
    answer = await _post(outbound, url, client, {"token": token})
    if answer.status >= 400:
        raise _refusal(answer.body)


async def _post(outbound: Outbound, url: str, client: Client, form: Mapping[str, str]) -> Answer:
    if client.is_basic and client.secret:
        return await outbound.post(url, form, basic=(client.client_id, client.secret))
    proof = {"client_id": client.client_id}
    if client.secret:
        proof["client_secret"] = client.secret
    return await outbound.post(url, {**form, **proof})


def _refusal(body: Mapping[str, Any]) -> Refused:
    """Return the provider's no; its own words stay out, because nobody knows what is in them."""
    error = body.get("error")
    if error == "invalid_grant":
        return GrantEnded("The provider does not honour that grant any more; connect again.")
    shown = f" ({error})" if isinstance(error, str) and _ERROR.fullmatch(error) else ""
    return Refused(f"The provider refused{shown}.", code="OAUTH_REFUSED")


def _read(body: Mapping[str, Any]) -> TokenAnswer:
    access = _token(body, "access_token")
    kind = body.get("token_type", "bearer")
    if access is None or not isinstance(kind, str) or kind.lower() != "bearer":
        raise Unavailable("The provider's answer makes no sense; try again.")
    scope = body.get("scope")
    return TokenAnswer(
        access_token=access,
        refresh_token=_token(body, "refresh_token"),
        expires_in=_seconds(body.get("expires_in")),
        scope=scope if isinstance(scope, str) else None,
        id_token=_token(body, "id_token"),
    )


def _token(body: Mapping[str, Any], name: str) -> str | None:
    """Return a token that can be sent in a header, None where there is none."""
    value = body.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_TOKEN or not (value.isascii() and value.isprintable()):
        raise Unavailable("The provider's answer makes no sense; try again.")
    return value


def _seconds(value: object) -> int | None:
    """Return how long the token lives; some providers write the number as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        return None
    return min(value, _LONGEST_LIFE)
