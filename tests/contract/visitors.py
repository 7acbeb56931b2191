"""Somebody who has read one of the documents and does what it prints."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2

from tests.contract import account_visits, rbac_visits, sign_in_visits
from tests.contract.published import OPERATIONS, Operation
from tests.houses import PASSWORD

REGISTER = {"sms": "personal.auth.register"}
LOGIN = {"sms": "personal.auth.login"}
PLACEHOLDER_PASSWORDS = ("password", "password123")

Answer = tuple[httpx2.Response, Any]
"""A response, and the body that was sent for it."""


def fresh_email(document: str) -> str:
    """Return an address that nobody has yet."""
    return f"{document}-{uuid4().hex[:10]}@example.com"


class Visitor:
    """One document's reader with an account of their own (decision C21). ``outbox``: where the server's letters lie."""

    outbox: ClassVar[Path]

    def __init__(self, client: httpx2.Client, document: str) -> None:
        self.client = client
        self.document = document
        self.email = fresh_email(document)
        self._notices: list[str] = []
        registered = self.send(OPERATIONS[REGISTER.get(document, f"{document}.auth.register")], token=None)
        assert registered.status_code == 201, registered.text
        self.account = registered.json().get("data", {}).get("user") or registered.json()
        self.session = self.sign_in()

    @property
    def token(self) -> str:
        """The access token of the document's own login."""
        return str(self.session["access_token"])

    def sign_in(self) -> dict[str, Any]:
        """Sign in once more and return the tokens."""
        reply = self.send(OPERATIONS[LOGIN.get(self.document, f"{self.document}.auth.login")], token=None)
        assert reply.status_code == 200, reply.text
        body: dict[str, Any] = reply.json()
        return dict(body.get("data", body))

    def send(self, operation: Operation, *, token: str | None = "", **more: Any) -> httpx2.Response:
        """Send a documented request; ``token=None`` sends no token, ``body`` and ``path`` replace what is printed."""
        body = more.pop("body", self.filled(operation.body))
        path = more.pop("path", operation.path)
        headers = dict(more.pop("headers", {}))
        if token is not None and operation.entry.get("auth") != "none":
            who = self.administrator if operation.entry.get("auth") == "admin" and not token else self
            headers["Authorization"] = f"Bearer {token or who.token}"
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            more["content"] = body if isinstance(body, str) else json.dumps(body)
        return self.client.request(operation.method, path, headers=headers, **more)

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        """Send any request as this person."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        return self.client.request(method, path, headers=headers, **more)

    def filled(self, body: Any) -> Any:
        """Return a printed body with its placeholders replaced: the address, and passwords nobody could register."""
        if not isinstance(body, dict):
            return body
        filled = dict(body)
        if filled.get("email") == "user@example.com":
            filled["email"] = self.email
        if filled.get("password") in PLACEHOLDER_PASSWORDS:
            filled["password"] = PASSWORD
        return filled

    # --- what the requests are about, made through the documents' own requests

    def conversation(self, *, said: str | None = None) -> str:
        """Open a conversation, with a message if wanted, and return its id."""
        reply = self.call("POST", "/api/v1/chat/conversations", {"title": "Ideas"})
        key = str(reply.json()["id"])
        if said is not None:
            self.call("POST", f"/api/v1/chat/conversations/{key}/messages", {"message": said}).raise_for_status()
        return key

    def task(self) -> str:
        """Add a task and return its id."""
        reply = self.call("POST", "/api/v1/tasks", OPERATIONS["saas.tasks.create"].body)
        return str(reply.json()["id"])

    def event(self) -> str:
        """Write the event that the voice document prints and return its id."""
        reply = self.call("POST", "/v1/calendar/events", OPERATIONS["voice.calendar.events.create"].body)
        return str(reply.json()["data"]["id"])

    def back_from_google(self) -> httpx2.Response:
        """Go to the provider, agree there, and return what the callback answers."""
        departure = self.send(OPERATIONS["personal.oauth.initiate"]).json()["data"]
        back = httpx2.get(departure["authorization_url"], timeout=10).headers["location"]
        return self.client.get(OPERATIONS["personal.oauth.callback"].path, params=urlsplit(back).query)

    def integration(self) -> str:
        """Connect Google and return the integration's id."""
        return str(self.back_from_google().json()["data"]["id"])

    def notification(self) -> str:
        """Return the id of a notification that this person really got, of an event that begins within the minute."""
        if not self._notices:
            self._notices = self._remind(3)
        return self._notices.pop()

    def _remind(self, count: int) -> list[str]:
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=45)
        event = {
            "title": "Meeting with John",
            "start_time": start.isoformat(),
            "end_time": (start + timedelta(hours=1)).isoformat(),
            "reminders": [{"type": "push", "minutes_before": minutes} for minutes in range(1, count + 1)],
        }
        self.call("POST", "/v1/calendar/events", event).raise_for_status()
        until = time.monotonic() + 20
        while time.monotonic() < until:
            rows = self.call("GET", "/v1/notifications").json()["data"]["notifications"]
            if len(rows) >= count:
                return [row["id"] for row in rows]
            time.sleep(0.1)
        raise AssertionError("no reminder arrived within 20 seconds")

    @cached_property
    def administrator(self) -> Visitor:
        """The admin of a team: a reader who registered with a ``tenant_name``."""
        other = type(self)(self.client, "saas")
        assert other.account["role"] == "admin"
        return other

    @cached_property
    def cookie(self) -> str:
        """The cookie of the web app."""
        body = {"email": self.email, "password": self.filled(OPERATIONS[self._login].body)["password"]}
        reply = self.client.post("/ui/login", json=body)
        assert reply.status_code == 200, reply.text
        self.client.cookies.clear()
        return reply.headers["set-cookie"].split(";")[0]

    @property
    def _login(self) -> str:
        return LOGIN.get(self.document, f"{self.document}.auth.login")


