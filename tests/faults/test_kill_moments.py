"""A server that is killed at every kind of moment of the journey, and people who send again what got no answer."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from killing import TALK, Sent, Town, check, column, message, settled, town

from steward.db.tables import Reminder
from steward.house import House, build_house
from steward.settings import Settings
from tests.fakes.model_server import ModelServer

HANG = "hang-headers"
PATIENCE_SECONDS = 30


@dataclass
class Journey:
    """A server with its model, and what was sent since it was killed the last time."""

    place: Town
    model: ModelServer
    house: House
    sending: list[tuple[Sent, asyncio.Task[None]]] = field(default_factory=list)
    kills: int = 0

    def send(self, kind: str) -> Sent:
        """Begin to send a message of a kind, and let the answer be cut."""
        one = message(kind, next(self.place.numbers), due_seconds=2)
        self.place.sent.append(one)
        self.sending.append((one, asyncio.create_task(self._send(one))))
        return one

    async def _send(self, one: Sent) -> None:
        with contextlib.suppress(httpx2.HTTPError):
            async with self.place.client() as client:
                await self.place.send(client, one)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds():  # noqa: ASYNC110 - what a stream or a vendor was told, no event tells of
                await asyncio.sleep(0.005)

    async def asked(self, times: int) -> None:
        """Wait until the model has been asked so often since the script was written."""
        await self.model.until(requests=times, within_seconds=PATIENCE_SECONDS)

    async def die(self) -> None:
        """Kill the server, whatever it does, and start it again."""
        self.kills += 1
        await self.place.kill()
        await asyncio.gather(*(task for _, task in self.sending))
        await self.place.start()

    async def send_again(self) -> None:
        """Send what was cut once more under its key: everything is answered, and known messages are the same ones."""
        for one, _ in self.sending:
            before = [told.data["message_id"] for told in one.told[:1]]
            async with self.place.client() as client:
                await self.place.send(client, one)
            assert one.is_known
            if one.kind == "event":
                assert [told.data["message_id"] for told in one.told[:1]] == before or not before
                assert one.told[-1].type == "done"
        self.sending.clear()


async def before_it_is_accepted(trip: Journey) -> None:
    """The server stands still while the request comes in."""
    assert trip.place.process.popen is not None
    trip.place.process.popen.send_signal(signal.SIGSTOP)
    unheard = [trip.send("event"), trip.send("task")]
    await asyncio.sleep(0.2)  # nothing can tell when a frozen process has been sent something
    assert not any(one.is_known for one in unheard)


async def between_its_acceptance_and_the_first_model_call(trip: Journey) -> None:
    """The message waits behind another of its conversation."""
    trip.model.script(HANG)
    trip.send("event")
    await trip.asked(1)
    behind = trip.send("event")
    await trip.until(lambda: behind.is_known)
    assert len(trip.model.received) == 1


async def between_the_effect_and_the_answer(trip: Journey) -> None:
    """The tool has run and the model was told, but says nothing yet."""
    trip.model.script(TALK, HANG)
    one = trip.send("event")
    await trip.asked(2)
    assert one.is_known


async def while_it_streams_and_once_more_when_it_was_resumed(trip: Journey) -> None:
    """The reader has seen a part of the answer; the next process dies over the same turn."""
    trip.model.script(TALK, "endless;pace=20", HANG)
    one = trip.send("event")
    await trip.until(lambda: sum(told.type == "token" for told in one.told) >= 3)
    await trip.die()
    await trip.asked(3)


async def right_after_the_answers(trip: Journey) -> None:
    """The last byte was just read."""
    event, task = trip.send("event"), trip.send("task")
    await trip.until(lambda: task.is_known and event.told and event.told[-1].type == "done")


async def when_its_reminder_is_due(trip: Journey) -> None:
    """The second has come."""
    trip.send("reminder")
    await trip.until(lambda: trip.sending[-1][0].is_known)
    [due_at] = [row[0] for row in await column(trip.house, Reminder.due_at, Reminder.text, status="pending") if row[1]]
    await asyncio.sleep((due_at - trip.house.db.clock.now()).total_seconds())


MOMENTS: tuple[Callable[[Journey], Awaitable[None]], ...] = (
    before_it_is_accepted,
    between_its_acceptance_and_the_first_model_call,
    between_the_effect_and_the_answer,
    while_it_streams_and_once_more_when_it_was_resumed,
    right_after_the_answers,
    when_its_reminder_is_due,
)


@contextlib.asynccontextmanager
async def journey(settings: Settings) -> AsyncIterator[Journey]:
    """A server of its own on the database of the settings."""
    async with contextlib.AsyncExitStack() as stack:
        model = await stack.enter_async_context(ModelServer(default=TALK))
        environment = {"STEWARD_DATABASE_URL": settings.database_url.get_secret_value()} if settings.is_postgres else {}
        place = await stack.enter_async_context(town(settings.data_dir, model, **environment))
        house = build_house(settings)
        stack.callback(house.db.close)
        stack.callback(house.hasher.close)
        yield Journey(place, model, house)


async def test_a_kill_at_any_moment_of_the_journey_loses_nothing_and_doubles_nothing(
    house_settings: Settings, tmp_path: Path
) -> None:
    async with journey(house_settings) as trip:
        for moment in MOMENTS:
            trip.model.received.clear()
            await moment(trip)
            await trip.die()
            await trip.send_again()
        assert trip.kills == 7
        await settled(trip.house, seconds=20)
        assert trip.place.process.stop() == 0
        await check(trip.house, trip.place, trip.kills)
        assert all(one.is_known for one in trip.place.sent), "whatever was sent was answered in the end"
