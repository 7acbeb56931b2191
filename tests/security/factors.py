"""What tests about factors do again and again: set one up, sign in half-way."""

from __future__ import annotations

from dataclasses import dataclass

import httpx2
import pyotp

from tests.houses import PASSWORD, Home, Person

MFA = "/api/v1/mfa"
STEP_SECONDS = 30


@dataclass
class App:
    """An authenticator app and the backup codes that came with it."""

    at: Home
    secret: str
    backup_codes: list[str]

    def code(self, steps: int = 0) -> str:
        """Return the code of now, or of so many steps later."""
        return pyotp.TOTP(self.secret).at(self.at.clock.now(), counter_offset=steps)

    def next_code(self) -> str:
        """Let a step pass and return its code."""
        self.at.clock.advance(STEP_SECONDS)
        return self.code()


async def with_app(at: Home, person: Person) -> App:
    """Switch an authenticator app on for the person and return it."""
    setup = await person.post(f"{MFA}/setup/totp")
    assert setup.status_code == 200, setup.text
    app = App(at, setup.json()["data"]["secret"], setup.json()["data"]["backup_codes"])
    verified = await person.post(f"{MFA}/verify/totp", {"token": app.code()})
    assert verified.status_code == 200, verified.text
    return app


async def half_way(at: Home, person: Person) -> Person:
    """Sign in with the password only."""
    grant = (await at.client.post("/api/v1/auth/login", json={"email": person.email, "password": PASSWORD})).json()
    assert grant["mfa_required"], grant
    return Person(at.client, person.email, grant["user"], grant["access_token"], "")


def code_of(reply: httpx2.Response) -> str:
    """Return the code of an error."""
    return str(reply.json()["error_code"])
