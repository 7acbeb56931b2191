"""Addresses of machines and origins of pages, as settings list them."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks_of(text: str) -> tuple[Network, ...]:
    """Return the networks of a comma-separated list of addresses and CIDR ranges.

    Raises:
        ValueError: one of them is neither.
    """
    return tuple(ipaddress.ip_network(each) for each in _listed(text))


def origins_of(text: str) -> tuple[str, ...]:
    """Return the origins of a comma-separated list, each exactly as a browser sends it: ``https://app.example``.

    Raises:
        ValueError: one of them is a wildcard, ``null``, has a path or is no web origin.
    """
    for each in _listed(text):
        parts = urlsplit(each)
        is_web = parts.scheme in ("http", "https") and parts.hostname is not None and "*" not in each
        if not is_web or each != f"{parts.scheme}://{parts.netloc}" or each != each.lower() or "@" in each:
            raise ValueError(f"'{each}' is no origin such as https://app.example")
    return tuple(_listed(text))


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address, without a port that its scheme has anyway."""
    parts = urlsplit(url.lower())
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    netloc = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{netloc.removesuffix(usual) if usual else netloc}"


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]
