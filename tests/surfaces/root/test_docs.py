from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
from httpx2 import AsyncClient

from steward.surfaces.root.docs import STATIC
from steward.surfaces.root.openapi import Part, merged

from .surfaces import PARTS


@pytest.fixture
async def document(client: AsyncClient) -> Any:
    answer = await client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def test_the_document_is_the_same_every_time() -> None:
    assert merged(PARTS, {}) == merged(PARTS, {})


async def test_the_document_covers_every_surface_under_its_prefix(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["info"] == {"title": "Steward", "version": "1.2.3", "description": ""}
    assert {"/health", "/metrics", "/api/v1/events", "/api/v1/places", "/api/events"} <= set(document["paths"])


async def test_every_reference_of_the_document_leads_somewhere(document: Any) -> None:
    references = set(re.findall(r"#/components/schemas/([^\"']+)", str(document)))
    assert references <= set(document["components"]["schemas"])
    assert {"Place", "Event", "Event_api", "Page_api"} <= references


async def test_a_name_that_means_two_things_is_told_apart_and_one_that_means_the_same_is_not(document: Any) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["Event"]["properties"]["id"]["type"] == "string"
    assert schemas["Event_api"]["properties"]["id"]["type"] == "integer"
    assert schemas["Page_api"]["properties"]["items"]["items"] == {"$ref": "#/components/schemas/Event_api"}
    assert "Place_api" not in schemas


async def test_operations_are_tagged_by_surface_and_have_ids_of_their_own(document: Any) -> None:
    operations = [each for item in document["paths"].values() for each in item.values()]
    identifiers = [each["operationId"] for each in operations]
    assert len(set(identifiers)) == len(identifiers)
    assert document["paths"]["/api/events"]["get"]["tags"] == ["sms: calendar"]
    groups = {group["name"]: group["tags"] for group in document["x-tagGroups"]}
    assert groups["personal"] == ["personal: calendar", "personal"]


async def test_operations_say_how_to_sign_in(document: Any) -> None:
    assert set(document["components"]["securitySchemes"]) == {"bearer", "apiKey", "token", "session"}
    assert document["paths"]["/api/events"]["get"]["security"] == [{"token": []}]
    assert document["paths"]["/api/v1/places"]["post"]["security"] == []
    assert {"bearer": []} in document["paths"]["/api/v1/events"]["get"]["security"]


def test_where_two_surfaces_have_an_address_the_first_keeps_it() -> None:
    def one(summary: str) -> Any:
        return {"paths": {"/x": {"get": {"summary": summary}}}}

    document = merged([Part("", "a", lambda: one("first")), Part("", "b", lambda: one("second"))], {})
    assert document["paths"]["/x"]["get"]["summary"] == "first"


async def test_an_unchanged_document_is_not_sent_again(client: AsyncClient) -> None:
    etag = (await client.get("/openapi.json")).headers["etag"]
    answer = await client.get("/openapi.json", headers={"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/api/v1/docs", "/api/v1/redoc"])
async def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script>|<style|\son\w+=|https?:", answer.text)
    for asset in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
        loaded = await client.get(asset)
        assert (loaded.status_code, asset[0]) == (200, "/")
        assert loaded.headers["cache-control"] == "public, max-age=86400"


async def test_each_page_has_a_nonce_of_its_own(client: AsyncClient) -> None:
    pages = [await client.get("/redoc") for _ in range(2)]
    nonces = [re.findall(r"nonce-([\w-]+)", page.headers["content-security-policy"])[0] for page in pages]
    assert nonces[0] != nonces[1]
    assert f'data-nonce="{nonces[0]}"' in pages[0].text


@pytest.mark.parametrize("path", ["/docs/assets/../docs.py", "/docs/assets/%2e%2e/docs.py", "/docs/assets/nothing.js"])
async def test_nothing_but_assets_is_served(client: AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


def test_the_packages_of_others_are_unchanged() -> None:
    sums = re.findall(r"^([0-9a-f]{64})  (\S+)$", (STATIC / "README.md").read_text(), re.MULTILINE)
    assert len(sums) == 3
    for expected, name in sums:
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == expected
