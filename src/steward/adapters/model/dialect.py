"""What a vendor's format has to offer so that ``vendor.VendorModel`` can speak it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from steward.ports.model import ModelEvent, ModelRequest


class Decoder(Protocol):
    """Turns the payloads of one answer into events."""

    complete: bool
    """The vendor said why it stopped: whatever fails from here on costs nothing."""
    done: bool
    """The vendor said that nothing follows."""

    def read(self, payload: bytes) -> Sequence[ModelEvent] | None:
        """Return the events of one payload, or None when it only keeps the connection alive.

        Raises:
            ErrorTold: the payload reports a failure.
        """
        ...

    def end(self) -> Sequence[ModelEvent]:
        """Return what closes the answer: tool calls still held, usage if it was told, ``Stopped``."""
        ...


class Dialect(Protocol):
    """The format of one vendor."""

    path: str
    """What follows the base URL."""

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the headers that carry the key, which may be empty."""
        ...

    def body(self, model: str, request: ModelRequest, quirks: frozenset[str]) -> dict[str, object]:
        """Return the JSON body, without (or with other names for) the parameters in ``quirks``."""
        ...

    def quirk(self, complaint: str) -> str | None:
        """Return the parameter that a 400 complains about, if leaving it out or renaming it helps."""
        ...

    def decoder(self, provider: str, model: str, request: ModelRequest) -> Decoder:
        """Return the decoder for the answer to this request."""
        ...
