"""A receiver that is slow, silent or never ends holds up no other, and no run of the worker."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from central.servers import Service
from central.test_server_webhooks import certified
from central.workstations import rows
from sqlalchemy import text

from sync.keys import SigningKey
from sync.server import webhooks
from sync.server.postgres import engine_for, transaction
from sync.server.receivers import Patience, ask, beside

SECONDS = 0.4
SOON = 10.0  # far more than anything here takes, far less than a receiver that is never cut would
Behave = Callable[[socket.socket, threading.Event], None]


def silent(plain: socket.socket, over: threading.Event) -> None:
    """Takes the connection and says nothing, not even for TLS."""
    over.wait()


def hear(secure: socket.socket) -> None:
    """The whole message: what is left unread when a connection is closed resets it."""
    said = b""
    while not said.endswith(b"{}"):
        said += secure.recv(65536)


def trickling(secure: socket.socket, over: threading.Event) -> None:
    """An answer that always goes on: each byte comes well before any pause is too long."""
    hear(secure)
    secure.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not over.wait(SECONDS / 20):
        secure.sendall(b"x")


def hushed(secure: socket.socket, over: threading.Event) -> None:
    """Hears, and does not answer."""
    hear(secure)
    over.wait()


def prompt(secure: socket.socket, over: threading.Event) -> None:
    hear(secure)
    secure.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


@contextlib.contextmanager
def receiver(certificate: Path, behave: Behave) -> Iterator[tuple[str, int]]:
    """A receiver on TLS, each connection in a thread; `silent` is told of the connection before TLS."""
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    over, listening = threading.Event(), socket.create_server(("127.0.0.1", 0))

    def serve(plain: socket.socket) -> None:
        with contextlib.suppress(OSError), plain:
            if behave is silent:
                silent(plain, over)
            else:
                with own.wrap_socket(plain, server_side=True) as secure:
                    behave(secure, over)

    def accept(serving: ThreadPoolExecutor) -> None:
        with contextlib.suppress(OSError):
            while True:
                serving.submit(serve, listening.accept()[0])

    with ThreadPoolExecutor() as serving, ThreadPoolExecutor(1) as accepting:
        accepting.submit(accept, serving)
        try:
            yield listening.getsockname()
        finally:
            over.set()
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certified(tmp_path_factory.mktemp("receivers"))


def asked(place: tuple[str, int], certificate: Path, seconds: float) -> int:
    trust = ssl.create_default_context(cafile=str(certificate))
    return ask(place, "localhost", ("/", b"{}", {"Host": "localhost"}), trust, seconds)


@pytest.mark.parametrize("behave", [silent, hushed, trickling])
def test_an_exchange_is_over_in_time_whatever_the_receiver_does(certificate: Path, behave: Behave) -> None:
    with receiver(certificate, behave) as place:
        began = time.monotonic()
        with pytest.raises(TimeoutError, match=r"within 0\.4 seconds"):
            asked(place, certificate, SECONDS)
        assert time.monotonic() - began < SOON


def test_others_are_told_while_receivers_hang(certificate: Path) -> None:
    """More messages wait for the one that hangs than for all others, and they came first."""
    with receiver(certificate, trickling) as bad, receiver(certificate, prompt) as good:

        def tell(message: tuple[tuple[str, int], str]) -> str | None:
            try:
                return None if asked(message[0], certificate, SOON if message[0] == good else 2.0) == 204 else "status"
            except TimeoutError as error:
                return str(error)

        told = list(beside([[(bad, f"bad {each}") for each in range(50)], [(good, "1"), (good, "2")]], tell))
    heard = [name for (_, name), error in told if error is None]
    assert [name for (_, name), _ in told] == ["1", "2", "bad 0"]  # the others of the bad one wait for the next run
    assert heard == ["1", "2"]


def test_a_run_ends_though_a_message_never_does() -> None:
    over = threading.Event()

    def tell(message: str) -> str | None:
        if message == "endless":
            over.wait()
        return None

    told = dict(beside([["endless"], ["quick"]], tell, Patience(SECONDS, SECONDS)))
    over.set()
    assert told["quick"] is None
    assert "TimeoutError" in str(told["endless"])


def test_no_message_begins_after_the_time_of_a_run() -> None:
    told = list(beside([["late"]], lambda _: None, Patience(SECONDS, 0.0)))
    assert told == []


def test_what_a_message_dies_of_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        list(beside([[0]], lambda each: str(1 / each)))


def test_a_name_that_is_never_found_counts_as_an_attempt_and_holds_up_nobody(central: Service) -> None:
    """Its resolver hangs; more is due to it than one run sends."""
    engine, over = engine_for(central.environment["VLAARENA_CENTRAL_DATABASE_URL"], 2), threading.Event()
    for name in ("hanging", "other"):
        transaction(engine, lambda c, name=name: webhooks.add(c, f"https://{name}.example/", ["model"]))
        for number in range(150 if name == "hanging" else 1):
            hook = (
                "INSERT INTO deliveries (delivery_id, webhook_id, event, subject) SELECT :id, webhook_id, 'model', 'm' "
            )
            of = f"FROM webhooks WHERE url = 'https://{name}.example/'"
            transaction(engine, lambda c, s=hook + of, n=f"{name} {number}": c.execute(text(s), {"id": n}))

    def resolve(host: str) -> list[str]:
        if host == "hanging.example":
            over.wait()
        return ["10.0.0.1"]

    heard = webhooks.deliver(
        engine, SigningKey.generate(), "https://arena.example", resolve, Patience(SECONDS, SECONDS)
    )
    over.set()
    tried = "SELECT url, error FROM deliveries JOIN webhooks USING (webhook_id) WHERE attempts = 1 AND due_at > now()"
    found = dict(rows(central, lambda c: [tuple(row) for row in c.execute(text(tried))]))
    assert heard == 0
    assert "TimeoutError" in found.pop("https://hanging.example/")
    assert "not public" in found.pop("https://other.example/")
    assert found == {}
    engine.dispose()
