"""Reading the variables ``OIDC_<NAME>_ISSUER``, ``_CLIENT_ID``, ``_CLIENT_SECRET`` and ``_SCOPES``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PARTS = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "SCOPES")
TAKEN = frozenset({"google", "microsoft"})
_NAME = re.compile(rf"OIDC_([A-Z0-9][A-Z0-9_]{{0,29}})_({'|'.join(PARTS)})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OpenIdClient:
    """An OpenID provider and who we are there.

    ``scopes`` has spaces between; ``client_secret`` is empty for a public client.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: str = ""


def is_openid_name(name: str) -> bool:
    """Return whether a variable, without its prefix, is one of an OpenID provider."""
    return _NAME.fullmatch(name) is not None


def near_openid_names(name: str) -> Iterable[str]:
    """Yield what somebody may have meant who wrote ``OIDC_`` and then something else."""
    words = name.upper().split("_")[1:]
    for count in range(1, len(words)):
        yield from (f"OIDC_{'_'.join(words[:count])}_{part}" for part in PARTS)


def openid_clients_of(variables: Mapping[str, str]) -> tuple[OpenIdClient, ...]:
    """Return the clients that the variables name, by name; other variables are left alone.

    Raises:
        ValueError: one of them is not whole or not usable; the sentence names the variable.
    """
    found: dict[str, dict[str, str]] = {}
    for name, value in variables.items():
        match = _NAME.fullmatch(name)
        if match is not None and value.strip():
            found.setdefault(match[1].lower(), {})[match[2].lower()] = value.strip()
    return tuple(_client(name, found[name]) for name in sorted(found))


def _client(name: str, parts: Mapping[str, str]) -> OpenIdClient:
    prefix = f"OIDC_{name.upper()}"
    if name in TAKEN:
        raise ValueError(f"{prefix}_… has a name that is taken; use {name.upper()}_CLIENT_ID.")
    for part in ("issuer", "client_id"):
        if part not in parts:
            raise ValueError(f"{prefix}_{part.upper()} is missing.")
    address = urlsplit(parts["issuer"])
    if address.scheme not in ("http", "https") or not address.hostname or address.query or address.fragment:
        raise ValueError(f"{prefix}_ISSUER is no address like https://id.example.com.")
    return OpenIdClient(name, **parts)
