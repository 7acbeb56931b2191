"""``/api/v1/api-keys``: keys for programs; the tokens of ``/api/auth/token/`` are among them (decision C25)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field

from steward.core.access import KeyView, NewKey
from steward.kit.clock import iso_z, iso_z_or_none
from steward.surfaces.api_v1.dialect import done, listed, window
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router
from steward.surfaces.turns import id_of

router = new_router(tags=["api-keys"])


class NewKeyIn(BaseModel):
    """A key; without ``scopes`` it may do all that its owner may. ``password`` or ``code``: one more proof."""

    name: str = Field(min_length=1, max_length=100)
    scopes: list[str] | None = Field(None, max_length=200)
    expires_at: datetime | None = None
    password: str | None = Field(None, max_length=4096)
    code: str | None = Field(None, max_length=40)


class KeyChangeIn(BaseModel):
    """A key changes its name only; for other scopes make another."""

    name: str = Field(min_length=1, max_length=100)


@router.get("/api-keys", **needs("keys:read"))
async def list_keys(call: Call) -> Json:
    """List one's own keys and tokens."""
    return Json(listed(await call.services.keys.list(call.actor, window(call)), key, "data"))


@router.post("/api-keys", status_code=201, **needs("keys:write"))
async def create(call: Call, body: NewKeyIn) -> Json:
    """Make a key; the field ``key`` shows it this once."""
    expires_at = body.expires_at
    if expires_at is not None:
        expires_at = expires_at.replace(tzinfo=UTC) if expires_at.tzinfo is None else expires_at.astimezone(UTC)
    new = NewKey(body.name, body.scopes, expires_at)
    issued = await call.services.keys.create(call.actor, new, password=body.password, code=body.code)
    return Json(done({**key(issued.view), "key": issued.text}, "Keep the key: it is shown only now"), 201)


@router.get("/api-keys/{key_id}", **needs("keys:read"))
async def get(call: Call, key_id: str) -> Json:
    """Return one key, without its secret."""
    view = await call.services.keys.get(call.actor, id_of(key_id, "API key"))
    return Json(done(key(view), "API key found"))


@router.put("/api-keys/{key_id}", **needs("keys:write"))
async def rename(call: Call, key_id: str, body: KeyChangeIn) -> Json:
    """Give a key another name."""
    view = await call.services.keys.rename(call.actor, id_of(key_id, "API key"), body.name)
    return Json(done(key(view), "API key updated"))


@router.delete("/api-keys/{key_id}", **needs("keys:write"))
async def revoke(call: Call, key_id: str) -> Json:
    """End a key, with effect at once."""
    await call.services.keys.revoke(call.actor, id_of(key_id, "API key"))
    return Json(done(None, "API key revoked"))


def key(view: KeyView) -> dict[str, Any]:
    """Return a key without its secret; ``scopes`` is null for all that its owner may do."""
    return {
        "id": str(view.id),
        "kind": view.kind,
        "name": view.name,
        "prefix": view.prefix,
        "scopes": None if view.scopes is None else list(view.scopes),
        "expires_at": iso_z_or_none(view.expires_at),
        "last_used_at": iso_z_or_none(view.last_used_at),
        "last_used_ip": view.last_used_ip,
        "created_at": iso_z(view.created_at),
    }
