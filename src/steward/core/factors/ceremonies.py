"""WebAuthn as it goes over the wire: options for the browser, and its answers checked; the only file that knows it.

A challenge is the 32 bytes of a one-time token: what comes back in ``clientDataJSON`` is the token itself.
Source: WebAuthn Level 3; security item 46.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import orjson

from steward.core.factors.errors import PasskeyWrong

NAME = "Steward"
TIMEOUT_MS = 300_000


class _Library:
    """The library, loaded when somebody first uses a passkey: 10 MB that a server without passkeys need not hold."""

    def __init__(self) -> None:
        import webauthn
        from webauthn.helpers import base64url_to_bytes, exceptions, options_to_json_dict, structs

        self.verbs, self.structs = webauthn, structs
        self.to_bytes, self.to_json = base64url_to_bytes, options_to_json_dict
        self.transports = frozenset(transport.value for transport in structs.AuthenticatorTransport)
        self.broken = (
            exceptions.WebAuthnException,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            OverflowError,
            RecursionError,
        )
        """What it raises for answers that are no answers; each means that the passkey is not accepted."""


_library = cache(_Library)


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential that an authenticator has just made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: Sequence[str]
    aaguid: str
    is_backed_up: bool


class Party:
    """This server as authenticators know it: its host is the relying party, its public address the origin."""

    def __init__(self, public_url: str) -> None:
        parts = urlsplit(public_url)
        self._id = parts.hostname or "localhost"
        self._origin = f"{parts.scheme}://{parts.netloc}"

    def creation_options(
        self, challenge: str, *, handle: bytes, account: str, name: str, known: Sequence[bytes]
    ) -> dict[str, Any]:
        """Return the options for making a passkey that signs in without a user name, after a check of its person."""
        lib = _library()
        wanted = lib.structs.AuthenticatorSelectionCriteria(
            resident_key=lib.structs.ResidentKeyRequirement.REQUIRED,
            user_verification=lib.structs.UserVerificationRequirement.REQUIRED,
        )
        options = lib.verbs.generate_registration_options(
            rp_id=self._id,
            rp_name=NAME,
            user_id=handle,
            user_name=account,
            user_display_name=name,
            challenge=lib.to_bytes(challenge),
            timeout=TIMEOUT_MS,
            authenticator_selection=wanted,
            exclude_credentials=[lib.structs.PublicKeyCredentialDescriptor(id=each) for each in known],
        )
        return lib.to_json(options)

    def request_options(self, challenge: str, *, known: Sequence[bytes] = ()) -> dict[str, Any]:
        """Return the options for proving a passkey: one of those ``known``, or any that the device offers."""
        lib = _library()
        options = lib.verbs.generate_authentication_options(
            rp_id=self._id,
            challenge=lib.to_bytes(challenge),
            timeout=TIMEOUT_MS,
            allow_credentials=[lib.structs.PublicKeyCredentialDescriptor(id=each) for each in known],
            user_verification=lib.structs.UserVerificationRequirement.REQUIRED,
        )
        return lib.to_json(options)

    def created(self, credential: Mapping[str, Any], challenge: str) -> NewCredential:
        """Return the credential that the browser made for the challenge.

        Raises:
            PasskeyWrong: another challenge, origin or relying party, no check of the person, or no credential at all.
        """
        lib = _library()
        try:
            verified = lib.verbs.verify_registration_response(
                credential=dict(credential),
                expected_challenge=lib.to_bytes(challenge),
                expected_rp_id=self._id,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except lib.broken:
            raise PasskeyWrong from None
        told = credential.get("response", {}).get("transports") or ()
        return NewCredential(
            verified.credential_id,
            verified.credential_public_key,
            verified.sign_count,
            sorted(lib.transports.intersection(each for each in told if isinstance(each, str))),
            verified.aaguid,
            verified.credential_backed_up,
        )

    def proved(
        self, credential: Mapping[str, Any], challenge: str, *, public_key: bytes, sign_count: int
    ) -> tuple[int, bool]:
        """Return the new signature counter, and whether the credential is backed up by now.

        Raises:
            PasskeyWrong: as for ``created``, or a wrong signature, or a counter that went back: a copy of the key.
        """
        lib = _library()
        try:
            verified = lib.verbs.verify_authentication_response(
                credential=dict(credential),
                expected_challenge=lib.to_bytes(challenge),
                expected_rp_id=self._id,
                expected_origin=self._origin,
                credential_public_key=public_key,
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            )
        except lib.broken:
            raise PasskeyWrong from None
        return verified.new_sign_count, verified.credential_backed_up


def challenge_of(credential: Mapping[str, Any]) -> str:
    """Return the challenge that the browser answered: the one-time token, not checked yet.

    Raises:
        PasskeyWrong: there is none.
    """
    told = _decoded(_part(credential, "clientDataJSON"))
    try:
        challenge = orjson.loads(told)["challenge"]
    except (ValueError, TypeError, KeyError):
        raise PasskeyWrong from None
    if not isinstance(challenge, str):
        raise PasskeyWrong
    return challenge


def credential_id_of(credential: Mapping[str, Any]) -> bytes:
    """Return which credential the answer is from. Raises PasskeyWrong where it says none."""
    return _decoded(credential.get("rawId"))


def handle_of(credential: Mapping[str, Any]) -> bytes | None:
    """Return the handle of the person whom the authenticator means, None where it says none."""
    told = _part(credential, "userHandle")
    return _decoded(told) if told else None


def _part(credential: Mapping[str, Any], name: str) -> Any:
    response = credential.get("response")
    return response.get(name) if isinstance(response, Mapping) else None


def _decoded(text: object) -> bytes:
    if not isinstance(text, str) or not text:
        raise PasskeyWrong
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise PasskeyWrong from None
