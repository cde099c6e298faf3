"""The pages of the service in a thread of the tests, with everything around them; MongoDB is asked nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import uvicorn
from central.public_site import publish
from litestar import Litestar
from litestar.di import Provide
from litestar.middleware import DefineMiddleware

from sync.server.answers import Envelope, refused
from sync.server.centre import Centre
from sync.server.postgres import transaction
from sync.server.settings import CentralSettings
from sync.server.web.routes import public_board


class _Server(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, app: Litestar) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextlib.contextmanager
def pages(names: Mapping[str, str], home: Path) -> Iterator[tuple[Centre, str]]:
    """`names`: the settings as environment variables. The centre and the address."""
    prefix = "VLAARENA_CENTRAL_"
    known = {name.removeprefix(prefix).lower(): value for name, value in names.items() if name.startswith(prefix)}
    centre = Centre(CentralSettings(address_burst=100_000, **known), home)
    app = Litestar(
        route_handlers=[public_board()],
        dependencies={"centre": Provide(lambda: centre, sync_to_thread=False)},
        exception_handlers={Exception: refused},
        middleware=[DefineMiddleware(Envelope, centre=centre)],
        on_shutdown=[centre.close],
        openapi_config=None,
        logging_config=None,
    )
    transaction(centre.engine, lambda c: publish(c, centre.key))
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # else answers wait for an ACK
    listening.bind(("127.0.0.1", 0))
    server = _Server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        assert server.ready.wait(30), "the service did not start"
        yield centre, f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
