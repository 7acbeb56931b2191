"""How the built web app is served: headers, types, caching, and nothing outside its folder."""

from __future__ import annotations

import gzip
import re
import urllib.error
import urllib.request
from email.message import Message

import pytest

from steward.surfaces.ui import DIST, PAGES
from tests.journeys.site import Site


@pytest.fixture(scope="package")
def url(site: Site) -> str:
    return site.url


def fetch(address: str, **headers: str) -> tuple[int, Message, bytes]:
    request = urllib.request.Request(address, headers={name.replace("_", "-"): text for name, text in headers.items()})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


@pytest.mark.parametrize("path", ["/", "/c/0190c7a2-0000-7000-8000-000000000000", "/settings/security"])
def test_a_page_has_a_nonce_of_its_own_and_a_strict_policy(url: str, path: str) -> None:
    seen = set()
    for _ in range(2):
        status, headers, body = fetch(url + path)
        assert status == 200
        policy = headers["Content-Security-Policy"]
        found = re.search(r"'nonce-([\w-]{20,})'", policy)
        assert found is not None
        assert f'content="{found[1]}"' in body.decode()
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
        assert headers.get_all("Referrer-Policy") == ["no-referrer"]
        assert headers.get_all("Cross-Origin-Opener-Policy") == ["same-origin"]
        seen.add(found[1])
    assert len(seen) == 2


@pytest.mark.parametrize("path", PAGES)
def test_every_address_of_the_app_can_be_opened_directly(url: str, path: str) -> None:
    status, _, body = fetch(url + re.sub(r"{\w+}", "x", path))
    assert (status, b'<div id="root">' in body) == (200, True)


def test_everything_the_page_names_is_served_with_its_type(url: str) -> None:
    _, _, body = fetch(url)
    names = re.findall(r'(?:src|href)="(/ui/[^"]+)"', body.decode())
    assert len(names) >= 5
    types = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
    types |= {".png": "image/png", ".webmanifest": "application/manifest+json"}
    for name in names:
        status, headers, _ = fetch(url + name)
        assert status == 200, name
        assert headers["Content-Type"].startswith(types["." + name.rpartition(".")[2]])
        assert ("immutable" in headers["Cache-Control"]) == ("/assets/" in name)


def test_a_script_is_sent_compressed_and_not_twice(url: str) -> None:
    name = next((DIST / "assets").glob("index-*.js")).name
    address = f"{url}/ui/assets/{name}"
    _, plain_headers, plain = fetch(address)
    _, headers, zipped = fetch(address, Accept_Encoding="gzip, br")
    assert plain_headers["Content-Encoding"] is None
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped) == plain
    assert len(zipped) < len(plain) / 2
    status, _, body = fetch(address, If_None_Match=headers["ETag"])
    assert (status, body) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/ui/../__init__.py",
        "/ui/%2e%2e/__init__.py",
        "/ui/assets/..%2f..%2f__init__.py",
        "/ui/assets/../../page.py",
        "/ui//etc/passwd",
        "/ui/..%5cpage.py",
        "/ui/index.html",
        "/ui/",
        "/ui/assets/",
        "/ui/nothing.js",
    ],
)
def test_nothing_else_is_served(url: str, path: str) -> None:
    status, _, body = fetch(url + path)
    assert status == 404
    assert b"import" not in body
    assert b"<script" not in body


def test_no_built_file_names_another_host() -> None:
    allowed = re.compile(rb"https?://(?:www\.w3\.org|react\.dev|tanstack\.com|github\.com|[\w.]*tailwindcss\.com)")
    for path in DIST.rglob("*.[jc]s*"):
        for found in re.findall(rb"https?://[\w.-]+\.\w+", path.read_bytes()):
            assert allowed.match(found), (path.name, found)
