"""How the service is doing: /health for everybody, /metrics for who is inside or has a token."""

from __future__ import annotations

import ipaddress
from typing import Any

from litestar import Response, get
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from sync.api import ErrorBody
from sync.server.centre import Centre
from sync.server.documenting import refusals
from sync.server.door import token_of
from sync.server.health import Health, health_of


async def insiders(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse whoever comes from outside, or through a proxy, without a token of the scope `admin`."""
    forwarded = "x-forwarded-for" in connection.headers or "forwarded" in connection.headers
    if forwarded or connection.client is None or not _is_inside(connection.client.host):
        await token_of(connection.app.state["centre"], connection, "admin")


_EITHER: Any = Health | ErrorBody
_DOWN = {503: ResponseSpec(_EITHER, generate_examples=False, description="PostgreSQL does not answer")}


@get("/health", responses=refusals() | _DOWN)
async def health(centre: Centre) -> Response[Health]:
    """Both databases and the age of the ratings; 503 while PostgreSQL does not answer."""
    found = await health_of(centre)
    return Response(found, status_code=503 if found.status == "down" else 200, headers={"Cache-Control": "no-store"})


@get("/metrics", include_in_schema=False, guards=[insiders])
async def metrics(centre: Centre) -> Response[bytes]:
    """For Prometheus."""
    return Response(await centre.rows(centre.metrics.told), media_type="text/plain; version=0.0.4; charset=utf-8")


def _is_inside(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_private


ROUTES = (health, metrics)
