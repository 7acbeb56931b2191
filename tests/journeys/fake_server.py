"""A small server with the answers that the web app needs, for developing its journeys without the real one.

State is in memory. It understands a handful of sentences; "slowly" in a message makes the answer slow enough to stop.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time as clock
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from steward.surfaces.headers import SecurityHeaders
from steward.surfaces.ui import make_ui

COOKIE = "steward_session"
EMAIL, PASSWORD = "admin@localhost", "correct horse battery staple"
SLOW = "slowly"
LONG_TEXT = "\n\n".join(
    f"{n}. Line {n} of a longer answer that goes on for a while, word by word." for n in range(1, 30)
)


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def now() -> datetime:
    return datetime.now(UTC)


def row(**values: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "created_at": iso(now()), **values}


@dataclass
class Turn:
    """One answer: its events so far, and whether somebody stopped it."""

    events: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: bool = False
    over: bool = False

    def add(self, **event: Any) -> None:
        self.events.append(event)
        self.over = event["type"] in ("done", "error")
        self.changed.set()


@dataclass
class State:
    me: dict[str, Any] = field(default_factory=lambda: row(email=EMAIL, full_name="Ada Lovelace", timezone="UTC"))
    password: str = PASSWORD
    cookies: set[str] = field(default_factory=set)
    conversations: list[dict[str, Any]] = field(default_factory=list)
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    turns: dict[str, Turn] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    reminders: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    cut_after: int = 0
    """The next stream breaks after this many events, once."""
    work: set[asyncio.Task[None]] = field(default_factory=set)


def act(state: State, text: str) -> tuple[str, str | None, dict[str, Any]]:
    """Return the answer, and the tool that was used with what it gave back."""
    zone = ZoneInfo(state.me["timezone"])
    if found := re.search(r"meeting with (\w+) tomorrow at (\d+) ?(am|pm)", text, re.I):
        hour = int(found[2]) % 12 + (12 if found[3].lower() == "pm" else 0)
        day = datetime.now(zone).date() + timedelta(days=1)
        start = datetime.combine(day, time(hour), zone)
        who = {"name": found[1], "email": None}
        event = row(title=f"Meeting with {found[1]}", start_time=iso(start), end_time=iso(start + timedelta(hours=1)))
        event |= {"location": None, "attendees": [who], "status": "confirmed"}
        state.events.append(event)
        answer = f"Done. I've scheduled a **meeting with {found[1]}** for {start:%A, %B} {start.day} at {found[2]} PM."
        return answer, "create_event", {"event": event}
    if found := re.search(r"remind me to (.+) in (\d+) minutes", text, re.I):
        reminder = row(
            text=found[1].capitalize(), due_at=iso(now() + timedelta(minutes=int(found[2]))), status="pending"
        )
        state.reminders.append(reminder)
        return f"I'll remind you in {found[2]} minutes: {found[1]}.", "set_reminder", {"reminder": reminder}
    if found := re.search(r"add (.+) to my tasks", text, re.I):
        task = row(title=found[1].capitalize(), priority="medium", due_date=None, status="pending")
        state.tasks.insert(0, task)
        return f"I've added “{task['title']}” to your tasks.", "add_task", {"task": task}
    if "undo" in text.lower() and state.events:
        event = state.events.pop()
        return f"I've taken back “{event['title']}”.", "undo_last", {"event": event}
    if SLOW in text:
        return LONG_TEXT, None, {}
    return "I'm here. Tell me what is on your mind.\n\n- `notes` stay\n- so do [links](https://example.org)", None, {}


async def answer(state: State, conversation: str, message: dict[str, Any], user_id: str, text: str) -> None:
    turn = state.turns[message["id"]]
    turn.add(type="start", message_id=message["id"], conversation_id=conversation, user_message_id=user_id)
    words, tool, data = act(state, text)
    await asyncio.sleep(0.15)
    if tool:
        turn.add(type="tool_call", call_id="call_1", name=tool, arguments={})
        await asyncio.sleep(0.1)
        turn.add(type="tool_result", call_id="call_1", name=tool, ok=True, data=data)
        message["actions"].append({"type": tool, "ok": True, "data": data})
    for word in re.findall(r"\S+\s*", words):
        if turn.stopped:
            break
        message["content"] += word
        turn.add(type="token", content=word)
        await asyncio.sleep(0.08 if SLOW in text else 0.03)
    message["status"] = "cancelled" if turn.stopped else "completed"
    turn.add(type="done", message_id=message["id"], tokens_used=1, cost=0, cancelled=turn.stopped)


async def play(state: State, turn: Turn, after: int) -> AsyncIterator[bytes]:
    at = after
    cut, state.cut_after = state.cut_after, 0
    while True:
        turn.changed.clear()
        for number, event in enumerate(turn.events[at:], at + 1):
            yield f"id: {number}\ndata: {json.dumps(event)}\n\n".encode()
            at = number
            if cut and number >= cut:
                raise ConnectionError("cut on purpose")
        if turn.over:
            return
        await turn.changed.wait()


def listed(items: list[dict[str, Any]], request: Request) -> Response:
    limit, skip = int(request.query_params.get("limit", 50)), int(request.query_params.get("offset", 0))
    page = items[skip : skip + limit]
    return JSONResponse({"items": page, "total": len(items), "has_next": skip + limit < len(items)})


def refused(status: int, detail: str, code: str) -> Response:
    return JSONResponse({"detail": detail, "error_code": code}, status)


class Endpoints:
    """The endpoints, on one state."""

    def __init__(self, state: State) -> None:
        self.state = state

    async def login(self, request: Request) -> Response:
        body = await request.json()
        if body["email"] != self.state.me["email"] or body["password"] != self.state.password:
            return refused(401, "That address and password do not match.", "INVALID_CREDENTIALS")
        value = uuid4().hex
        self.state.cookies.add(value)
        response = JSONResponse({"user": self.state.me})
        response.set_cookie(COOKIE, value, httponly=True, samesite="lax")
        return response

    async def logout(self, request: Request) -> Response:
        self.state.cookies.discard(request.cookies.get(COOKIE, ""))
        return Response(status_code=204)

    async def register(self, request: Request) -> Response:
        body = await request.json()
        if body["email"] == self.state.me["email"]:
            return refused(409, "This address is taken.", "CONFLICT")
        self.state.me = row(email=body["email"], full_name=body["full_name"], timezone="UTC")
        self.state.password = body["password"]
        return JSONResponse(self.state.me, 201)

    async def me(self, request: Request) -> Response:
        if request.method == "PUT":
            self.state.me |= await request.json()
        return JSONResponse(self.state.me)

    async def conversations(self, request: Request) -> Response:
        if request.method == "GET":
            return listed(self.state.conversations, request)
        made = row(title=None, message_count=0, last_message_at=None)
        self.state.conversations.insert(0, made)
        self.state.messages[made["id"]] = []
        return JSONResponse(made, 201)

    async def messages(self, request: Request) -> Response:
        key = request.path_params["id"]
        if key not in self.state.messages:
            return refused(404, "There is no such conversation.", "NOT_FOUND")
        if request.method == "GET":
            return listed(self.state.messages[key][::-1], request)
        text = (await request.json())["message"]
        asked = row(role="user", content=text, status="completed", actions=[])
        message = row(role="assistant", content="", status="running", actions=[])
        self.state.messages[key] += [asked, message]
        conversation = next(one for one in self.state.conversations if one["id"] == key)
        conversation |= {"message_count": len(self.state.messages[key]), "last_message_at": iso(now())}
        conversation["title"] = conversation["title"] or text[:60]
        turn = self.state.turns[message["id"]] = Turn()
        task = asyncio.create_task(answer(self.state, key, message, asked["id"], text))
        self.state.work.add(task)
        task.add_done_callback(self.state.work.discard)
        return StreamingResponse(play(self.state, turn, 0), media_type="text/event-stream")

    async def follow(self, request: Request) -> Response:
        turn = self.state.turns[request.path_params["id"]]
        after = int(request.headers.get("last-event-id", 0))
        return StreamingResponse(play(self.state, turn, after), media_type="text/event-stream")

    async def cancel(self, request: Request) -> Response:
        self.state.turns[request.path_params["id"]].stopped = True
        return JSONResponse({"success": True})

    async def events(self, request: Request) -> Response:
        first, last = request.query_params["start_date"], request.query_params["end_date"]
        found = [one for one in self.state.events if first[:19] <= one["start_time"][:19] < last[:19]]
        return JSONResponse({"success": True, "data": {"events": found, "pagination": {"total": len(found)}}})

    async def tasks(self, request: Request) -> Response:
        if request.method == "GET":
            return listed([one for one in self.state.tasks if one["status"] == "pending"], request)
        task = row(title=(await request.json())["title"], priority="medium", due_date=None, status="pending")
        self.state.tasks.insert(0, task)
        return JSONResponse(task, 201)

    async def task(self, request: Request) -> Response:
        task = next(one for one in self.state.tasks if one["id"] == request.path_params["id"])
        task |= await request.json()
        return JSONResponse(task)

    async def reminders(self, request: Request) -> Response:
        return listed([one for one in self.state.reminders if one["status"] == "pending"], request)

    async def notices(self, _: Request) -> Response:
        unread = [one for one in self.state.notices if not one["is_read"]]
        data = {"notifications": unread[:20], "pagination": {"total": len(unread)}}
        return JSONResponse({"success": True, "data": data})

    async def read(self, request: Request) -> Response:
        for one in self.state.notices:
            one["is_read"] = one["is_read"] or request.path_params.get("id", one["id"]) == one["id"]
        return JSONResponse({"success": True, "data": {}})


def make_app(state: State) -> SecurityHeaders:
    """Return the application."""
    on = Endpoints(state)
    chat = "/api/v1/chat"
    routes = [
        Route("/api/v1/auth/register", on.register, methods=["POST"]),
        Route("/api/v1/users/me", on.me, methods=["GET", "PUT"]),
        Route(f"{chat}/conversations", on.conversations, methods=["GET", "POST"]),
        Route(f"{chat}/conversations/{{id}}/messages", on.messages, methods=["GET", "POST"]),
        Route(f"{chat}/messages/{{id}}/events", on.follow),
        Route(f"{chat}/messages/{{id}}/cancel", on.cancel, methods=["POST"]),
        Route("/v1/calendar/events", on.events),
        Route("/api/v1/tasks", on.tasks, methods=["GET", "POST"]),
        Route("/api/v1/tasks/{id}", on.task, methods=["PATCH"]),
        Route("/api/v1/reminders", on.reminders),
        Route("/v1/notifications", on.notices),
        Route("/v1/notifications/read-all", on.read, methods=["PUT"]),
        Route("/v1/notifications/{id}/read", on.read, methods=["PUT"]),
    ]

    def guarded(app: Any) -> Any:
        async def check(scope: Any, receive: Any, send: Any) -> None:
            request = Request(scope)
            path = scope["path"]
            unsafe = scope["method"] not in ("GET", "HEAD")
            private = path.startswith(("/api/", "/v1/")) and path != "/api/v1/auth/register"
            response: Any = app
            if unsafe and request.headers.get("x-steward-request") != "web":
                response = refused(403, "This request did not come from Steward's own page.", "FORBIDDEN")
            elif private and request.cookies.get(COOKIE) not in state.cookies:
                response = refused(401, "Sign in first.", "UNAUTHORIZED")
            await response(scope, receive, send)

        return check

    app = Starlette(routes=[*routes, *make_ui(on.login, on.logout)])
    app.add_middleware(lambda app: guarded(app))
    return SecurityHeaders(app, public_url="http://localhost")


@contextmanager
def running(state: State) -> Iterator[str]:
    """Serve the state on a free port of this machine, and yield the address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(make_app(state), log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        clock.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=5)
        listener.close()
