"""How the service is doing: /health and /metrics."""

from __future__ import annotations

from litestar import Response, get

from sync.server.centre import Centre
from sync.server.health import Health, health_of


@get("/health")
async def health(centre: Centre) -> Response[Health]:
    """Both databases and the age of the ratings; 503 while PostgreSQL does not answer."""
    found = await health_of(centre)
    return Response(found, status_code=503 if found.status == "down" else 200, headers={"Cache-Control": "no-store"})


@get("/metrics", include_in_schema=False)
async def metrics(centre: Centre) -> Response[bytes]:
    """For Prometheus; keep it from the public at the proxy."""
    return Response(await centre.rows(centre.metrics.told), media_type="text/plain; version=0.0.4; charset=utf-8")


ROUTES = (health, metrics)
