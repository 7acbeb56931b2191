"""Puts the pieces together: the only file that knows them all."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp

import steward
from steward.adapters.jobs import make_job_queue
from steward.adapters.live.local import LocalHints
from steward.adapters.mail import make_mail_carrier
from steward.adapters.model.offline import OfflineModel
from steward.adapters.model.registry import make_registry
from steward.adapters.sms import make_text_carrier
from steward.core.accounts import AccountService, PasswordHasher
from steward.core.audit import AuditLog
from steward.core.calendar import CalendarService
from steward.core.conversations import ConversationService
from steward.core.letters import Letters
from steward.core.notes import NoteService
from steward.core.notifications import NotificationService
from steward.core.reminders import ReminderService
from steward.core.sessions import SessionService
from steward.core.tasks import TaskService
from steward.core.tools import Toolbox
from steward.core.turns import TurnRunner, TurnService
from steward.db.database import Database
from steward.db.jobs import FIRE_REMINDER, RESUME_TURN, SEND_LETTER
from steward.db.migrate import migrate
from steward.kit.clock import Clock, SystemClock
from steward.kit.errors import StewardError
from steward.kit.secrets import KeyRing, Sealer, key_ring_from_text, load_key_ring
from steward.nlu import warm_up
from steward.ports.jobs import Handler, Job, JobQueue
from steward.ports.model import ModelRegistry
from steward.probes import checks
from steward.settings import Settings
from steward.surfaces import api, api_v1, v1
from steward.surfaces.call import Call
from steward.surfaces.doors import Doors
from steward.surfaces.headers import SecurityHeaders
from steward.surfaces.health import Health
from steward.surfaces.lifespan import Lifespan
from steward.surfaces.metrics import Metrics, RequestMetrics
from steward.surfaces.root import ApiDocument, Part, described, make_root
from steward.surfaces.routing import surface
from steward.surfaces.services import Services
from steward.surfaces.ui import make_ui
from steward.surfaces.ui import session as ui_session
from steward.workers import Sweep, run_workers

log = structlog.get_logger(__name__)

CONCURRENCY = {"default": 4, "letters": 4, "reminders": 4, "turns": 4}


@dataclass(frozen=True)
class House:
    """Everything that was put together, for the server, the worker and the commands."""

    settings: Settings
    ring: KeyRing
    db: Database
    jobs: JobQueue
    models: ModelRegistry
    hasher: PasswordHasher
    audit: AuditLog
    letters: Letters
    services: Services

    def handlers(self) -> Mapping[str, tuple[Job, Handler]]:
        """Return who does which job."""
        pairs: list[tuple[Job, Handler]] = [
            (FIRE_REMINDER, self.services.reminders.fire),
            (RESUME_TURN, self.services.turns.resume),
            (SEND_LETTER, self.letters.send),
        ]
        return {job.name: (job, handler) for job, handler in pairs}

    def sweeps(self) -> list[Sweep]:
        """Return what is looked at again and again."""
        return [
            Sweep("due reminders", 1.0, self.services.reminders.sweep),
            Sweep("turns of dead processes", 2.0, self.services.turns.sweep),
            Sweep("events of old turns", 3600.0, self.services.turns.tidy),
        ]

    async def work(self) -> None:
        """Do jobs and sweep until cancelled."""
        scale = max(1, self.settings.workers)
        concurrency = {queue: count * scale for queue, count in CONCURRENCY.items()}
        await run_workers(self.jobs, self.handlers(), concurrency=concurrency, sweeps=self.sweeps())

    async def close(self) -> None:
        """Let go of everything, in the order in which it depends on each other."""
        await self.services.turns.close()
        await self.services.sessions.settle()
        await self.models.close()
        self.hasher.close()
        self.db.close()


def build_house(settings: Settings, clock: Clock | None = None, models: ModelRegistry | None = None) -> House:
    """Return the house for the settings; nothing runs yet and the database is not migrated."""
    clock = clock or SystemClock()
    started = clock.now()
    secret = settings.secret_key.get_secret_value()
    ring = key_ring_from_text(secret) if secret else load_key_ring(settings.data_dir / "keys.json")
    jobs = make_job_queue(settings)
    db = Database(settings, clock, Sealer(ring), jobs)
    audit = AuditLog(ring)
    letters = Letters(db, make_mail_carrier(settings), make_text_carrier(settings))
    hasher = PasswordHasher(threads=settings.hash_threads, queue=settings.hash_queue)
    live = LocalHints()
    accounts = AccountService(db, settings, audit, hasher)
    sessions = SessionService(db, settings, ring, accounts, hasher, audit)
    notifications = NotificationService(db, live)
    reminders = ReminderService(db, notifications)
    calendar = CalendarService(db, reminders, live)
    tasks = TaskService(db)
    toolbox = Toolbox(calendar, reminders, tasks, NoteService(db))
    models = models or make_registry(settings, OfflineModel())
    services = Services(
        clock=clock,
        version=steward.__version__,
        started_at=started,
        public_url=settings.public_url,
        health=Health(checks(settings, db, jobs, models), version=steward.__version__, started_at=started, clock=clock),
        accounts=accounts,
        sessions=sessions,
        conversations=ConversationService(db),
        turns=TurnService(db, TurnRunner(db, models, toolbox, settings)),
        calendar=calendar,
        tasks=tasks,
        reminders=reminders,
        notifications=notifications,
    )
    return House(settings, ring, db, jobs, models, hasher, audit, letters, services)


def build_app(house: House) -> ASGIApp:
    """Return the ASGI application of the house; its lifespan runs the workers where the settings want them inside."""
    doors = {part.PREFIX: part.build() for part in (api_v1, v1, api)}
    rest = surface("Steward", api_v1.ApiV1Dialect(), [ui_session.router])
    metrics = Metrics(version=steward.__version__)
    parts = [Part(prefix, f"Steward {prefix}", app.openapi) for prefix, app in doors.items()]
    document = ApiDocument([described(), *parts], title="Steward", version=steward.__version__)
    root = make_root(
        health=house.services.health,
        metrics=metrics,
        document=document,
        is_admin=_is_admin,
        metrics_token=house.settings.metrics_token.get_secret_value(),
    )
    rest.router.routes.extend([*root, *make_ui()])
    doors["/api/v1"].router.routes.extend(root)
    front: ASGIApp = Doors(house.services, doors, rest)
    front = SecurityHeaders(RequestMetrics(front, metrics), public_url=house.settings.public_url)
    return Lifespan(front, lambda state: running(house, state))


async def _is_admin(request: Request) -> bool:
    try:
        actor = await Call(request.scope, request.receive).identify()
    except StewardError:
        return False
    return actor.role in ("owner", "admin")


@contextlib.asynccontextmanager
async def running(house: House, state: Mapping[str, Any]) -> AsyncIterator[None]:
    """Keep the house running: workers inside, turns ended in time when the server drains."""
    tasks = [
        asyncio.create_task(_end_turns_when_draining(house, state), name="draining"),
        asyncio.create_task(asyncio.to_thread(warm_up), name="warm up"),  # else the first sentence waits for it
    ]
    if house.settings.workers:
        tasks.append(asyncio.create_task(house.work(), name="workers"))
        tasks[-1].add_done_callback(_say_if_it_died)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await house.close()


async def prepare(house: House) -> str | None:
    """Bring the schema up to date and make the owner; return a password that was made up just now."""
    await asyncio.to_thread(migrate, house.db.engine)
    wish = house.settings.owner_password.get_secret_value() or None
    _, made_up = await house.services.accounts.ensure_owner(house.settings.owner_email, wish)
    return made_up


async def _end_turns_when_draining(house: House, state: Mapping[str, Any]) -> None:
    draining = state.get("draining")
    if isinstance(draining, asyncio.Event):
        await draining.wait()
        await house.services.turns.close()


def _say_if_it_died(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("the workers stopped", exc_info=task.exception())


async def work_until_signal(house: House) -> None:
    """Run the workers of ``steward worker`` until SIGTERM or SIGINT."""
    await asyncio.to_thread(migrate, house.db.engine)
    task = asyncio.create_task(house.work(), name="workers")
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await house.close()
