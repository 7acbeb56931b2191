import time as stopwatch
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import DAILY, rrule
from hypothesis import given
from hypothesis import strategies as st

from steward.core.reminders.recurrence import first_fit, last_of, occurrences, read_rule
from steward.kit.errors import Invalid

NEW_YORK = ZoneInfo("America/New_York")
NINE_IN_WINTER = datetime(2024, 1, 15, 14, tzinfo=UTC)  # a Monday, 09:00 in New York


def some(rule: str, number: int, **how: object) -> list[str]:
    found = occurrences(read_rule(rule), NINE_IN_WINTER, NEW_YORK, **how)  # type: ignore[arg-type]
    return [f"{each:%Y-%m-%d %H:%M}" for each in islice(found, number)]


def test_a_daily_rule_keeps_its_wall_time_when_clocks_change() -> None:
    after = datetime(2024, 3, 9, 14, tzinfo=UTC)
    assert some("FREQ=DAILY", 3, after=after) == ["2024-03-09 14:00", "2024-03-10 13:00", "2024-03-11 13:00"]


def test_a_wall_time_that_is_skipped_once_comes_back_the_day_after() -> None:
    half_past_two = datetime(2024, 3, 8, 7, 30, tzinfo=UTC)
    found = islice(occurrences(read_rule("FREQ=DAILY"), half_past_two, NEW_YORK), 4)
    assert [f"{each.astimezone(NEW_YORK):%d %H:%M}" for each in found] == [
        "08 02:30",
        "09 02:30",
        "10 03:30",
        "11 02:30",
    ]


def test_an_hourly_rule_steps_in_real_hours_over_a_clock_change() -> None:
    before_gap = datetime(2024, 3, 10, 5, tzinfo=UTC)
    found = list(islice(occurrences(read_rule("FREQ=HOURLY"), before_gap, NEW_YORK), 4))
    assert [later - earlier for earlier, later in pairwise(found)] == [timedelta(hours=1)] * 3


def test_a_series_that_begins_in_the_second_of_two_equal_hours_begins_there() -> None:
    second = datetime(2024, 11, 3, 6, 30, tzinfo=UTC)
    assert next(occurrences(read_rule("FREQ=DAILY"), second, NEW_YORK)) == second


def test_a_series_begins_at_the_first_day_that_fits() -> None:
    assert first_fit(read_rule("FREQ=WEEKLY;BYDAY=TH"), NINE_IN_WINTER, NEW_YORK) == datetime(
        2024, 1, 18, 14, tzinfo=UTC
    )


def test_every_other_week_stays_in_step_however_late_one_asks() -> None:
    every = set(some("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", 400))
    late = some("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", 4, after=datetime(2026, 5, 1, tzinfo=UTC))
    assert set(late) <= every


def test_count_and_until_end_a_series() -> None:
    assert len(some("FREQ=DAILY;COUNT=3", 10)) == 3
    assert len(some("FREQ=DAILY;UNTIL=20240117", 10)) == 3
    assert len(some("FREQ=DAILY;UNTIL=20240117T135959Z", 10)) == 2
    assert last_of(read_rule("FREQ=DAILY;COUNT=3"), NINE_IN_WINTER, NEW_YORK) == datetime(2024, 1, 17, 14, tzinfo=UTC)
    assert last_of(read_rule("FREQ=DAILY"), NINE_IN_WINTER, NEW_YORK) is None


