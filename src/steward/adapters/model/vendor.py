"""One vendor's model over HTTP: opens the stream, watches the clock, translates every failure, closes what it opened.

What requests and events look like is the vendor's dialect (``openai_compatible``, ``anthropic``); this file knows
none of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

import anyio
import httpx2
import orjson
from pydantic import SecretStr

from steward.adapters.model.connections import CONNECT_SECONDS, Connections, beginning, drain
from steward.adapters.model.dialect import Decoder, Dialect
from steward.adapters.model.failures import ErrorTold, RefusedByProvider, from_event, from_status, unavailable
from steward.adapters.model.patience import Patience
from steward.adapters.model.sse import EventReader, EventTooLong
from steward.kit.errors import StewardError
from steward.ports.model import ModelEvent, ModelRequest

COMPLETE_SECONDS = 5.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a model is waited for, in seconds, and how many bytes it may send.

    ``silence_seconds`` runs from one piece of the answer to the next, whatever keeps the connection alive between;
    ``total_seconds`` and ``answer_bytes`` end answers that never end.
    """

    silence_seconds: float = 60.0
    total_seconds: float = 120.0
    answer_bytes: int = 32 * 1024 * 1024


class VendorModel:
    """A ``ChatModel`` at a vendor: one provider, one model.

    The model that runs is the one it was made for; ``ModelRequest.model`` is the wish that the registry has read.
    Parameters that the model refused once are left out from then on.
    """

    def __init__(
        self,
        provider: str,
        model: str,
        dialect: Dialect,
        *,
        base_url: str,
        key: SecretStr,
        connections: Connections,
        limits: Limits | None = None,
    ) -> None:
        self._provider = provider
        self._model = model
        self._dialect = dialect
        self._url = base_url.rstrip("/") + dialect.path
        self._key = key
        self._connections = connections
        self._limits = limits or Limits()
        self._quirks: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """``provider:model``."""
        return f"{self._provider}:{self._model}"

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Yield the answer as it is made; the last event is ``Stopped``.

        Raises:
            Unavailable: network, time-out, 408, 409, 425, 429, 5xx, or an answer that is cut, garbled or endless.
            Refused: any other 4xx; ``RefusedByProvider`` where key, account or model name are the reason.
        """
        response: httpx2.Response | None = None
        events: AsyncGenerator[ModelEvent, None] | None = None
        try:
            response = await self._open(request)
            events = self._events(response, self._dialect.decoder(self._provider, self._model, request))
            async for event in events:
                yield event
        except StewardError:
            raise
        except Exception as wrong:  # the boundary to a vendor: whatever it does becomes one of two errors
            raise self._translated(wrong) from None
        finally:
            with anyio.move_on_after(2, shield=True):
                if events is not None:
                    await events.aclose()
                if response is not None:
                    await response.aclose()

    async def _open(self, request: ModelRequest) -> httpx2.Response:
        """Return the response whose body is the stream, having learnt on the way what the model refuses."""
        while True:
            response = await self._send(self._dialect.body(self._model, request, self._quirks))
            kind = response.headers.get("content-type", "")
            if response.status_code == 200 and not kind.startswith(("application/json", "text/html")):
                return response
            body = await beginning(response)
            if response.status_code == 200:
                raise unavailable(self._provider, "did not stream its answer")
            key = self._key.get_secret_value()
            failure = from_status(self._provider, response.status_code, response.headers, body, key)
            quirk = self._dialect.quirk(failure.message) if response.status_code == 400 else None
            if quirk is None or quirk in self._quirks:
                raise failure
            self._quirks |= {quirk}

    async def _send(self, body: Mapping[str, object]) -> httpx2.Response:
        """Return the response as soon as its headers are there.

        A connection that breaks before them is tried once more: a kept-alive one may have gone stale.
        """
        key = self._key.get_secret_value()
        if not (key.isascii() and (key.isprintable() or not key)):
            raise RefusedByProvider(f"The key for {self._provider} contains characters that no key has.")
        headers = {
            "accept": "text/event-stream",
            "accept-encoding": "identity",
            "content-type": "application/json",
            "user-agent": "steward",
            **self._dialect.headers(key),
        }
        waits = {"connect": CONNECT_SECONDS, "pool": CONNECT_SECONDS}
        content = orjson.dumps(body)
        async with asyncio.timeout(self._limits.silence_seconds):
            for tries_left in (1, 0):
                sent = httpx2.Request(
                    "POST", self._url, headers=headers, content=content, extensions={"timeout": waits}
                )
                try:
                    return await self._connections.transport.handle_async_request(sent)
                except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError):
                    if not tries_left:
                        raise
        raise AssertionError("the loop returns or raises")

    async def _events(self, response: httpx2.Response, decoder: Decoder) -> AsyncGenerator[ModelEvent, None]:
        reader = EventReader()
        plain = response.headers.get("content-encoding", "identity") == "identity"
        chunks = response.aiter_raw() if plain else response.aiter_bytes()
        patience = Patience(self._limits.silence_seconds, self._limits.total_seconds)
        left_bytes = self._limits.answer_bytes
        try:
            while not decoder.done:
                chunk = await self._next(chunks, decoder, patience)
                left_bytes -= len(chunk)
                if left_bytes < 0:
                    raise unavailable(self._provider, "did not come to an end")
                for payload in reader.feed(chunk) if chunk else reader.rest():
                    events = decoder.read(payload)
                    for event in events or ():
                        yield event
                    if events is not None:  # counted from here, for a slow consumer is no silent vendor
                        patience.note_heard()
                if not chunk:
                    break
            if not (decoder.complete or decoder.done):
                raise unavailable(self._provider, "broke off in the middle of its answer")
            await drain(chunks)
        finally:
            patience.close()
            await chunks.aclose()
        for event in decoder.end():
            yield event

    async def _next(self, chunks: AsyncGenerator[bytes, None], decoder: Decoder, patience: Patience) -> bytes:
        """Return the next bytes; none at the end of the body, or when all that matters has been said."""
        if decoder.complete and patience.silence_seconds != COMPLETE_SECONDS:
            patience.shorten(COMPLETE_SECONDS)
        try:
            return await patience.next(chunks)
        except (TimeoutError, httpx2.HTTPError):
            if decoder.complete:
                return b""
            raise

    def _translated(self, wrong: Exception) -> StewardError:
        """Return the port's error for whatever a library or a decoder raised."""
        if isinstance(wrong, ErrorTold):
            return from_event(self._provider, wrong.payload, self._key.get_secret_value())
        if isinstance(wrong, TimeoutError):
            return unavailable(self._provider, "did not answer in time")
        if isinstance(wrong, EventTooLong):
            return unavailable(self._provider, "sent a line without an end")
        if isinstance(wrong, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout):
            return unavailable(self._provider, "cannot be reached")
        if isinstance(wrong, httpx2.LocalProtocolError | httpx2.UnsupportedProtocol | httpx2.InvalidURL):
            return RefusedByProvider(f"The address or the key for {self._provider} cannot be used.")
        if isinstance(wrong, httpx2.HTTPError):
            return unavailable(self._provider, "broke the connection")
        logger.warning("%s sent what cannot be read: %s", self._provider, type(wrong).__name__)
        return unavailable(self._provider, "sent what cannot be read")
