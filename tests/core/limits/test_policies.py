"""How limits are written and what they come to."""

from __future__ import annotations

import pytest

from steward.core.limits import Policies, subject_of_address
from steward.kit.rates import Rate, rates_of
from steward.settings import SettingsWrong

PERSONAL, TEAM = "user=100/60s,10/1s", "user=50/60s;tenant=100/60s,1000/3600s"


def policies(personal: str = PERSONAL, team: str = TEAM, overrides: str = "", scale: float = 1.0) -> Policies:
    return Policies(personal=personal, team=team, overrides=overrides, scale=scale)


def test_rates_are_read_as_they_are_written() -> None:
    assert rates_of(" user=50/60s ; tenant=100/60s, 1000/3600s ") == {
        "user": (Rate(50, 60),),
        "tenant": (Rate(100, 60), Rate(1000, 3600)),
    }
    assert rates_of("") == {}


@pytest.mark.parametrize("text", ["user", "user=", "user=0/60s", "user=10/60", "=1/1s", "user=1/1s;user=2/1s", "U=1/s"])
def test_rates_that_are_written_in_another_way_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not written like"):
        rates_of(text)


def test_windows_below_a_minute_roll() -> None:
    assert [(limit.name, limit.amount, limit.is_rolling) for limit in policies().plan("personal").user] == [
        ("user-60s", 100, False),
        ("user-1s", 10, True),
    ]


def test_the_brake_on_passwords_rolls_although_it_is_long() -> None:
    assert [limit.is_rolling for limit in policies().named("login_account")] == [True]


def test_the_scale_multiplies_every_amount_and_leaves_at_least_one() -> None:
    made = policies(scale=0.01)
    assert [limit.amount for limit in made.plan("team").tenant] == [1, 10]
    assert [limit.amount for limit in made.named("auth_v1")] == [1]
    assert policies(scale=0).is_off
    assert not made.is_off


def test_a_single_limit_can_be_replaced() -> None:
    made = policies(overrides="auth_v1=20/60s")
    assert made.named("auth_v1")[0].amount == 20
    assert made.named("auth_api_v1")[0].amount == 10


def test_a_plan_that_nobody_configured_is_a_personal_one() -> None:
    made = policies()
    assert made.plan("gold") is made.plan("personal")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"overrides": "auth_v2=1/1s"}, "STEWARD_LIMITS: there is no limit 'auth_v2'"),
        ({"personal": "people=1/1s"}, "STEWARD_PLAN_PERSONAL"),
        ({"team": ""}, "STEWARD_PLAN_TEAM"),
    ],
)
def test_limits_that_cannot_be_meant_stop_the_start(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsWrong, match=named):
        policies(**given)


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("", ""),
    ],
)
def test_an_ipv6_client_has_one_allowance_for_its_whole_network(address: str, subject: str) -> None:
    assert subject_of_address(address) == subject