def test_asking_late_in_a_long_series_is_quick() -> None:
    began = datetime(1950, 1, 1, tzinfo=UTC)
    start = stopwatch.perf_counter()
    for rule in ("FREQ=HOURLY", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU", "FREQ=MONTHLY;BYMONTHDAY=31"):
        assert next(occurrences(read_rule(rule), began, NEW_YORK, after=datetime(2150, 1, 1, tzinfo=UTC)))
    assert stopwatch.perf_counter() - start < 1


SPARSE = (
    "FREQ=DAILY;COUNT=2000;BYMONTHDAY=31",
    "FREQ=DAILY;COUNT=2000;BYMONTHDAY=31;BYMONTH=12",
    "FREQ=DAILY;COUNT=2000;BYMONTHDAY=29;BYMONTH=2;BYDAY=MO",
)


@pytest.mark.parametrize("rule", SPARSE)
def test_the_end_of_a_long_series_of_few_days_is_found_without_walking_every_day(rule: str) -> None:
    began = stopwatch.process_time()
    for _ in range(20):  # day by day that takes three seconds and more
        end = last_of(read_rule(rule), NINE_IN_WINTER, NEW_YORK)
    assert stopwatch.process_time() - began < 2
    assert end is not None
    assert end.year > 2190


@pytest.mark.parametrize(
    ("rule", "same"),
    [
        ("FREQ=DAILY;BYMONTH=2,11", {"bymonth": (2, 11)}),
        ("FREQ=DAILY;BYMONTHDAY=31,-1;BYMONTH=1,2,12", {"bymonthday": (31, -1), "bymonth": (1, 2, 12)}),
        ("FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR", {"bymonthday": 13, "byweekday": 4}),
        ("FREQ=WEEKLY;BYMONTH=3", {"bymonth": 3, "byweekday": 0}),
        ("FREQ=WEEKLY;BYMONTH=3;BYDAY=TU,SU;WKST=SU", {"bymonth": 3, "byweekday": (1, 6)}),
    ],
)
def test_a_series_of_few_days_is_the_one_that_walking_every_day_gives(rule: str, same: dict[str, Any]) -> None:
    walls = list(islice(rrule(DAILY, dtstart=datetime(2024, 1, 15, 9), **same), 60))
    expected = [wall.replace(tzinfo=NEW_YORK).astimezone(UTC) for wall in walls]
    assert list(islice(occurrences(read_rule(rule), NINE_IN_WINTER, NEW_YORK), 60)) == expected
    late = occurrences(read_rule(rule), NINE_IN_WINTER, NEW_YORK, after=expected[40])
    assert list(islice(late, 20)) == expected[40:]
    counted = read_rule(f"{rule};COUNT=60")
    assert last_of(counted, NINE_IN_WINTER, NEW_YORK) == expected[-1]


@pytest.mark.parametrize("interval", [1, 5, 23])
def test_an_hourly_rule_on_some_days_is_every_step_that_falls_on_them(interval: int) -> None:
    steps = (NINE_IN_WINTER + timedelta(hours=interval * number) for number in range(40_000))
    expected = [each for each in steps if each.astimezone(NEW_YORK).weekday() in (2, 6)][:300]
    rule = read_rule(f"FREQ=HOURLY;INTERVAL={interval};BYDAY=WE,SU")
    assert list(islice(occurrences(rule, NINE_IN_WINTER, NEW_YORK), 300)) == expected


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "every day",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=90",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=999999",
        "FREQ=DAILY;COUNT=3;UNTIL=20240201",
        "FREQ=DAILY;UNTIL=soon",
        "FREQ=DAILY;UNTIL=99991231",
        "FREQ=DAILY;BYSECOND=0",
        "FREQ=DAILY;BYDAY=1MO",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=31",
        "FREQ=DAILY\nEXDATE:20240101",
        "FREQ=DAILY;INTERVAL=٣",
    ],
)
def test_a_rule_that_is_wrong_or_impossible_is_refused(rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_rule(rule)
    assert "recurrence" in refused.value.fields


def test_a_rule_that_never_happens_is_refused() -> None:
    with pytest.raises(Invalid):
        first_fit(read_rule("FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=5"), NINE_IN_WINTER, NEW_YORK)
    with pytest.raises(Invalid):
        first_fit(read_rule("FREQ=DAILY;UNTIL=20230101"), NINE_IN_WINTER, NEW_YORK)


def test_the_prefix_and_lower_case_are_understood() -> None:
    assert read_rule("rrule:freq=weekly;byday=mo,we;").text == "FREQ=WEEKLY;BYDAY=MO,WE"


PARTS = st.sampled_from(
    ["BYDAY=MO", "BYDAY=-1FR", "BYMONTH=2", "BYMONTHDAY=-31", "BYMONTHDAY=29,31", "BYSETPOS=-1", "COUNT=2", "WKST=SU"]
)


@given(
    st.sampled_from(["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 30),
    st.lists(PARTS, max_size=3),
)
def test_any_accepted_rule_gives_rising_times_after_the_one_asked_for(
    freq: str, interval: int, parts: list[str]
) -> None:
    try:
        rule = read_rule(";".join([f"FREQ={freq}", f"INTERVAL={interval}", *parts]))
    except Invalid:
        return
    after = NINE_IN_WINTER + timedelta(days=300)
    every = [each for each in islice(occurrences(rule, NINE_IN_WINTER, NEW_YORK), 50) if each >= after]
    found = list(islice(occurrences(rule, NINE_IN_WINTER, NEW_YORK, after=after), 5))
    assert found == sorted(set(found))
    assert all(each >= after for each in found)
    assert every[:1] == [] or every[0] == found[0]
