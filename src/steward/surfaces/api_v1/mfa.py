"""``/api/v1/mfa``: second factors.

What is open before one is proved declares ``signed_in``; everything else needs a session that is complete.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

from steward.core.factors import CodeSent, Factor
from steward.core.sessions import Verified
from steward.kit.errors import NotFound
from steward.surfaces.api_v1 import spelling
from steward.surfaces.api_v1.dialect import done
from steward.surfaces.api_v1.users import Proof, person_key
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs, signed_in
from steward.surfaces.routing import router as new_router

router = new_router(tags=["mfa"])

DONE = "Operation completed successfully"
_METHODS: dict[str, Literal["totp", "sms"]] = {"totp": "totp", "sms": "sms"}


class Code(BaseModel):
    """A code under any of its names (AP09)."""

    code: str | None = Field(None, max_length=64)
    token: str | None = Field(None, max_length=64)
    backup_code: str | None = Field(None, max_length=64)

    @model_validator(mode="after")
    def _has_code(self) -> Code:
        if not self.given:
            raise ValueError("code is required")
        return self

    @property
    def given(self) -> str:
        """The code that was sent."""
        return self.code or self.token or self.backup_code or ""


class NumberForCodes(Proof):
    """Which number gets the codes; without one the person's own."""

    phone_number: str | None = Field(None, max_length=32)


class Credential(BaseModel):
    """What the browser's ``navigator.credentials`` gave, as JSON."""

    credential: dict[str, Any]


@router.get("/mfa/status", **signed_in())
async def status(call: Call) -> Json:
    """Say which factors are on."""
    found = await call.services.factors.status(call.actor)
    return Json(
        done(
            {
                "mfa_enabled": found.mfa_enabled,
                "totp_enabled": found.totp_enabled,
                "sms_enabled": found.sms_enabled,
                "phone_number": found.phone_number,
                "backup_codes_remaining": found.backup_codes_remaining,
                "passkeys": found.passkeys,
                "mfa_setup_required": found.setup_required,
            },
            DONE,
        )
    )


@router.post("/mfa/setup/totp", **needs("profile:secure"))
async def setup_totp(call: Call, body: Proof | None = None) -> Json:
    """Begin with an authenticator app; it is on once its first code was verified."""
    proof = body or Proof()
    made = await call.services.factors.setup_totp(call.actor, password=proof.password, code=proof.code)
    return Json(
        done(
            {
                "secret": made.secret,
                "provisioning_uri": made.provisioning_uri,
                "qr_code": made.qr_code,
                "backup_codes": list(made.backup_codes),
            },
            DONE,
        )
    )


@router.post("/mfa/setup/sms", **needs("profile:secure"))
async def setup_sms(call: Call, body: NumberForCodes | None = None) -> Json:
    """Begin with codes by text; they are on once the first one was verified, and the number is then proved too."""
    wish = body or NumberForCodes()
    sent = await call.services.factors.setup_sms(call.actor, wish.phone_number, password=wish.password, code=wish.code)
    return Json(done(_sent(sent), DONE))


@router.post("/mfa/challenge/sms", **signed_in())
async def challenge_sms(call: Call) -> Json:
    """Have a code texted that this session can be completed with."""
    return Json(done(_sent(await call.services.factors.challenge_sms(call.actor)), DONE))


@router.post("/mfa/verify/totp", **signed_in())
async def verify_totp(call: Call, body: Code) -> Json:
    """Take a code of the authenticator app."""
    return await _verify(call, "totp", body.given)


@router.post("/mfa/verify/sms", **signed_in())
async def verify_sms(call: Call, body: Code) -> Json:
    """Take a code that was texted."""
    return await _verify(call, "sms", body.given)


@router.post("/mfa/verify/backup", **signed_in())
async def verify_backup(call: Call, body: Code) -> Json:
    """Take a backup code and use it up."""
    return await _verify(call, "backup", body.given)


@router.post("/mfa/verify/passkey/begin", **signed_in())
async def begin_passkey(call: Call) -> Json:
    """Say what the browser needs to prove one of the person's passkeys."""
    return Json(done({"options": await call.services.passkeys.begin_factor(call.actor)}, DONE))


@router.post("/mfa/verify/passkey/finish", **signed_in())
async def finish_passkey(call: Call, body: Credential) -> Json:
    """Take the answer of a passkey."""
    verified = await call.services.second_step.verify_passkey(call.actor, body.credential, surface="api_v1")
    return Json(done(_verified(verified), DONE))


@router.post("/mfa/disable", **needs("profile:secure"))
async def disable(call: Call, body: Proof) -> Json:
    """Take all second factors away but passkeys (AP12)."""
    await call.services.factors.disable(call.actor, password=body.password, code=body.code)
    return Json(done({"mfa_enabled": False}, "MFA disabled"))


@router.delete("/mfa/methods/{method}", **needs("profile:secure"))
async def remove_method(call: Call, method: str, body: Proof | None = None) -> Json:
    """Take one method away: ``totp`` or ``sms``."""
    if method not in _METHODS:
        raise NotFound("There is no such method.")
    proof = body or Proof()
    await call.services.factors.remove(call.actor, _METHODS[method], password=proof.password, code=proof.code)
    return Json(done(None, "Method removed"))


@router.post("/mfa/regenerate-backup-codes", **needs("profile:secure"))
async def regenerate(call: Call, body: Proof | None = None) -> Json:
    """Make ten new backup codes; the old ones stop working."""
    proof = body or Proof()
    made = await call.services.factors.regenerate_backup_codes(call.actor, password=proof.password, code=proof.code)
    return Json(done({"backup_codes": made}, DONE))


@router.post("/users/{user_id}/mfa/reset", **needs("users:write"))
async def reset(call: Call, user_id: str) -> Json:
    """Take every factor and passkey of a person away who lost them; they are told by mail."""
    await call.services.factors.reset(call.actor, person_key(user_id))
    return Json(done(None, "MFA reset"))


async def _verify(call: Call, factor: Factor, code: str) -> Json:
    verified = await call.services.second_step.verify(call.actor, factor, code, surface="api_v1")
    return Json(done(_verified(verified), DONE))


def _verified(verified: Verified) -> dict[str, Any]:
    """Return what was proved, with the tokens where the sign-in is complete now (C02)."""
    body: dict[str, Any] = {
        "verified": True,
        "mfa_enabled": verified.mfa_enabled,
        "backup_codes_remaining": verified.backup_codes_left,
    }
    if verified.backup_codes:
        body["backup_codes"] = list(verified.backup_codes)
    if verified.grant is not None:
        body |= spelling.sign_in(verified.grant)
    return body


def _sent(sent: CodeSent) -> dict[str, Any]:
    return {"phone_number": sent.phone_number, "expires_in": sent.expires_in}
