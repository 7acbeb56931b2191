"""A fake of OAuth and OpenID providers on one port: Google's paths, Microsoft's, and a discovery document.

It is strict where a provider is (PKCE, redirect address, codes and refresh tokens that work once) and misbehaves on
demand::

    with OAuthServer(now=clock.now) as provider:
        provider.claims = {"aud": "somebody else"}  # what the next ID tokens say besides the truth
        provider.signed = "none"  # how they are signed
        provider.mood = "slow"  # how the token endpoint answers

The server never looks outside.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "steward-client", "a secret/with:signs"
TENANT = "11111111-2222-3333-4444-555555555555"
GOOGLE = "https://accounts.google.com"


@cache
def rsa_key(name: str) -> RSAKey:
    """Return the same 2048-bit key for a name, made once in a run."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@cache
def ec_key() -> ECKey:
    """Return the P-256 key of the run."""
    return ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})


@dataclass
class Received:
    """One request as it came."""

    path: str
    form: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class OAuthServer:
    """The provider. ``person`` is who agrees; ``mood`` is how the token endpoint answers, "" when it behaves."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "ada-1", "email": "ada@id.example", "email_verified": True, "name": "Ada B"}
    )
    claims: dict[str, Any] = field(default_factory=dict)
    signed: str = "RS256"
    mood: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    has_id_token: bool = True
    has_refresh_token: bool = True
    expires_in: int = 3600
    granted: str | None = None
    issuer_in_callback: str | None = None
    pause_seconds: float = 0.0
    received: list[Received] = field(default_factory=list)
    alive: set[str] = field(default_factory=set)
    revoked: list[str] = field(default_factory=list)
    keys_shown: tuple[str, ...] = ("one",)
    url: str = ""

    def __post_init__(self) -> None:
        self._codes: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()
        self._was_refreshed = threading.Event()
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        outer = self

        class Handler(_Handler):
            provider = outer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def calls(self, ending: str) -> list[Received]:
        """Return the requests to paths with that ending."""
        return [one for one in self.received if one.path.endswith(ending)]

    def wait_for_refresh(self) -> None:
        """Return once a refresh token was used."""
        assert self._was_refreshed.wait(30)

    def consent(self, authorization_url: str, **answer: str) -> dict[str, str]:
        """Agree as the person would, and return the query with which the browser is sent back."""
        asked = dict(parse_qsl(urlsplit(authorization_url).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = token_urlsafe(16)
        self._codes[code] = asked
        back = {"code": code, "state": asked["state"], **answer}
        if self.issuer_in_callback is not None:
            back["iss"] = self.issuer_in_callback
        return back

    def token(self, form: Mapping[str, str], issuer: str) -> tuple[int, dict[str, Any]]:
        """Answer a grant."""
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            return 401, {"error": "invalid_client"}
        with self._lock:
            if form.get("grant_type") == "refresh_token":
                if form["refresh_token"] not in self.alive:
                    return 400, {"error": "invalid_grant", "error_description": "<b>reused</b>"}
                self.alive.discard(form["refresh_token"])
                self._was_refreshed.set()
                return 200, self._tokens({})
            asked = self._codes.pop(form.get("code", ""), None)
            if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
                return 400, {"error": "invalid_grant"}
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
                return 400, {"error": "invalid_grant"}
            tokens = self._tokens(asked)
        if self.has_id_token:
            tokens["id_token"] = self._id_token(asked, issuer, tokens["access_token"])
        return 200, tokens

    def _tokens(self, asked: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {
            "access_token": f"access-{token_urlsafe(12)}",
            "token_type": "Bearer",
            "expires_in": self.expires_in,
        }
        scope = self.granted if self.granted is not None else asked.get("scope")
        if scope is not None:
            found["scope"] = scope
        if self.has_refresh_token:
            found["refresh_token"] = f"refresh-{token_urlsafe(12)}"
            self.alive.add(found["refresh_token"])
        return found

    def _id_token(self, asked: Mapping[str, str], issuer: str, access_token: str) -> str:
        now = int(self.now().timestamp())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        said: dict[str, Any] = {
            "iss": issuer,
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 600,
            "nonce": asked.get("nonce"),
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
            **self.person,
            **self.claims,
        }
        said = {name: value for name, value in said.items() if value is not None}
        return sign(said, self.signed)

    def jwks(self) -> dict[str, Any]:
        """Return the public keys that are shown."""
        shown = [rsa_key(name).as_dict(private=False) for name in self.keys_shown]
        return {"keys": [*shown, ec_key().as_dict(private=False)]}

    def discovery(self) -> dict[str, Any]:
        """Return the discovery document, with ``metadata`` over it."""
        told = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/oauth2/v3/userinfo",
            "jwks_uri": f"{self.url}/oauth2/v3/certs",
            "revocation_endpoint": f"{self.url}/revoke",
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "none", "HS256"],
            **self.metadata,
        }
        return {name: value for name, value in told.items() if value is not None}


def sign(said: Mapping[str, Any], how: str) -> str:
    """Return the ID token, signed rightly or in one of the wrong ways."""
    if how in ("none", "HS256"):  # HS256: the public key is the secret; no library signs either of them
        plain = f"{_part({'alg': how, 'kid': 'one'})}.{_part(said)}"
        mac = hmac.digest(rsa_key("one").as_pem(private=False), plain.encode(), "sha256")
        return f"{plain}." + ("" if how == "none" else base64.urlsafe_b64encode(mac).rstrip(b"=").decode())
    if how == "ES256":
        return jwt.encode({"alg": "ES256", "kid": "ec"}, dict(said), ec_key(), algorithms=["ES256"])
    key = rsa_key("two" if how in ("other key", "new key") else "one")
    names = {"other key": "one", "new key": "two", "unknown kid": "never seen"}
    head: dict[str, Any] = {"alg": "RS256"} if how == "no kid" else {"alg": "RS256", "kid": names.get(how, "one")}
    return jwt.encode(head, dict(said), key, algorithms=["RS256"])


def _part(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class _Handler(BaseHTTPRequestHandler):
    provider: OAuthServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self._note({})
        provider = self.provider
        if provider.mood == "all 500":
            self._say(500, {})
        elif path.endswith("/openid-configuration"):
            self._say(200, provider.discovery())
        elif path.endswith(("/certs", "/discovery/v2.0/keys")):
            self._say(200, provider.jwks())
        elif path.endswith("/userinfo"):
            self._say(200, {name: value for name, value in provider.person.items() if name != "tid"})
        elif path.endswith(("/auth", "/authorize")):
            asked = dict(parse_qsl(urlsplit(self.path).query))
            back = f"{asked['redirect_uri']}?{urlencode(provider.consent(self.path))}"
            self._raw(302, b"", {"Location": back})
        else:
            self._say(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        basic = self.headers.get("Authorization", "")
        if basic.startswith("Basic "):
            name, _, secret = base64.b64decode(basic[6:]).decode().partition(":")
            pair = dict(parse_qsl(f"client_id={name}&client_secret={secret}"))
            form |= pair
        path = self._note(form)
        if path.endswith("/revoke"):
            self.provider.revoked.append(form["token"])
            self.provider.alive.discard(form["token"])
            self._say(200, {})
        elif not self._is_moody():
            issuer = self.provider.url
            if path == "/common/oauth2/v2.0/token":
                issuer = f"{self.provider.url}/{self.provider.person.get('tid', TENANT)}/v2.0"
            answer = self.provider.token(form, issuer)
            time.sleep(self.provider.pause_seconds)
            self._say(*answer)

    def _is_moody(self) -> bool:
        """Answer in another way than one should, if that is what is wanted."""
        mood, provider = self.provider.mood, self.provider
        answers: dict[str, tuple[int, bytes, dict[str, str]]] = {
            "500": (500, b"{}", {}),
            "all 500": (500, b"{}", {}),
            "invalid_grant": (400, b'{"error":"invalid_grant"}', {}),
            "unauthorized_client": (400, b'{"error":"unauthorized_client"}', {}),
            "garbage": (200, b"<html>hello</html>", {}),
            "list": (200, b'["access_token"]', {}),
            "empty": (200, b"{}", {}),
            "redirect": (307, b"", {"Location": f"{provider.url}/elsewhere"}),
            "huge": (200, b'{"access_token":"' + b"a" * 2_000_000 + b'"}', {}),
            "odd token": (200, b'{"access_token":"a\\r\\nX-Evil: 1","token_type":"bearer"}', {}),
        }
        if mood in answers:
            self._raw(*answers[mood])
        elif mood == "slow":
            time.sleep(5)
            self.close_connection = True
        elif mood == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{")
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        else:
            return False
        return True

    def _note(self, form: Mapping[str, str]) -> str:
        path = urlsplit(self.path).path
        self.provider.received.append(Received(path, form, dict(self.headers)))
        return path

    def _say(self, status: int, body: Mapping[str, Any]) -> None:
        self._raw(status, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def _raw(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
