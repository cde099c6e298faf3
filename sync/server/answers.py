"""How answers leave: MessagePack or JSON, refusals in the one form, headers that keep browsers from mistakes."""

from __future__ import annotations

import logging
import time
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from scenes.codec import encode
from scenes.errors import ArenaError
from sync.api import CONTENT_TYPE, ErrorBody
from sync.server.centre import Centre
from sync.server.door import address_of
from sync.server.limits import counted_as
from sync.server.refusals import CODES, STATUS, refusal_of

_log = logging.getLogger("vlaarena.central")
JSON = "application/json"
_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}
_HEADERS = [(name.lower().encode(), value.encode()) for name, value in _SECURITY.items()]


def packed(record: object, headers: dict[str, str] | None = None) -> Response[bytes]:
    """A record as MessagePack."""
    return Response(encode(record), media_type=CONTENT_TYPE, headers=headers or {}, status_code=200)


def refused(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Any error as the client is told it. What was not expected is logged with its traceback."""
    if isinstance(error, ArenaError):
        refusal = refusal_of(error)
        if refusal.body.code == "unavailable":
            _log.error("%s", error, extra={"detail": error.detail[:2000]})
        return _refusal(refusal.body, STATUS[refusal.body.code], refusal.retry_after)
    if isinstance(error, HTTPException) and error.status_code < 500:
        code = CODES.get(error.status_code, "bad_request")
        return _refusal(ErrorBody(code=code, message=str(error.detail)[:500]), error.status_code, None)
    _log.error("an unexpected error", exc_info=error, extra={"route": request.url.path[:200]})
    body = ErrorBody(
        code="unavailable", message="Something unexpected happened. It was logged.", hint="Try again later."
    )
    return _refusal(body, 500, None)


class Envelope:
    """Around every request: the limit of its address, security headers, one line of log, the metrics."""

    def __init__(self, app: ASGIApp, centre: Centre) -> None:
        self._app, self._centre = app, centre

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, answered."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        began, told = time.perf_counter(), {"status": 500}
        address = address_of(ASGIConnection(scope), self._centre.settings.trusted_proxies)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        if wait := self._centre.address_limit.wait(counted_as(address)):
            await _too_often(wait, sent)
        else:
            await self._app(scope, receive, sent)
        self._note(scope, told["status"], time.perf_counter() - began, address)

    def _note(self, scope: HTTPScope, status: int, seconds: float, address: str) -> None:
        handler = scope.get("route_handler")
        route = "/".join(sorted(handler.paths)) if handler is not None else "none"
        self._centre.metrics.requests.labels(route, str(status)).inc()
        self._centre.metrics.seconds.labels(route).observe(seconds)
        known = {"route": route, "method": scope["method"], "status": status, "address": address}
        device = (scope.get("state") or {}).get("device", "")
        _log.info("answered", extra=known | {"milliseconds": round(seconds * 1000, 1), "device": device})


def _refusal(body: ErrorBody, status: int, retry_after: int | None) -> Response[bytes]:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(msgspec.json.encode(body), media_type=JSON, status_code=status, headers=headers)


async def _too_often(wait: int, send: Send) -> None:
    body = ErrorBody(code="rate_limited", message="This address asks too often.", hint="Wait.")
    headers = [(b"content-type", JSON.encode()), (b"retry-after", str(wait).encode())]
    await send({"type": "http.response.start", "status": STATUS["rate_limited"], "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body), "more_body": False})