THINGS: Mapping[str, Callable[[Visitor], str]] = {
    "conversation_id": Visitor.conversation,
    "task_id": Visitor.task,
    "event_id": Visitor.event,
    "notification_id": Visitor.notification,
    "user_id": account_visits.colleague,
    "role_id": rbac_visits.role,
}

OF_PATH: Mapping[str, Callable[[Visitor], str]] = {
    "/api/v1/oauth/integrations/{id}": Visitor.integration,
    "/api/v1/users/me/phone-numbers/{id}": account_visits.phone_number,
    "/api/v1/sessions/{id}": sign_in_visits.session,
    "/api/v1/rbac/roles/{id}": rbac_visits.role,
    "/api/v1/rbac/permissions/{id}": rbac_visits.permission,
    "/api/v1/rbac/users/{id}": account_visits.colleague,
}
"""Where the document only says ``{id}``, by how the path begins."""


def place(visitor: Visitor, operation: Operation) -> str:
    """Return the operation's path with a new thing of the visitor's in the place of each id."""
    path = operation.path
    for beginning, make in OF_PATH.items():
        if path.startswith(beginning):
            path = path.replace("{id}", make(visitor))
    for name, make in THINGS.items():
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", make(visitor))
    return path


# --- requests that need more than what is printed


def _plain(visitor: Visitor, operation: Operation) -> Answer:
    body = visitor.filled(operation.body)
    return visitor.send(operation, path=place(visitor, operation), body=body), body


def _someone_new(visitor: Visitor, operation: Operation) -> Answer:
    body = {**visitor.filled(operation.body), "email": fresh_email(visitor.document)}
    return visitor.send(operation, body=body), body


def _out(visitor: Visitor, operation: Operation) -> Answer:
    session = visitor.sign_in()
    reply = visitor.send(operation, token=session["access_token"])
    assert visitor.send(operation, token=session["access_token"]).status_code == 401, "the token works after logout"
    refresh = OPERATIONS["voice.auth.refresh"]
    assert visitor.send(refresh, body={"refresh_token": session["refresh_token"]}).status_code == 401
    return reply, None


def _refresh(visitor: Visitor, operation: Operation) -> Answer:
    body = {"refresh_token": visitor.sign_in()["refresh_token"]}
    return visitor.send(operation, body=body), body


def _refresh_by_access_token(visitor: Visitor, operation: Operation) -> Answer:
    return visitor.send(operation, token=visitor.sign_in()["access_token"]), None


def _new_number(visitor: Visitor, operation: Operation) -> Answer:
    body = operation.body
    reply = visitor.send(operation, body=body)
    assert reply.json()["phone_number"] == body["phone_number"]
    return reply, body


def _with_talk(visitor: Visitor, operation: Operation) -> Answer:
    key = visitor.conversation(said="what is 6 times 7?")
    return visitor.send(operation, path=operation.path.replace("{conversation_id}", key)), None


def _without_assistant(visitor: Visitor, operation: Operation) -> Answer:
    """The printed ``assistant_id`` is a placeholder; without one the default assistant answers (decision AL12)."""
    body = {name: value for name, value in operation.body.items() if name != "assistant_id"}
    return visitor.send(operation, body=body), body


def _back_from_google(visitor: Visitor, operation: Operation) -> Answer:
    return visitor.back_from_google(), None


def _with(make: Callable[[Visitor], str]) -> Callable[[Visitor, Operation], Answer]:
    def send(visitor: Visitor, operation: Operation) -> Answer:
        make(visitor)
        return visitor.send(operation), None

    return send


def _without_body_id(visitor: Visitor, operation: Operation) -> Answer:
    return visitor.send(operation, body={"message": operation.body["message"]}), operation.body


def _with_notice(visitor: Visitor) -> str:
    notice = visitor.notification()
    visitor._notices.append(notice)
    return notice


REPLAYS: Mapping[str, Callable[[Visitor, Operation], Answer]] = {
    "personal.auth.register": _someone_new,
    "personal.oauth.callback": _back_from_google,
    "personal.oauth.integrations.list": _with(Visitor.integration),
    "personal.oauth.status": _with(Visitor.integration),
    "platform.auth.register": _someone_new,
    "voice.auth.register": _someone_new,
    "saas.auth.register": _someone_new,
    "personal.auth.logout": _out,
    "platform.auth.logout": _out,
    "voice.auth.logout": _out,
    "personal.auth.refresh": _refresh,
    "platform.auth.refresh": _refresh,
    "voice.auth.refresh": _refresh,
    "saas.auth.refresh": _refresh_by_access_token,
    "personal.users.me.update": _new_number,
    "personal.chat.messages.create": _without_body_id,
    "personal.chat.conversations.list": _with_talk,
    "platform.conversations.list": _with_talk,
    "platform.conversations.create": _without_assistant,
    "platform.conversations.get": _with_talk,
    "voice.calendar.events.list": _with(Visitor.event),
    "voice.notifications.list": _with(_with_notice),
    "saas.tasks.list": _with(Visitor.task),
    **sign_in_visits.REPLAYS,
    **account_visits.REPLAYS,
    **rbac_visits.REPLAYS,
}


def replay(visitor: Visitor, operation: Operation) -> Answer:
    """Send what the document prints for the operation."""
    return REPLAYS.get(operation.id, _plain)(visitor, operation)
