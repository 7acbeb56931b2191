"""/openapi.json and the two pages that show it: /docs (Swagger UI) and /redoc; every asset comes from this package."""

from __future__ import annotations

import asyncio
import os
import secrets
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from steward.surfaces.root.openapi import ApiDocument

STATIC = Path(__file__).parent / "static"

# ReDoc makes its styles while it runs: the nonce allows exactly those, the sums the two that it makes before it knows
# the nonce (an empty one and its scroll bar's). It searches in a worker. A picture from elsewhere stays out.
EARLY_STYLES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"
)
POLICY = (
    f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{{nonce}}' {EARLY_STYLES}; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; worker-src blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" type="image/png" href="{assets}/favicon-32x32.png">
{styles}
</head>
<body>
<div id="page" data-document="{base}/openapi.json" data-nonce="{nonce}"></div>
<noscript>This page needs JavaScript; the document itself is at {base}/openapi.json.</noscript>
{scripts}
</body>
</html>
"""


class Assets(StaticFiles):
    """The package's own files, which only change with a release."""

    def file_response(
        self, full_path: Any, stat_result: os.stat_result, scope: Any, status_code: int = 200
    ) -> Response:
        """Return the file with a day of caching."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = "public, max-age=86400"
        return response


def docs_routes(document: ApiDocument) -> list[BaseRoute]:
    """Return the routes of the document, of both pages and of their assets."""

    async def openapi(request: Request) -> Response:
        if not document.ready:  # building takes long enough to hold up everybody else
            await asyncio.to_thread(document.build)
        headers = {"etag": document.etag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == document.etag:
            return Response(status_code=304, headers=headers)
        return Response(document.body, headers=headers, media_type="application/json")

    async def docs(request: Request) -> Response:
        return _page(
            request,
            f"{document.title}: API",
            ["docs-page.css", "swagger-ui.css"],
            ["swagger-ui-bundle.js", "docs-page.js"],
        )

    async def redoc(request: Request) -> Response:
        return _page(
            request, f"{document.title}: API reference", ["docs-page.css"], ["redoc.standalone.js", "redoc-page.js"]
        )

    return [
        Route("/openapi.json", openapi),
        Mount("/docs/assets", Assets(directory=STATIC)),
        Route("/docs", docs),
        Route("/redoc", redoc),
    ]


def _page(request: Request, title: str, styles: list[str], scripts: list[str]) -> Response:
    base = request.scope.get("root_path", "").rstrip("/")
    assets = f"{base}/docs/assets"
    nonce = secrets.token_urlsafe(16)
    page = _PAGE.format(
        title=title,
        base=base,
        assets=assets,
        nonce=nonce,
        styles="\n".join(f'<link rel="stylesheet" href="{assets}/{name}">' for name in styles),
        scripts="\n".join(f'<script src="{assets}/{name}"></script>' for name in scripts),
    )
    headers = {"content-security-policy": POLICY.format(nonce=nonce), "cache-control": "no-store"}
    return HTMLResponse(page, headers=headers)
