"""What the journeys through the web app may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.browser import chromium, find_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    if executable is None:
        pytest.skip("Chromium was not found; install it (apt-get install chromium) or set STEWARD_TEST_CHROMIUM.")
    with chromium(executable) as found:
        yield found
