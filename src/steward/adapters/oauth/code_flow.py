"""The authorization code flow with PKCE and ID tokens, which all providers share; each adds what is its own.

Source: RFC 6749, 4.1; RFC 7636; OpenID Connect Core 1.0, 3.1.
"""

from __future__ import annotations

import base64
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from steward.adapters.oauth.id_tokens import Expected, ProofForged, read_id_token
from steward.adapters.oauth.keys import KeySet
from steward.adapters.oauth.outbound import Outbound
from steward.adapters.oauth.token_endpoint import Client, TokenAnswer, ask_for_tokens, revoke_token
from steward.kit.errors import Unavailable
from steward.ports.oauth import Asked, Granted, Identity, Tokens

BASICS = ("openid", "email", "profile")
"""Asked for in every case: they say whose account it is."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider listens; ``userinfo`` and ``revoke`` may be missing."""

    authorize: str
    token: str
    keys: str
    userinfo: str | None = None
    revoke: str | None = None


class CodeFlowProvider(ABC):
    """One provider. ``words`` are the scopes that can be asked for: Steward's word, then the provider's spellings."""

    name: str
    display_name: str
    words: Mapping[str, Sequence[str]]
    always: Sequence[str] = BASICS
    algorithms: frozenset[str] = frozenset({"RS256"})
    more: Mapping[str, str] = {}
    needs_id_token = True

    def __init__(self, outbound: Outbound, client: Client) -> None:
        self.outbound = outbound
        self.client = client
        self._keys = KeySet(outbound, self._keys_url)

    @abstractmethod
    async def endpoints(self) -> Endpoints:
        """Return where the provider listens; raises Unavailable where it has to be asked and does not answer."""

    @abstractmethod
    def is_issuer(self, claims: Mapping[str, Any]) -> bool:
        """Return whether the ``iss`` of an ID token is the provider's."""

    @abstractmethod
    async def accepts_issuer(self, issuer: str | None) -> bool:
        """Return whether the ``iss`` of a callback, if any, is the provider's."""

    @property
    def scopes(self) -> Sequence[str]:
        """What can be asked for, in Steward's words."""
        return tuple(self.words)

    @property
    def is_configured(self) -> bool:
        """Whether there is a client id."""
        return bool(self.client.client_id)

    def known_scope(self, text: str) -> str | None:
        """Return Steward's word for a scope in either spelling; None for an unknown one."""
        return next((word for word, spellings in self.words.items() if text == word or text in spellings), None)

    async def authorization_url(self, asked: Asked) -> str:
        """Return the address at which the person agrees; the verifier is in it as its SHA-256 only."""
        url = (await self.endpoints()).authorize
        scopes = [*self.always, *(self.words[word][0] for word in asked.scopes)]
        query = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": asked.redirect_uri,
            "scope": " ".join(dict.fromkeys(scopes)),
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": _challenge(asked.verifier),
            "code_challenge_method": "S256",
            **self.more,
        }
        return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"

    async def exchange(self, code: str, asked: Asked, now: datetime) -> Granted:
        """Return what the code is good for, and who gave it."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked.redirect_uri,
            "code_verifier": asked.verifier,
        }
        endpoints = await self.endpoints()
        answer = await ask_for_tokens(self.outbound, endpoints.token, self.client, form)
        claims: Mapping[str, Any] | None = None
        if answer.id_token is not None:
            expected = Expected(
                client_id=self.client.client_id,
                is_issuer=self.is_issuer,
                nonce=asked.nonce,
                access_token=answer.access_token,
                now=now,
                algorithms=self.algorithms,
            )
            claims = await read_id_token(answer.id_token, self._keys, expected)
        elif self.needs_id_token:
            raise ProofForged
        return Granted(self._tokens(answer), await self._identity(claims, endpoints, answer.access_token))

    async def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        url = (await self.endpoints()).token
        return self._tokens(await ask_for_tokens(self.outbound, url, self.client, form))

    async def revoke(self, token: str) -> None:
        """Have the grant forgotten, where the provider offers that."""
        url = (await self.endpoints()).revoke
        if url is not None:
            await revoke_token(self.outbound, url, self.client, token)

    def lasting_issuer(self, claims: Mapping[str, Any]) -> str:
        """Return the issuer under which the subject is kept."""
        return str(claims["iss"])

    def vouches_for_email(self, claims: Mapping[str, Any]) -> bool:
        """Return whether the provider says that the address is the person's own."""
        return claims.get("email_verified") in (True, "true")

    async def _identity(self, claims: Mapping[str, Any] | None, endpoints: Endpoints, access_token: str) -> Identity:
        known: Mapping[str, Any] = claims or {}
        if not known.get("email") and endpoints.userinfo is not None:
            told = await self._userinfo(endpoints.userinfo, access_token)
            if claims is not None and told.get("sub") != claims["sub"]:
                raise ProofForged
            known = {**told, **known}
        email, name = known.get("email"), known.get("name")
        return Identity(
            issuer=self.lasting_issuer(known),
            subject=str(known["sub"]),
            email=email[:320] if isinstance(email, str) and email else None,
            is_email_verified=self.vouches_for_email(known),
            name=name[:200] if isinstance(name, str) else "",
            is_proven=claims is not None,
        )

    async def _userinfo(self, url: str, access_token: str) -> Mapping[str, Any]:
        answer = await self.outbound.get(url, bearer=access_token)
        subject = answer.body.get("sub")
        if answer.status != 200 or not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise Unavailable("The provider does not say whose account it is; try again.")
        return answer.body

    def _tokens(self, answer: TokenAnswer) -> Tokens:
        granted: tuple[str, ...] | None = None
        if answer.scope is not None:
            said = set(answer.scope.split())
            granted = tuple(word for word, spellings in self.words.items() if said.intersection(spellings))
        return Tokens(answer.access_token, answer.refresh_token, answer.expires_in, granted)

    async def _keys_url(self) -> str:
        return (await self.endpoints()).keys


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode("ascii")
