import contextlib
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.core.reminders.wall_time import instant_of, read_date, read_time, read_when, resolved, wall_of, zone_of
from steward.kit.errors import Invalid

NEW_YORK = ZoneInfo("America/New_York")


def test_a_wall_time_that_clocks_skip_is_moved_forward_by_the_gap() -> None:
    assert instant_of(datetime(2024, 3, 10, 2, 30), NEW_YORK) == datetime(2024, 3, 10, 7, 30, tzinfo=UTC)
    assert wall_of(datetime(2024, 3, 10, 7, 30, tzinfo=UTC), NEW_YORK) == datetime(2024, 3, 10, 3, 30)


def test_a_wall_time_that_happens_twice_means_the_first_one() -> None:
    assert instant_of(datetime(2024, 11, 3, 1, 30), NEW_YORK) == datetime(2024, 11, 3, 5, 30, tzinfo=UTC)


def test_a_plain_end_date_includes_the_whole_day_in_the_zone() -> None:
    assert resolved(date(2024, 1, 16), NEW_YORK, field="end", day_end=True) == datetime(2024, 1, 17, 5, tzinfo=UTC)
    assert resolved(date(2024, 1, 16), NEW_YORK, field="start") == datetime(2024, 1, 16, 5, tzinfo=UTC)


def test_a_time_with_an_offset_is_taken_as_it_is() -> None:
    when = read_when("2024-01-16T14:00:00Z", "start")
    assert resolved(when, NEW_YORK, field="start") == datetime(2024, 1, 16, 14, tzinfo=UTC)


@pytest.mark.parametrize("year", [1, 1899, 2200, 9999])
def test_a_year_far_away_is_refused(year: int) -> None:
    with pytest.raises(Invalid) as refused:
        resolved(datetime(year, 1, 1, 12), NEW_YORK, field="start_time")
    assert "start_time" in refused.value.fields


@pytest.mark.parametrize("name", ["", "Nowhere/City", "../../etc/passwd", "/etc/localtime", "UTC\x00", "a" * 300, "US"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        zone_of(name)


@pytest.mark.parametrize("text", ["tomorrow", "", "2024-13-01", "2024-02-30", "25:00", "2024-01-16T25:00:00"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_when(text, "due")


@given(st.text())
def test_any_text_is_a_time_or_invalid(text: str) -> None:
    for read in (read_when, read_date, read_time):
        with contextlib.suppress(Invalid):
            assert read(text, "due") is not None


def test_a_time_of_day_is_read_with_and_without_seconds() -> None:
    assert read_time("14:00", "at") == read_time("14:00:00", "at") == read_time("2024-01-16T14:00:00", "at") == time(14)
