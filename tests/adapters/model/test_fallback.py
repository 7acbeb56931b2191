"""When one model cannot answer, the next does, and a provider that keeps failing is left alone for a while."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from steward.adapters.model.breaker import Breaker
from steward.adapters.model.failures import RefusedByProvider
from steward.adapters.model.fallback import FallbackChain, LeftAlone, Member
from steward.kit.errors import Refused, StewardError, Unavailable
from tests.adapters.model.conftest import MakeModel
from tests.adapters.model.conversations import asked, heard, stop_of, text_of
from tests.adapters.model.scripted import ScriptedModel
from tests.fakes.model_server import ModelServer


class HandClock:
    """A clock that is moved by hand, in seconds."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def chain(*models: ScriptedModel) -> FallbackChain:
    return FallbackChain([Member(model) for model in models])


@pytest.mark.parametrize(
    "failure", [Unavailable("down"), Unavailable("busy", retry_after_seconds=60), RefusedByProvider("bad key")]
)
async def test_the_next_model_answers_when_the_first_cannot(failure: StewardError) -> None:
    first, second = ScriptedModel("a:1", failure), ScriptedModel("b:2")
    events = await heard(chain(first, second))
    assert (text_of(events), stop_of(events).model) == ("b:2", "b:2")
    assert first.calls == 1


async def test_a_request_that_is_refused_is_not_carried_to_another_provider() -> None:
    second = ScriptedModel("b:2")
    with pytest.raises(Refused, match="filtered"):
        await heard(chain(ScriptedModel("a:1", Refused("filtered")), second))
    assert second.calls == 0


async def test_nobody_takes_over_after_the_first_word() -> None:
    second = ScriptedModel("b:2")
    with pytest.raises(Unavailable, match="cut"):
        await heard(chain(ScriptedModel("a:1", ["Hel", Unavailable("cut")]), second))
    assert second.calls == 0


async def test_a_short_pause_is_waited_for_and_the_same_model_asked_once_more() -> None:
    first = ScriptedModel("a:1", Unavailable("busy", retry_after_seconds=0.05), "at last")
    started = monotonic()
    assert text_of(await heard(chain(first, ScriptedModel("b:2")))) == "at last"
    assert (first.calls, monotonic() - started >= 0.05) == (2, True)


async def test_a_model_that_stays_busy_is_asked_twice_at_most() -> None:
    first = ScriptedModel("a:1", Unavailable("busy", retry_after_seconds=0))
    assert text_of(await heard(chain(first, ScriptedModel("b:2")))) == "b:2"
    assert first.calls == 2


async def test_when_all_fail_the_first_failure_is_told() -> None:
    models = [ScriptedModel(f"{name}:1", Unavailable(f"{name} is down")) for name in "abc"]
    with pytest.raises(Unavailable, match="a is down"):
        await heard(chain(*models))
    assert [model.calls for model in models] == [1, 1, 1]


def test_a_chain_is_named_after_its_first_model() -> None:
    both = chain(ScriptedModel("a:1"), ScriptedModel("b:2"))
    assert (both.name, both.names) == ("a:1", ("a:1", "b:2"))


async def test_a_provider_that_failed_five_times_in_a_row_is_left_alone_then_probed_by_one() -> None:
    clock = HandClock()
    model = ScriptedModel("a:1", *[Unavailable("down")] * 6, "well again")
    single = FallbackChain([Member(model, Breaker(clock_seconds=clock))])
    for _ in range(5):
        with pytest.raises(Unavailable, match="down"):
            await heard(single)
    with pytest.raises(LeftAlone) as alone:
        await heard(single)
    assert (model.calls, alone.value.retry_after_seconds) == (5, 30)
    clock.seconds = 31
    with pytest.raises(Unavailable, match="down"):
        await heard(single)
    with pytest.raises(LeftAlone):
        await heard(single)
    clock.seconds = 62
    assert text_of(await heard(single)) == "well again"
    assert text_of(await heard(single)) == "well again"


async def test_an_open_breaker_moves_on_at_once_without_a_pause() -> None:
    clock = HandClock()
    breaker = Breaker(failures=1, clock_seconds=clock)
    first, second = ScriptedModel("a:1", Unavailable("down")), ScriptedModel("b:2")
    both = FallbackChain([Member(first, breaker), Member(second)])
    clock.seconds = 1
    await heard(both)
    clock.seconds = 30.5
    started = monotonic()
    assert text_of(await heard(both)) == "b:2"
    assert (first.calls, monotonic() - started < 0.5) == (1, True)


def test_only_one_caller_probes_a_provider() -> None:
    clock = HandClock()
    breaker = Breaker(failures=1, clock_seconds=clock)
    breaker.failed()
    clock.seconds = 30
    assert breaker.wait_seconds() is None
    assert breaker.wait_seconds() == 1.0
    breaker.left()
    assert breaker.wait_seconds() is None


async def test_the_first_word_of_a_probe_lets_the_others_in() -> None:
    clock = HandClock()
    breaker = Breaker(failures=1, clock_seconds=clock)
    breaker.failed()
    clock.seconds = 30
    stream = FallbackChain([Member(ScriptedModel("a:1"), breaker)]).stream(asked())
    await anext(stream)
    assert breaker.wait_seconds() is None
    await stream.aclose()


async def test_a_refused_request_shows_that_the_provider_is_well() -> None:
    breaker = Breaker(failures=2)
    model = ScriptedModel("a:1", Unavailable("down"), Refused("no"), Unavailable("down"), "fine")
    single = FallbackChain([Member(model, breaker)])
    for _ in range(3):
        with pytest.raises((Unavailable, Refused)):
            await heard(single)
    assert text_of(await heard(single)) == "fine"


async def test_a_cancelled_probe_frees_its_place(server: ModelServer, make_model: MakeModel) -> None:
    clock = HandClock()
    breaker = Breaker(failures=1, clock_seconds=clock)
    breaker.failed()
    clock.seconds = 30
    task = asyncio.create_task(heard(FallbackChain([Member(make_model("openai", "hang-headers"), breaker)])))
    await server.until(requests=1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert breaker.wait_seconds() is None


async def test_a_hanging_first_model_costs_its_time_out_and_no_more(make_model: MakeModel) -> None:
    hanging = make_model("openai", "hang-headers", silence_seconds=0.3)
    started = monotonic()
    events = await heard(FallbackChain([Member(hanging), Member(make_model("anthropic"))]))
    assert text_of(events) == "Echo: hello there"
    assert monotonic() - started < 1
