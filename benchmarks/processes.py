"""The processes of a benchmark: Steward, the floor and the fake model, each on its core, and what they use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from benchmarks.client import WrongAnswer, ask

ROOT = Path(__file__).resolve().parent.parent
OWNER_PASSWORD = "a quiet harbour at dawn 42"
START_SECONDS = 60.0


@dataclass(frozen=True)
class Cores:
    """Which processor each part runs on; None where processes cannot be pinned or there is only one."""

    server: int | None
    load: int | None
    model: int | None

    @classmethod
    def found(cls) -> Self:
        """Return the cores of this machine: the server gets one of its own."""
        if not hasattr(os, "sched_getaffinity"):
            return cls(None, None, None)
        there = sorted(os.sched_getaffinity(0))
        if len(there) < 2:
            return cls(None, None, None)
        return cls(there[0], there[1], there[2] if len(there) > 2 else there[1])


def pin(pid: int, core: int | None) -> None:
    """Let the process (0: this one) run on the core only."""
    if core is not None:
        os.sched_setaffinity(pid, {core})


class Server:
    """A server process of its own; ``port`` is where it listens on the loopback."""

    def __init__(self, command: list[str], core: int | None, *, cwd: Path, environment: Mapping[str, str]) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this object
        self.began = time.perf_counter()
        self._popen = subprocess.Popen(
            [sys.executable, *command],
            cwd=cwd,
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        pin(self._popen.pid, core)
        self._process = psutil.Process(self._popen.pid)
        self.port = 0

    def wait_for_port(self, sign: str) -> Self:
        """Read its output until the line with ``sign``, which ends in the port.

        Raises:
            WrongAnswer: it ended or said nothing in time.
        """
        assert self._popen.stdout is not None
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            line = self._popen.stdout.readline()
            if sign in line:
                self.port = int(line.strip().rsplit(":", 1)[1])
                return self
            if not line:
                break
        raise WrongAnswer(f"a server did not start: {self.errors()}")

    def is_running(self) -> bool:
        """Return whether the process has not ended."""
        return self._popen.poll() is None

    def cpu_seconds(self) -> float:
        """Return the processor time that it has used, user and system."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def resident_bytes(self) -> int:
        """Return its resident memory."""
        return int(self._process.memory_info().rss)

    def errors(self) -> str:
        """Return the end of what it wrote to standard error."""
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace").rstrip()[-1500:]

    def stop(self) -> None:
        """End it and wait for that."""
        if self.is_running():
            self._popen.send_signal(signal.SIGTERM)
            try:
                self._popen.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
        if self._popen.stdout is not None:
            self._popen.stdout.close()
        self._errors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def steward(data_dir: Path, cores: Cores, *, port: int = 0, **settings: str) -> Server:
    """Start ``steward serve`` with its defaults and no rate limits; settings are named without their prefix.

    Wait for it with ``wait_for_port("is up:")``.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STEWARD_")}
    named = {
        "DATA_DIR": str(data_dir),
        "OWNER_PASSWORD": OWNER_PASSWORD,
        "RATE_LIMIT_SCALE": "0",
        "ACCESS_SECONDS_API_V1": "86400",
        **settings,
    }
    environment = kept | {f"STEWARD_{name}": value for name, value in named.items()}
    data_dir.mkdir(parents=True, exist_ok=True)
    command = ["-m", "steward", "serve", "--port", str(port)]
    return Server(command, cores.server, cwd=data_dir.parent, environment=environment)


def floor(database: Path, cores: Cores, model_port: int) -> Server:
    """Start the bare application."""
    command = ["-m", "benchmarks.floor", str(database), f"http://127.0.0.1:{model_port}/v1/chat/completions"]
    return Server(command, cores.server, cwd=ROOT, environment=os.environ).wait_for_port("floor:")


class FakeModel(Server):
    """The fake of an OpenAI-compatible model."""

    def __init__(self, cores: Cores) -> None:
        command = ["-m", "tests.fakes.model_server", "--port", "0"]
        super().__init__(command, cores.model, cwd=ROOT, environment=os.environ)
        self.wait_for_port("http://")

    def answers(self, tokens: int, pace_ms: float = 0) -> None:
        """Let it answer with so many words, so many milliseconds apart."""
        ask(self.port, "POST", "/control", body={"default": f"tokens;n={tokens};pace={pace_ms}"})
