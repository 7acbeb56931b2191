"""``/api/v1/passkeys``: adding and removing passkeys, and signing in with one."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from steward.core.factors import PasskeyView
from steward.kit.clock import iso_z, iso_z_or_none
from steward.surfaces.api_v1 import spelling
from steward.surfaces.api_v1.dialect import done, listed, window
from steward.surfaces.api_v1.mfa import DONE, Credential
from steward.surfaces.api_v1.users import Proof
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs, public
from steward.surfaces.routing import router as new_router
from steward.surfaces.turns import id_of

router = new_router(tags=["passkeys"])


class NewPasskey(Credential):
    """What the browser made, and what the person calls it."""

    name: str = Field("", max_length=100)


class NewName(BaseModel):
    """Another name."""

    name: str = Field(max_length=100)


@router.post("/passkeys/sign-in/begin", **public())
async def begin_sign_in(call: Call) -> Json:
    """Say what the browser needs to prove any passkey of this server."""
    return Json(done({"options": await call.services.passkeys.begin_sign_in()}, DONE))


@router.post("/passkeys/sign-in/finish", **public())
async def finish_sign_in(call: Call, body: Credential) -> Json:
    """Sign in with a passkey and get tokens; it is two factors by itself."""
    granted = await call.services.second_step.sign_in_with_passkey(
        body.credential, surface="api_v1", user_agent=call.user_agent, ip=call.peer
    )
    return Json(spelling.sign_in(granted))


@router.post("/passkeys/register/begin", **needs("profile:secure"))
async def begin_registration(call: Call, body: Proof | None = None) -> Json:
    """Say what the browser needs to make a passkey."""
    proof = body or Proof()
    options = await call.services.passkeys.begin_registration(call.actor, password=proof.password, code=proof.code)
    return Json(done({"options": options}, DONE))


@router.post("/passkeys/register/finish", status_code=201, **needs("profile:secure"))
async def finish_registration(call: Call, body: NewPasskey) -> Json:
    """Keep the passkey that the browser made."""
    view = await call.services.passkeys.finish_registration(call.actor, body.credential, body.name)
    return Json(done(_spelled(view), "Passkey added"), 201)


@router.get("/passkeys", **needs("profile:read"))
async def list_passkeys(call: Call) -> Json:
    """List one's passkeys, the newest first."""
    return Json(listed(await call.services.passkeys.list(call.actor, window(call)), _spelled, "data"))


@router.patch("/passkeys/{passkey_id}", **needs("profile:secure"))
async def rename(call: Call, passkey_id: str, body: NewName) -> Json:
    """Give a passkey another name."""
    view = await call.services.passkeys.rename(call.actor, id_of(passkey_id, "passkey"), body.name)
    return Json(done(_spelled(view), "Passkey renamed"))


@router.delete("/passkeys/{passkey_id}", **needs("profile:secure"))
async def remove(call: Call, passkey_id: str, body: Proof | None = None) -> Json:
    """Remove a passkey."""
    proof = body or Proof()
    await call.services.passkeys.remove(
        call.actor, id_of(passkey_id, "passkey"), password=proof.password, code=proof.code
    )
    return Json(done(None, "Passkey removed"))


def _spelled(view: PasskeyView) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "name": view.name,
        "transports": list(view.transports),
        "is_backed_up": view.is_backed_up,
        "created_at": iso_z(view.created_at),
        "last_used_at": iso_z_or_none(view.last_used_at),
    }
