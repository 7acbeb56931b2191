"""The house served: its surfaces as one ASGI application, and what runs beside them."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Mapping
from typing import Any

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp

import steward
from steward.db.migrate import migrate
from steward.house import House
from steward.kit.errors import StewardError
from steward.nlu import warm_up
from steward.surfaces import api, api_v1, v1
from steward.surfaces.call import Call
from steward.surfaces.doors import Doors
from steward.surfaces.guards import refuse_unguarded
from steward.surfaces.headers import SecurityHeaders
from steward.surfaces.lifespan import Lifespan
from steward.surfaces.metrics import Metrics, RequestMetrics
from steward.surfaces.origins import with_origins
from steward.surfaces.root import ApiDocument, Part, described, make_root
from steward.surfaces.routing import surface
from steward.surfaces.trust import Trust
from steward.surfaces.ui import make_ui
from steward.surfaces.ui import outbox as ui_outbox
from steward.surfaces.ui import session as ui_session

log = structlog.get_logger(__name__)


def build_app(house: House) -> ASGIApp:
    """Return the ASGI application of the house; its lifespan runs the workers where the settings want them inside."""
    doors = {part.PREFIX: part.build() for part in (api_v1, v1, api)}
    rest = surface("Steward", api_v1.ApiV1Dialect(), [ui_session.router, ui_outbox.router])
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
    for part in (*doors.values(), rest):
        refuse_unguarded(part.routes)
    settings = house.settings
    front: ASGIApp = with_origins(Doors(house.services, doors, rest), settings.cors_origins)
    front = Trust(front, trusted_proxies=settings.trusted_proxies, public_url=settings.public_url)
    front = SecurityHeaders(RequestMetrics(front, metrics), public_url=settings.public_url)
    return Lifespan(front, lambda state: running(house, state))


async def _is_admin(request: Request) -> bool:
    try:
        actor = await Call(request.scope, request.receive).identify()
    except StewardError:
        return False
    return actor.may("settings:read")


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
