"""Where the load cases happen: Steward with sixteen people in it, the floor, and the fake model, all running."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from benchmarks import floor
from benchmarks.client import Answer, Target, ask, request_bytes
from benchmarks.measuring import Side
from benchmarks.processes import Cores, FakeModel, Server
from benchmarks.processes import floor as start_floor
from benchmarks.processes import steward as start_steward

CLIENTS = 16
PAGE = 20
PASSWORD = "SecurePassword123!"
CHAT = "/api/v1/chat/conversations"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in, with a conversation to read, one to write in, and one that the fake model answers."""

    token: str
    read: str
    offline: str
    vendor: str


def sign_up(port: int, email: str) -> str:
    """Make an account, sign in and return the access token."""
    ask(port, "POST", "/api/v1/auth/register", body={"email": email, "password": PASSWORD, "full_name": "Ada Byron"})
    return str(ask(port, "POST", "/api/v1/auth/login", body={"email": email, "password": PASSWORD})["access_token"])


def open_conversation(port: int, token: str, **wishes: Any) -> str:
    """Open an empty conversation and return its id."""
    return str(ask(port, "POST", CHAT, token, wishes)["id"])


def _email(number: int) -> str:
    return f"person{number}@example.com"


def _person(port: int, number: int) -> Person:
    token = sign_up(port, _email(number))
    read = open_conversation(port, token)
    for turn in range(PAGE // 2):
        ask(port, "POST", f"{CHAT}/{read}/messages", token, {"message": f"what is {turn}+2?"})
    vendor = open_conversation(port, token, provider="openai", model="gpt-4o")
    return Person(token, read, open_conversation(port, token), vendor)


class Street:
    """The running processes; a context manager that ends them. Raises WrongAnswer where one does not start."""

    def __init__(self, folder: Path, cores: Cores) -> None:
        with ExitStack() as stack:
            self.model = stack.enter_context(FakeModel(cores))
            self.floor = stack.enter_context(start_floor(folder / "floor.db", cores, self.model.port))
            self.steward: Server = stack.enter_context(
                start_steward(
                    folder / "street",
                    cores,
                    OPENAI_BASE_URL=f"http://127.0.0.1:{self.model.port}/v1",
                    OPENAI_API_KEY="sk-bench",
                )
            )
            self.steward.wait_for_port("is up:")
            with ThreadPoolExecutor(4) as threads:
                self.people = list(threads.map(lambda number: _person(self.steward.port, number), range(CLIENTS)))
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def reading(self) -> list[Side]:
        """Return both sides of reading a page of messages."""
        good = _good(lambda body: body.count(b'"role"') == PAGE)
        ours = [request_bytes("GET", f"{CHAT}/{one.read}/messages?limit={PAGE}", one.token) for one in self.people]
        return [
            Side(self.steward, Target(self.steward.port, ours, good)),
            Side(self.floor, Target(self.floor.port, _on_floor("GET", "page"), good)),
        ]

    def saying(self, text: str, answer: bytes, verb: str) -> list[Side]:
        """Return both sides of an offline turn."""
        good = _good(lambda body: answer in body)
        ours = self._sending([(one.offline, one.token) for one in self.people], {"message": text})
        return [
            Side(self.steward, Target(self.steward.port, ours, good)),
            Side(self.floor, Target(self.floor.port, _on_floor("POST", verb, {"message": text}), good)),
        ]

    def asking(self, tokens: int) -> list[Side]:
        """Return both sides of a whole answer from the fake model, which must be set to so many tokens."""
        body = {"message": "tell me a story"}
        last = b"word%d" % (tokens - 1)
        good = _good(lambda content: last in content and b'"assistant"' in content)
        ours = self._sending([(one.vendor, one.token) for one in self.people], body)
        return [
            Side(self.steward, Target(self.steward.port, ours, good)),
            Side(self.floor, Target(self.floor.port, _on_floor("POST", "ask", body), good)),
        ]

    def streaming(self, tokens: int) -> list[Side]:
        """Return the three sides of a streamed answer of so many tokens: Steward, the floor, the fake model itself."""
        body = {"message": "tell me a story", "stream": True}
        ours = self._sending([(one.vendor, one.token) for one in self.people], body)
        good = _good(lambda content: content.count(b'"type":"token"') == tokens and b'"type":"done"' in content)
        relayed = _good(lambda content: content.count(b'"content": "word') == tokens and b"[DONE]" in content)
        wish = {"model": "gpt-4o", "messages": [{"role": "user", "content": "tell me a story"}], "stream": True}
        direct = [request_bytes("POST", "/v1/chat/completions", "", wish)]
        mark = b'"content": "word'
        return [
            Side(self.steward, Target(self.steward.port, ours, good, b'"type":"token"')),
            Side(self.floor, Target(self.floor.port, _on_floor("POST", "stream", body), relayed, mark)),
            Side(self.model, Target(self.model.port, direct, relayed, mark)),
        ]

    def _sending(self, where: Sequence[tuple[str, str]], body: Any) -> list[bytes]:
        return [request_bytes("POST", f"{CHAT}/{conversation}/messages", token, body) for conversation, token in where]


def _on_floor(method: str, verb: str, body: Any = None) -> list[bytes]:
    ids = [floor.conversation_id(number) for number in range(floor.CONVERSATIONS)]
    return [request_bytes(method, f"/{verb}/{each}", floor.TOKEN, body) for each in ids]


def _good(test: Callable[[bytes], bool]) -> Callable[[Answer], bool]:
    return lambda answer: answer.status == 200 and test(answer.body)
