"""Requests: what a client has sent, no more than is reasonable, and from one of our own pages."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from sim.language import LANGUAGES

LARGEST: Final = 16_384
"""Bytes of anything a client sends."""


def spoken_by(request: Request) -> str:
    """Return the language a browser asks for, as far as there is a catalogue for it."""
    for wanted in request.headers.get("accept-language", "").split(","):
        code = wanted.strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return "en"


def same_origin(headers: Any, scheme: str) -> bool:
    """Whether a request comes from one of the server's own pages."""
    origin = headers.get("origin")
    if origin is None:
        return scheme in ("http", "https")  # a form of an old browser; the cookie is lax
    return bool(urlsplit(origin).netloc == headers.get("host"))


async def _body(request: Request) -> bytes | None:
    """Return what was sent, None if it is too large."""
    found = b""
    async for part in request.stream():
        found += part
        if len(found) > LARGEST:
            return None
    return found


async def form_of(request: Request) -> dict[str, str] | None:
    """Return the fields of a form, None if it is too large."""
    body = await _body(request)
    if body is None:
        return None
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=40))
    except ValueError:
        return {}


async def json_of(request: Request) -> dict[str, Any] | None:
    """Return what was sent as JSON, None if it is too large or no mapping."""
    body = await _body(request)
    return None if body is None else values_of(body)


def values_of(text: str | bytes) -> dict[str, Any] | None:
    """Return a mapping that was sent as JSON, None if it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
