"""Group G, the OAuth client: where a browser may be sent afterwards (item 58)."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from steward.core.integrations.rules import own_path
from steward.kit.errors import Invalid
from steward.settings import Settings
from tests.fakes.oauth_home import PAGE, oauth_home
from tests.houses import Templates

HERE = "https://steward.example"
ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/%09/evil.example",
    "/%2f/evil.example",
    "/%2Fevil.example",
    "/%5cevil.example",
    "/%255Cevil.example",
    "/%25252525252fevil.example",
    "/a//evil.example",
    "/..//evil.example",
    "/%2e%2e/evil.example",
    "/.%0d/evil.example",
    "/a%0d%0aSet-Cookie:%20x=1",
    "/a\r\nSet-Cookie: x=1",
    "/a\x00b",
    "/ä",
    "evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://evil.example/",
    "https:evil.example",
    "https://steward.example.evil.example/",
    "https://steward.example@evil.example/",
    "https://steward.example:443@evil.example/",
    "https://steward.example//evil.example",
    "https://steward.example\\evil.example",
    "http://steward.example/",
    " /settings",
    "/" + "a" * 2000,
)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_item_58_what_leads_elsewhere_is_refused(target: str) -> None:
    with pytest.raises(Invalid):
        own_path(target, HERE)


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (None, "/"),
        ("", "/"),
        ("/", "/"),
        (
            "/settings/integrations?tab=2&next=https://x.example//y#top",
            "/settings/integrations?tab=2&next=https://x.example//y#top",
        ),
        ("https://steward.example", "/"),
        ("https://steward.example?a=1", "/?a=1"),
        ("https://steward.example/c/1", "/c/1"),
        ("/a%20b", "/a%20b"),
    ],
)
def test_item_58_what_is_here_is_taken(target: str | None, path: str) -> None:
    assert own_path(target, HERE) == path
    assert own_path(target, f"{HERE}/") == path


PATHS = ["/", "\\", "//", ".", "..", "%2f", "%5c", "%2e", "%09", "%25", "\t", "\n", "\x00", "ä", "\u2028"]
NAMES = ["@", ":", "?", "#", "a", "evil.example", "https:", "https://", "javascript:", HERE]
PIECES = st.sampled_from([*PATHS, *NAMES])


@given(st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=30))
@example("/\t/evil.example")
@example("/%5c/evil.example")
def test_item_58_whatever_is_taken_stays_here_however_a_browser_reads_it(target: str) -> None:
    try:
        path = own_path(target, HERE)
    except Invalid:
        return
    for read in (path, re.sub(r"[\t\n\r]", "", path), path.replace("\\", "/")):
        where = urlsplit(urljoin(f"{HERE}/api/v1/oauth/callback", read))
        assert (where.scheme, where.netloc) == ("https", "steward.example")
        assert read.startswith("/")
        assert not read.startswith("//")
    assert path.isascii()
    assert path.isprintable()


async def test_item_58_no_door_takes_an_address_of_another_server(tmp_path: Path, templates: Templates) -> None:
    templates.sqlite(tmp_path)
    async with oauth_home(Settings(data_dir=tmp_path, workers=0)) as errands:
        ada = await errands.home.person()
        for target in ("//evil.example", "https://evil.example/", "/%5cevil.example"):
            wish = {"provider": "google", "scopes": [], "redirect_uri": target}
            replies = [
                await ada.post("/api/v1/oauth/initiate", wish),
                await ada.post("/api/v1/oauth/link/google", wish),
                await errands.home.client.get("/api/v1/oauth/sign-in/google", params={"redirect_uri": target}),
                await errands.home.client.get(
                    "/api/v1/oauth/sign-in/google", params={"redirect_uri": target}, headers=PAGE
                ),
            ]
            assert [reply.status_code for reply in replies] == [422] * 4
            assert all("evil" not in reply.text for reply in replies)
