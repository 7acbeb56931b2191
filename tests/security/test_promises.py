"""Every item of the groups that are built has a promise in docs/security.md and a test that carries its number."""

from __future__ import annotations

from scripts.security_page import GROUPS, LATER, PROMISES, held_items


def test_every_promise_has_a_test_and_every_item_a_promise() -> None:
    items = {number for numbers in GROUPS.values() for number in numbers}
    held = set(held_items())
    assert items - held - set(LATER) == set()
    assert set(PROMISES) | set(LATER) == items
    assert held & set(LATER) == set(), "these have tests: promise them"
    assert held <= items
