"""Behind whose wall the present work is done: the tenant whose rows a database with walls shows to it.

The verbs know nothing of it. Whoever lets a request in, or begins a turn for somebody, says so once; what runs in
between, and every task that it starts, stays inside. It is a second wall: each gate names its tenant all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from steward.kit.actor import Actor

_TENANT: ContextVar[int | None] = ContextVar("steward_tenant", default=None)


def tenant() -> int | None:
    """Return the key of the tenant behind whose wall this is done; None for the server itself."""
    return _TENANT.get()


def stand_behind(actor: Actor) -> None:
    """Stay behind the wall of the actor's tenant until the end of the block ``within``.

    Whoever may do everything runs the server and sees all tenants.
    """
    _TENANT.set(None if actor.may("*") else actor.tenant_key)


@contextmanager
def within(actor: Actor | None) -> Iterator[None]:
    """Do the block behind the wall of the actor's tenant; with None as the server itself."""
    token = _TENANT.set(None)
    if actor is not None:
        stand_behind(actor)
    try:
        yield
    finally:
        _TENANT.reset(token)
