"""Events are cut from bytes however the bytes arrive."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.adapters.model.sse import EventReader, EventTooLong


def read(*chunks: bytes) -> list[bytes]:
    reader = EventReader()
    return [payload for chunk in chunks for payload in reader.feed(chunk)] + list(reader.rest())


@pytest.mark.parametrize(
    ("stream", "payloads"),
    [
        (b"data: a\n\ndata: b\n\n", [b"a", b"b"]),
        (b"data:a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"]),
        (b"data: a\r\rdata: b\r\r", [b"a", b"b"]),
        (b": hello\n\nevent: x\nid: 1\ndata: a\ndata: b\n\n", [b"a\nb"]),
        (b"data: a\n\ndata: rest without an end", [b"a", b"rest without an end"]),
        (b"retry: 5\n\n\n\nnonsense\n\n", []),
        (b"data:\n\n", [b""]),
    ],
)
def test_payloads_are_found(stream: bytes, payloads: list[bytes]) -> None:
    assert read(stream) == payloads


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1), max_size=6),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
    st.lists(st.integers(0, 400)),
)
def test_where_the_bytes_are_cut_makes_no_difference(texts: list[str], end: bytes, cuts: list[int]) -> None:
    stream = b"".join(b"data: " + text.encode() + end + end for text in texts)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    chunks = [stream[start:stop] for start, stop in pairwise(places)]
    assert read(*chunks) == [text.encode() for text in texts]


@pytest.mark.parametrize("chunk", [b"x" * 40, b"data: xxxxxxxxxxxxxxx\n"])
def test_an_event_without_an_end_is_given_up(chunk: bytes) -> None:
    reader = EventReader(longest_event_bytes=100)
    with pytest.raises(EventTooLong):
        [payload for _ in range(10) for payload in reader.feed(chunk)]
