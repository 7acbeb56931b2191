"""``/api/auth/token/``: a name and a password for a token (sms document, "Obtain API Token")."""

from __future__ import annotations

from pydantic import BaseModel, Field

from steward.core.accounts import AccountDisabled
from steward.core.factors import CodeWrong
from steward.core.sessions import InvalidCredentials
from steward.kit.errors import FactorDue, Invalid
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import public
from steward.surfaces.routing import router as new_router

router = new_router(tags=["auth"])


class Credentials(BaseModel):
    """Who, and the proofs. ``username`` also takes an address; ``otp`` is a code where a second factor is on (C28)."""

    username: str = Field(min_length=1, max_length=320)
    password: str = Field(min_length=1, max_length=4096)
    otp: str | None = Field(None, max_length=40)


@router.post("/auth/token", **public())
async def obtain(call: Call, body: Credentials) -> Json:
    """Get a new token; what is refused is 400, as clients of this document expect (AS02)."""
    try:
        issued = await call.services.api_tokens.obtain(body.username, body.password, otp=body.otp, ip=call.peer)
    except (InvalidCredentials, AccountDisabled) as refused:
        raise Invalid(refused.message, fields={"non_field_errors": [refused.message]}) from None
    except (CodeWrong, FactorDue) as missing:
        raise Invalid(missing.message, fields={"otp": [missing.message]}) from None
    return Json({"token": issued.text, "user_id": issued.user_number, "username": issued.username})
