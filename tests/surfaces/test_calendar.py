"""The range of a list of events, as the voice document's clients ask for it."""

from __future__ import annotations

import pytest

from tests.contract.dialects import assert_refused
from tests.houses import Home

BACKWARDS = [
    ("2024-01-16", "2024-01-15"),
    ("2024-01-16", "2023-01-16"),
    ("2024-01-16T00:00:00", "2024-01-15"),
    ("2024-01-16", "2024-01-15T23:59:59"),
    ("2024-01-16T10:00:00Z", "2024-01-16T09:59:59Z"),
    ("2024-01-16T10:00:00+01:00", "2024-01-16T08:59:59Z"),
]
FORWARDS = [
    ("2024-01-16", "2024-01-16"),
    ("2024-01-15T12:00:00", "2024-01-16"),
    ("2024-01-16T13:00:00Z", "2024-01-16"),
    ("2024-01-16T14:00:00Z", "2024-01-16T15:00:00+01:00"),
]


@pytest.mark.parametrize(("start", "end"), BACKWARDS)
async def test_a_range_that_ends_before_it_starts_is_refused(at_home: Home, start: str, end: str) -> None:
    ada = await at_home.person()
    reply = await ada.get("/v1/calendar/events", params={"start_date": start, "end_date": end})
    assert_refused(reply, "/v1", 400)
    assert reply.json()["error"]["details"] == {"end_date": ["Must not be before start_date"]}


@pytest.mark.parametrize(("start", "end"), FORWARDS)
async def test_a_range_of_a_day_a_part_of_it_or_a_moment_is_one(at_home: Home, start: str, end: str) -> None:
    ada = await at_home.person()
    event = {"title": "Lunch", "start_time": "2024-01-16T13:30:00Z", "end_time": "2024-01-16T14:30:00Z"}
    assert (await ada.post("/v1/calendar/events", event)).status_code == 201
    reply = await ada.get("/v1/calendar/events", params={"start_date": start, "end_date": end})
    assert [each["title"] for each in reply.json()["data"]["events"]] == ["Lunch"]
