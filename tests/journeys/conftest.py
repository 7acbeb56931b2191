"""What the journeys through the web app may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.browser import chromium, find_chromium
from tests.journeys.site import Site, running


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One real server with the offline model for all journeys; everybody makes an account of their own."""
    with running(tmp_path_factory.mktemp("site")) as found:
        yield found


# Not for the session: while Playwright's synchronous door is open, no asynchronous test can run.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    if executable is None:
        pytest.skip("Chromium was not found; install it (apt-get install chromium) or set STEWARD_TEST_CHROMIUM.")
    with chromium(executable) as found:
        yield found
