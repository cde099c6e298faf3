"""The application: every route with what is around it. `sync.api` is the document of those under /v1/sync."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware

from sync.server import publishing
from sync.server.answers import Envelope, refused
from sync.server.centre import Centre
from sync.server.documenting import documentation
from sync.server.routes import arena, exchange, state
from sync.server.web.routes import public_board

MAX_JSON_BYTES = 64 * 1024
ROUTES = (*exchange.ROUTES, *arena.ROUTES, *state.ROUTES)


def make_app(centre: Centre) -> Litestar:
    """The application around a centre, which it closes in the end."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await publishing.begin(centre)
        try:
            yield
        finally:
            await centre.close()

    return Litestar(
        route_handlers=[*ROUTES, public_board()],
        state=State({"centre": centre}),
        dependencies={"centre": Provide(lambda: centre, sync_to_thread=False)},
        exception_handlers={Exception: refused},
        middleware=[DefineMiddleware(Envelope, centre=centre)],
        lifespan=[lifespan],
        openapi_config=documentation(),
        request_max_body_size=MAX_JSON_BYTES,
        logging_config=None,
    )
