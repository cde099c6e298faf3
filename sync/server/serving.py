"""`vlaarena-central serve`: one process that answers, until it is told to stop."""

from __future__ import annotations

import ctypes
import errno
import gc
import socket
import sys
from pathlib import Path

import msgspec
import uvicorn

from scenes.errors import BadInput, StoreError
from sync.server.app import make_app
from sync.server.centre import Centre
from sync.server.logs import start_logging
from sync.server.settings import CentralSettings

_KEEP_ALIVE_SECONDS = 75
_FAREWELL_SECONDS = 20
_WAITING = 1024  # connections that wait to be accepted
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # as in glibc's malloc.h
_KEPT_BYTES = 128 * 2**20  # of memory that was used: as much as a few requests of the largest kind take
_SWITCH_SECONDS = 0.0005  # threads that wait for a database need the interpreter often and briefly

_HINTS = {
    errno.EADDRINUSE: "Stop what listens there, or choose another address.",
    errno.EADDRNOTAVAIL: "Choose an address of this machine, for example 127.0.0.1:8075.",
    errno.EACCES: "Choose a port from 1024 on, or let a proxy listen at the others.",
}


class ReadyLine(msgspec.Struct, frozen=True):
    """The one line on standard output that says where the service listens."""

    url: str


class _Server(uvicorn.Server):
    """Says that it is ready once it is."""

    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        gc.freeze()  # what is there now stays to the end: no collection looks through it again
        if self.started:
            print(msgspec.json.encode(ReadyLine(self._url)).decode(), flush=True)


def serve(settings: CentralSettings, home: Path) -> int:
    """Answer until told to stop.

    Raises:
        BadInput: the address is none that this machine knows.
        StoreError: it is taken, or not this machine's, or the database was not migrated.
    """
    start_logging(settings.log_level)
    sys.setswitchinterval(_SWITCH_SECONDS)
    _reuse_memory()
    listening = _listening(settings)
    host, port = listening.getsockname()[:2]
    config = uvicorn.Config(
        make_app(Centre(settings, home)),
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_FAREWELL_SECONDS,
        lifespan="on",
    )
    place = f"[{host}]" if ":" in host else host
    server = _Server(config, f"http://{place}:{port}")
    server.run(sockets=[listening])
    return 0 if server.started else 1


def _reuse_memory() -> None:
    """Let bodies of requests reuse memory that earlier ones had: fresh pages cost more than all that is done with them.

    Only glibc is told so (its mallopt(3)); others do as they do.
    """
    tell = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if tell is not None:
        for option, value in ((_M_ARENA_MAX, 1), (_M_MMAP_THRESHOLD, 32 * 2**20), (_M_TRIM_THRESHOLD, _KEPT_BYTES)):
            tell(option, value)


def _listening(settings: CentralSettings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # else answers wait for ACKs
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(_WAITING)
    except socket.gaierror as error:
        said = f"The service cannot listen at {settings.bind}: this machine knows no such address."
        raise BadInput(said, hint="Give one of its own, for example 127.0.0.1:8075.") from error
    except OSError as error:
        hint = _HINTS.get(error.errno or 0, "Choose another address.")
        said = f"The service cannot listen at {settings.bind}: {error.strerror}."
        raise StoreError(said, hint=hint) from error
    return listening
