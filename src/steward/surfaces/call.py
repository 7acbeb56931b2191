"""One request, guarded: who calls, what was sent, within limits, before any verb runs."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import orjson
from starlette.requests import Request

from steward.kit.actor import Actor
from steward.kit.addresses import origin_of
from steward.kit.api_keys import is_key_or_token
from steward.kit.errors import Forbidden, TooLarge, Unauthenticated
from steward.surfaces.services import Services

MAX_BODY_BYTES = 1024 * 1024
MAX_JSON_DEPTH = 64
MAX_JSON_BRACKETS = 20_000
"""Lists and objects in one body: more of them fit into a megabyte than can be made while others wait."""
COOKIE = "steward_session"
HOST_COOKIE = f"__Host-{COOKIE}"
"""The cookie's name where the public address is https: a browser takes it from this host alone, and only by TLS."""
REQUEST_HEADER = "x-steward-request"
FOREIGN_PAGE = "This request did not come from Steward's own page."
_FROM_WEB = "steward.web"
_OWN_SITES = ("same-origin", "none")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_STRING = re.compile(rb'"(?>[^"\\]*(?:\\.[^"\\]*)*)(?:"|\\?\Z)', re.DOTALL)
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""The escape for the one character that PostgreSQL keeps in no text, and the escaped backslashes before it."""


class Call(Request):
    """A request as the endpoints see it."""

    @property
    def services(self) -> Services:
        """The verbs."""
        found: Services = self.scope["steward.services"]
        return found

    @property
    def actor(self) -> Actor:
        """On whose behalf; only where the route needs a permission."""
        found: Actor = self.scope["steward.actor"]
        return found

    @property
    def request_id(self) -> str:
        """The id under which this request is logged."""
        return str(self.scope.get("state", {}).get("request_id", ""))

    @property
    def peer(self) -> str:
        """The address of the client, as ``surfaces.trust`` found it."""
        client = self.scope.get("client")
        return client[0] if client else ""

    @property
    def is_from_web(self) -> bool:
        """Whether the proof was the cookie of the web app."""
        return _FROM_WEB in self.scope

    @property
    def is_secure(self) -> bool:
        """Whether the public address is https."""
        return self.services.public_url.startswith("https://")

    @property
    def cookie_name(self) -> str:
        """The name of the web app's cookie."""
        return HOST_COOKIE if self.is_secure else COOKIE

    @property
    def user_agent(self) -> str:
        """The client's name for itself, shortened."""
        return self.headers.get("user-agent", "")[:400]

    async def load(self) -> None:
        """Read the whole body.

        Raises:
            TooLarge: it is longer than a megabyte.
        """
        declared = self.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared) > MAX_BODY_BYTES:
            raise TooLarge("A request body has at most 1 MB.")
        parts: list[bytes] = []
        size = 0
        async for part in self.stream():
            size += len(part)
            if size > MAX_BODY_BYTES:
                raise TooLarge("A request body has at most 1 MB.")
            parts.append(part)
        self._body = b"".join(parts)

    async def json(self) -> Any:
        """Return the body as JSON: no NaN, no lone surrogates, NUL characters left out, of limited depth and number.

        Raises:
            json.JSONDecodeError: it is not such JSON.
        """
        body = await self.body()
        if b"\\u0000" in body:
            body = _NUL.sub(rb"\1", body)
        brackets = _brackets(body)
        if brackets > MAX_JSON_BRACKETS and _brackets(_STRING.sub(b"", body)) > MAX_JSON_BRACKETS:
            raise json.JSONDecodeError(f"more than {MAX_JSON_BRACKETS} lists and objects", "", 0)
        value = orjson.loads(body)
        if brackets > MAX_JSON_DEPTH and _is_deep(value):
            raise json.JSONDecodeError(f"nested deeper than {MAX_JSON_DEPTH} levels", "", 0)
        return value

    async def identify(self) -> Actor:
        """Return who calls, by whichever proof was sent.

        Raises:
            Unauthenticated: no proof, or none we believe.
            Forbidden: a cookie without the header that only our own pages send.
        """
        token = self._token()
        if token is not None:
            if is_key_or_token(token):
                return await self.services.keys.authenticate(token, ip=self.peer)
            return await self.services.sessions.authenticate(token, ip=self.peer)
        cookie = self.cookies.get(self.cookie_name)
        if cookie is None:
            raise Unauthenticated("Sign in first.")
        self.refuse_foreign_page()
        if self.method not in _SAFE_METHODS and self.headers.get(REQUEST_HEADER) != "web":
            raise Forbidden(FOREIGN_PAGE)
        self.scope[_FROM_WEB] = True
        return await self.services.sessions.authenticate_cookie(cookie, ip=self.peer)

    def _token(self) -> str | None:
        headers = self.headers.getlist("authorization")
        if headers:
            scheme, _, token = headers[0].partition(" ")
            if len(headers) > 1 or scheme.lower() not in ("bearer", "token") or not token.strip():
                raise Unauthenticated("The Authorization header has no usable token.")
            return token.strip()
        return self.headers.get("x-api-key")

    def refuse_foreign_page(self) -> None:
        """Refuse a change that a page of another site may have sent: a cookie travels with its requests too.

        A browser says in Sec-Fetch-Site where a request comes from; an old one names the page's origin. Bodies must be
        JSON, which a form of another site cannot send, nor can its script without being asked first (CORS).

        Source: security notes, item 81.

        Raises:
            Forbidden: it is no request of our own page.
        """
        if self.method in _SAFE_METHODS:
            return
        site, origin = self.headers.get("sec-fetch-site"), self.headers.get("origin")
        is_own = origin in (None, origin_of(self.services.public_url)) if site is None else site in _OWN_SITES
        content_type = self.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if not is_own or content_type != "application/json":
            raise Forbidden(FOREIGN_PAGE)


def _brackets(body: bytes) -> int:
    return body.count(b"[") + body.count(b"{")


def _is_deep(value: Any) -> bool:
    """Return whether lists and objects nest deeper than is allowed; level by level, as fast as the parser made them."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_JSON_DEPTH):
        members = itertools.chain.from_iterable(each.values() if isinstance(each, dict) else each for each in level)
        level = [each for each in members if isinstance(each, dict | list)]
        if not level:
            return False
    return True
