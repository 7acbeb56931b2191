"""The page that loads the app, and the policy under which the browser runs it."""

from __future__ import annotations

import secrets

from starlette.responses import HTMLResponse, Response

NONCE_PLACE = "__CSP_NONCE__"
"""What ``web/index.html`` holds in its ``csp-nonce`` meta element; the style elements that scripts add need it."""

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'nonce-{nonce}'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

# What every answer of the server carries (nosniff, referrer and opener policy) is added once, by its front.
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}


def page_response(template: str) -> Response:
    """Return the page with a nonce of its own in the policy and in the page.

    The policy lets scripts, styles, fonts, pictures and calls come from this server only; no script can write HTML,
    and nobody can frame the page.
    """
    nonce = secrets.token_urlsafe(18)
    policy = {"Content-Security-Policy": _POLICY.format(nonce=nonce)}
    return HTMLResponse(template.replace(NONCE_PLACE, nonce), headers=_HEADERS | policy)
