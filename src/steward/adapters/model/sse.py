"""Server-sent events as bytes: chunks from a socket in, the ``data`` of each event out."""

from __future__ import annotations

from collections.abc import Iterator

LONGEST_EVENT_BYTES = 1_048_576


class EventTooLong(ValueError):
    """One event is longer than anything a model says."""


class EventReader:
    """Cuts a byte stream into the payloads of its events.

    Only ``data`` matters to chat models: both vendors repeat the event's type inside the JSON. Comments, ``event``,
    ``id`` and ``retry`` lines are passed over. Lines may end in LF, CRLF or CR. Source: WHATWG HTML, "Server-sent
    events", section 9.2.6.
    """

    __slots__ = ("_data", "_longest", "_size", "_tail")

    def __init__(self, longest_event_bytes: int = LONGEST_EVENT_BYTES) -> None:
        self._longest = longest_event_bytes
        self._tail = b""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the payload of each event that ``chunk`` completes.

        Raises:
            EventTooLong: an event, or a line without an end, exceeds the limit.
        """
        if b"\r" in chunk or self._tail.endswith(b"\r"):
            chunk = self._with_line_feeds(chunk)
        lines = (self._tail + chunk).split(b"\n") if self._tail else chunk.split(b"\n")
        self._tail = lines.pop()
        for line in lines:
            if line.startswith(b"data:"):
                self._note(line)
            elif not line and self._data:
                yield self._taken()
        if self._size + len(self._tail) > self._longest:
            raise EventTooLong

    def rest(self) -> Iterator[bytes]:
        """Yield the last payload of a stream that ended without its closing blank line."""
        if self._tail.startswith(b"data:"):
            self._note(self._tail.rstrip(b"\r"))
        self._tail = b""
        if self._data:
            yield self._taken()

    def _note(self, line: bytes) -> None:
        self._size += len(line)
        if self._size > self._longest:
            raise EventTooLong
        self._data.append(line[6:] if line[5:6] == b" " else line[5:])

    def _taken(self) -> bytes:
        payload = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        self._data.clear()
        self._size = 0
        return payload

    def _with_line_feeds(self, chunk: bytes) -> bytes:
        """Return the chunk with every line ending as LF; a CR at its very end waits, for the LF may be on its way."""
        whole = self._tail + chunk
        self._tail = b""
        held = whole.endswith(b"\r")
        text = (whole[:-1] if held else whole).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return text + b"\r" if held else text
