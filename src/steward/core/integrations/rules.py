"""Where a browser may be sent afterwards, and which scopes were asked for; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from steward.kit.errors import Invalid
from steward.ports.oauth import OAuthProvider

LONGEST_TARGET = 2000
_PRINTABLE = re.compile(r"[!-~]*")
_LAYERS = 5
"""How often an address is decoded to see what is really in it; one that still changes then is refused."""


def own_path(target: str | None, public_url: str) -> str:
    """Return the path (with query and fragment) of this server that ``target`` names, ``/`` for None or nothing.

    ``target`` is an absolute path, or an address that begins with ``public_url``. What a browser might read as another
    server is refused in every encoding: ``//x``, ``/\\x``, control characters, dots that climb.

    Source: security notes, item 58.

    Raises:
        Invalid: it leads, or might lead, elsewhere.
    """
    if not target:
        return "/"
    base = public_url.rstrip("/")
    path = target[len(base) :] if target.startswith(base) else target
    if target.startswith(base) and not path.startswith("/"):
        path = f"/{path}" if path[:1] in ("", "?", "#") else ""
    if len(target) > LONGEST_TARGET or not _PRINTABLE.fullmatch(path) or not all(map(_stays, _decoded(path))):
        raise Invalid(fields={"redirect_uri": ["must be a path of this server"]})
    return path


def chosen_scopes(provider: OAuthProvider, wanted: Iterable[str]) -> tuple[str, ...]:
    """Return Steward's words for the wanted scopes, each once.

    Raises:
        Invalid: the provider has no such scope.
    """
    words = []
    for text in wanted:
        word = provider.known_scope(text)
        if word is None:
            raise Invalid(fields={"scopes": [f"must be among: {', '.join(provider.scopes)}"]})
        words.append(word)
    return tuple(dict.fromkeys(words))


def _decoded(path: str) -> Iterable[str]:
    """Yield the path, decoded once, twice and so on; the last one is a bad path if it still changes."""
    for _ in range(_LAYERS):
        yield path
        decoded = unquote(path, errors="replace")
        if decoded == path:
            return
        path = decoded
    yield ""


def _stays(path: str) -> bool:
    """Return whether every reading of the path stays on this server."""
    if not path.startswith("/") or "\\" in path or any(ord(sign) < 0x20 or sign == "\x7f" for sign in path):
        return False
    if path.startswith("//"):
        return False
    try:
        parts = urlsplit(path)
    except ValueError:
        return False
    plain = re.split(r"[?#]", path, maxsplit=1)[0]
    return not parts.scheme and not parts.netloc and "//" not in plain and ".." not in plain.split("/")
