"""The HTTP connections to vendors: one pool for all of them, and how bodies are finished.

The transport of httpx2 is used without the client around it: no redirects, no cookies, no proxies from the
environment, no log lines with addresses, and less work per call.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx2

CONNECT_SECONDS = 5.0
DRAIN_SECONDS = 0.25
ERROR_BYTES = 8192


class Connections:
    """The kept-alive connections to all vendors, opened with the first call."""

    def __init__(self) -> None:
        self._transport: httpx2.AsyncHTTPTransport | None = None

    @property
    def transport(self) -> httpx2.AsyncHTTPTransport:
        """The transport, made when first asked for: its TLS context takes some 30 ms."""
        if self._transport is None:
            limits = httpx2.Limits(max_connections=1000, max_keepalive_connections=64, keepalive_expiry=30.0)
            self._transport = httpx2.AsyncHTTPTransport(trust_env=False, limits=limits)
        return self._transport

    async def close(self) -> None:
        """Close every connection; a later call opens new ones."""
        if self._transport is not None:
            transport, self._transport = self._transport, None
            await transport.aclose()


async def beginning(response: httpx2.Response) -> bytes:
    """Return the first 8 KiB of an error's body, or what came of it in 5 s, and close the response."""
    body = b""
    try:
        async with asyncio.timeout(CONNECT_SECONDS), aclosing(response.aiter_bytes()) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) >= ERROR_BYTES:
                    break
    except (TimeoutError, httpx2.HTTPError):
        pass
    finally:
        await response.aclose()
    return body[:ERROR_BYTES]


async def drain(chunks: AsyncGenerator[bytes, None]) -> None:
    """Read the end of a body, so that its connection can be used again; give up after a quarter of a second."""
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while await anext(chunks, b""):
                pass
    except (TimeoutError, httpx2.HTTPError):
        return
