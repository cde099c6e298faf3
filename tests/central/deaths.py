"""A service that a test lets die at a named place, and starts again: forked, on databases that others use, too."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from central import chaos_children
from central.chaos_servers import Both, ForkedService
from central.servers import READY_SECONDS
from urllib3.exceptions import HTTPError

from scenes.failpoints import EXIT_CODE, VARIABLE

PUBLIC = "93.184.215.14"  # an address that may be told; here it leads to this machine
_TESTS = Path(__file__).parents[1]


@contextmanager
def mortal(both: Both, logs: Path, home: Path, name: str, template: str = "template0") -> Iterator[ForkedService]:
    """A service on databases of this name, not started; `template`: what PostgreSQL's is copied from."""
    chaos_children.begin_nursery(_TESTS)
    both.postgres.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    service = ForkedService(logs, home, both, name)
    try:
        yield service
    finally:
        service.stop()
        both.postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")
        with both.mongo.client() as client:
            client.drop_database(name)


def dies(service: ForkedService, place: str, ask: Callable[[], object]) -> None:
    """Ask; the service dies at this place, whoever asked hears nothing, and it is started again."""
    service.arm(place)
    with pytest.raises(HTTPError):
        ask()
    assert service.end() == EXIT_CODE, place
    service.arm("")
    service.start()


def visited(folder: Path, place: str = "") -> int:
    """A workstation's visit in a process of its own; how that ended."""
    order = chaos_children.Visit(folder=str(folder), number=1)
    environment = {VARIABLE: place, "VLAARENA_KEYRING": "off"}
    child, told = chaos_children.begin(chaos_children.visit, environment, order)
    with told:
        said = told.recv() if place == "" else None
        child.join(READY_SECONDS)
    assert said is None or said.done, said
    code = child.exitcode
    child.close()
    assert code is not None
    return code


def delivered(service: ForkedService, certificate: Path, place: str = "") -> int:
    """The worker tells what is due, as if the receiver here had a public address; how that ended."""
    environment = service.environment | {VARIABLE: place, "SSL_CERT_FILE": str(certificate)}
    child, told = chaos_children.begin(
        _serve_elsewhere, environment, str(service.log), ("worker", "--once", "webhooks")
    )
    with told:
        child.join(READY_SECONDS)
    code = child.exitcode
    child.close()
    assert code is not None
    return code


def _serve_elsewhere(out: Connection, log: str, words: tuple[str, ...]) -> None:
    """The net: a name leads to a public address, and the way to that leads here."""
    real, ways = socket.getaddrinfo, {"localhost": PUBLIC, PUBLIC: "127.0.0.1"}

    def found(host: Any, *rest: Any, **more: Any) -> Any:
        return real(ways.get(host, host), *rest, **more)

    socket.getaddrinfo = found
    chaos_children.serve(out, log, words)
