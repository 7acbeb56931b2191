"""The guarded way out to OAuth providers: small JSON answers in limited time, nothing followed, nothing remembered.

The transport of httpx2 is used without the client around it: no redirects, no cookies, no proxies from the
environment, no log lines with addresses. Providers are set by the operator, so any address is allowed.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import orjson

from steward.kit.errors import Unavailable

if TYPE_CHECKING:
    import httpx2  # loaded late: a server without providers does without its 2 MB

MOST_BYTES = 1024 * 1024
CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 15.0
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "steward"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, and the JSON object in the body (empty where there was none)."""

    status: int
    body: Mapping[str, Any]


class Outbound:
    """Connections to every provider, opened with the first request."""

    def __init__(self, *, connect_seconds: float = CONNECT_SECONDS, total_seconds: float = TOTAL_SECONDS) -> None:
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds
        self._transport: httpx2.AsyncHTTPTransport | None = None

    async def get(self, url: str, *, bearer: str | None = None) -> Answer:
        """Fetch a JSON object.

        Raises:
            Unavailable: nobody answered in time, or with something else.
        """
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return await self._send("GET", url, headers)

    async def post(self, url: str, form: Mapping[str, str], *, basic: tuple[str, str] | None = None) -> Answer:
        """Send a form, with the client's name and secret in the header if given, and return the JSON object.

        Raises:
            Unavailable: nobody answered in time, or with something else.
        """
        headers = {"Authorization": _basic(*basic)} if basic else {}
        return await self._send("POST", url, headers, form)

    async def close(self) -> None:
        """Close every connection; a later request opens new ones."""
        if self._transport is not None:
            transport, self._transport = self._transport, None
            await transport.aclose()

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> Answer:
        import httpx2

        data = None if form is None else dict(form)
        request = httpx2.Request(method, url, data=data, headers={**_HEADERS, **headers})
        if self._transport is None:  # made when first needed: its TLS context takes some 30 ms
            self._transport = httpx2.AsyncHTTPTransport(trust_env=False, limits=httpx2.Limits(max_connections=50))
        wait = {"connect": self._connect_seconds, "read": None, "write": None, "pool": self._connect_seconds}
        request.extensions["timeout"] = wait
        try:
            async with asyncio.timeout(self._total_seconds):
                response = await self._transport.handle_async_request(request)
                try:
                    return await _read(response)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL) as failure:
            raise Unavailable("The provider does not answer just now; try again.") from failure


async def _read(response: httpx2.Response) -> Answer:
    status = response.status_code
    if 300 <= status < 400 or status >= 500 or status == 429:
        raise Unavailable("The provider does not answer as it should just now; try again.")
    body = bytearray()
    async with aclosing(response.aiter_raw()) as chunks:  # raw: nothing is unpacked
        async for chunk in chunks:
            body += chunk
            if len(body) > MOST_BYTES:
                raise Unavailable("The provider's answer is too long.")
    if not body and status < 300:
        return Answer(status, {})
    try:
        value = orjson.loads(bytes(body))
    except orjson.JSONDecodeError:
        value = None
    if isinstance(value, dict):
        return Answer(status, value)
    if status >= 400:
        return Answer(status, {})
    raise Unavailable("The provider's answer makes no sense; try again.")


def _basic(client_id: str, secret: str) -> str:
    """Return the header of a client that proves itself. Source: RFC 6749, 2.3.1: both parts form-encoded first."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")
