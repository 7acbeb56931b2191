"""The built files of the web app, in memory and compressed once."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import PlainTextResponse, Response

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""A file whose ending is not here is not served; the page itself (``.html``) is served by ``page``."""

_COMPRESSIBLE = frozenset({".css", ".js", ".md", ".svg", ".txt", ".webmanifest"})

_HASHED = "assets/"
_FOREVER = "public, max-age=31536000, immutable"
_AN_HOUR = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class _File:
    """One file, ready to send. ``zipped`` is None where compression does not pay."""

    body: bytes
    zipped: bytes | None
    media_type: str
    cache: str
    etag: str


def _load(path: Path, name: str) -> _File:
    body = path.read_bytes()
    return _File(
        body=body,
        zipped=gzip.compress(body, 9, mtime=0) if path.suffix in _COMPRESSIBLE else None,
        media_type=_TYPES[path.suffix],
        cache=_FOREVER if name.startswith(_HASHED) else _AN_HOUR,
        etag=f'"{hashlib.sha256(body).hexdigest()[:24]}"',
    )


class BuiltFiles:
    """The folder that the build made. Names are compared, never resolved."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not (folder / "index.html").is_file():
            raise FileNotFoundError(f"There is no built web app in {folder}; run `npm ci && npm run build` in web/.")
        names = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.suffix in _TYPES}
        self._files = {name: _load(path, name) for name, path in sorted(names.items())}

    def text(self, name: str) -> str:
        """Return a file of the folder as text."""
        return (self._folder / name).read_text(encoding="utf-8")

    def response(self, name: str, headers: Mapping[str, str]) -> Response:
        """Return the file, compressed where the browser takes it; 304 when it has it; 404 for any other name."""
        file = self._files.get(name)
        if file is None:
            return PlainTextResponse("Not found", 404)
        answer = {
            "Cache-Control": file.cache,
            "ETag": file.etag,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Vary": "Accept-Encoding",
        }
        if headers.get("if-none-match") == file.etag:
            return Response(status_code=304, headers=answer)
        if file.zipped is not None and "gzip" in headers.get("accept-encoding", ""):
            answer["Content-Encoding"] = "gzip"
            return Response(file.zipped, media_type=file.media_type, headers=answer)
        return Response(file.body, media_type=file.media_type, headers=answer)
