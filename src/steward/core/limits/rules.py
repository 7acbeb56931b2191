"""Which limits there are, how far each goes, and for whom. Source: decisions C15, AL30, AT20, AV39, AS27."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from steward.kit.rates import Limit, Rate, limits_named, rates_of
from steward.settings import SettingsWrong

DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "auth_api_v1": "10/60s",
        "auth_v1": "5/60s",
        "auth_api": "10/60s",
        "auth_web": "10/60s",
        "register": "5/60s",
        "mail": "30/3600s",
        "login_account": "10/900s",
        "login_address": "10/900s",
        "voice": "100/60s",
        "calendar": "1000/60s",
        "general": "100/60s",
        "token": "1000/3600s",
        "web": "600/60s,50/1s",
        "stranger": "100/60s",
    }
)
"""The limits that belong to no plan; ``STEWARD_LIMITS`` replaces single ones."""

BRAKES = frozenset({"login_account", "login_address"})
"""Limits that reach back from each moment whatever their length: a boundary must not give a guesser twice as many."""

_SCOPES = ("user", "tenant")
_NETWORK_BITS = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """What a tenant's plan allows each person and the tenant as a whole, for requests to ``/api/v1``."""

    user: tuple[Limit, ...]
    tenant: tuple[Limit, ...]


class Policies:
    """Every limit of this server, its amount already multiplied by the scale."""

    def __init__(self, *, personal: str, team: str, overrides: str, scale: float) -> None:
        rates = {name: rates_of(f"{name}={text}")[name] for name, text in DEFAULTS.items()}
        for name, given in _read("LIMITS", overrides).items():
            if name not in rates:
                raise SettingsWrong(f"STEWARD_LIMITS: there is no limit '{name}'; there are {', '.join(rates)}.")
            rates[name] = given
        self.is_off = scale == 0
        self._named = {name: _limits(name, each, scale or 1.0) for name, each in rates.items()}
        self._plans = {
            "personal": _plan("PLAN_PERSONAL", personal, scale or 1.0),
            "team": _plan("PLAN_TEAM", team, scale or 1.0),
        }

    def named(self, name: str) -> tuple[Limit, ...]:
        """Return the limits of that name."""
        return self._named[name]

    def plan(self, name: str) -> Plan:
        """Return what the plan allows; a plan that nobody configured allows what ``personal`` does."""
        return self._plans.get(name) or self._plans["personal"]


def _read(setting: str, text: str) -> dict[str, tuple[Rate, ...]]:
    try:
        return rates_of(text)
    except ValueError as wrong:
        raise SettingsWrong(f"STEWARD_{setting}: {wrong}.") from None


def _limits(name: str, rates: tuple[Rate, ...], scale: float) -> tuple[Limit, ...]:
    made = limits_named(name, rates, scale)
    if name not in BRAKES:
        return made
    return tuple(Limit(each.name, each.amount, each.seconds, is_rolling=True) for each in made)


def _plan(setting: str, text: str, scale: float) -> Plan:
    rates = _read(setting, text)
    if not rates or not set(rates) <= set(_SCOPES):
        raise SettingsWrong(f"STEWARD_{setting} names what 'user' and 'tenant' may do, such as user=100/60s.")
    user, tenant = (limits_named(scope, rates.get(scope, ()), scale) for scope in _SCOPES)
    return Plan(user, tenant)


@lru_cache(4096)
def subject_of_address(text: str) -> str:
    """Return whom an address is counted as: itself, or its network of 64 bits, which one IPv6 client has to itself."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _NETWORK_BITS), strict=False).network_address)
