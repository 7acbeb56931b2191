"""One request, guarded: who calls, what was sent, within limits, before any verb runs."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import orjson
from starlette.requests import Request

from steward.kit.actor import Actor
from steward.kit.errors import Forbidden, TooLarge, Unauthenticated
from steward.surfaces.services import Services

MAX_BODY_BYTES = 1024 * 1024
MAX_JSON_DEPTH = 64
MAX_JSON_BRACKETS = 20_000
"""Lists and objects in one body: more of them fit into a megabyte than can be made while others wait."""
COOKIE = "steward_session"
REQUEST_HEADER = "x-steward-request"
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
        """The address of whoever is connected."""
        client = self.scope.get("client")
        return client[0] if client else ""

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
            return await self.services.sessions.authenticate(token, ip=self.peer)
        cookie = self.cookies.get(COOKIE)
        if cookie is None:
            raise Unauthenticated("Sign in first.")
        self._refuse_foreign_page()
        return await self.services.sessions.authenticate_cookie(cookie, ip=self.peer)

    def _token(self) -> str | None:
        headers = self.headers.getlist("authorization")
        if headers:
            scheme, _, token = headers[0].partition(" ")
            if len(headers) > 1 or scheme.lower() not in ("bearer", "token") or not token.strip():
                raise Unauthenticated("The Authorization header has no usable token.")
            return token.strip()
        return self.headers.get("x-api-key")

    def _refuse_foreign_page(self) -> None:
        """A cookie travels with requests of other sites' pages too: those cannot send our header."""
        if self.method in _SAFE_METHODS:
            return
        site = self.headers.get("sec-fetch-site", "same-origin")
        if self.headers.get(REQUEST_HEADER) != "web" or site not in ("same-origin", "none"):
            raise Forbidden("This request did not come from Steward's own page.")


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
