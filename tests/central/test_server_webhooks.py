"""Webhooks: signed, told until heard, and never a way into our own network."""

from __future__ import annotations

import base64
import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest
from central.servers import Service
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import Engine, text
from urllib3.exceptions import HTTPError

from scenes.errors import BadInput, NotFound
from sync.keys import SigningKey, is_signed
from sync.server import webhooks
from sync.server.postgres import engine_for, transaction
from sync.server.webhooks import Due

PRIVATE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1"),
    *("::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b:1::1", "255.255.255.255"),
    *("::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "fec0::1", "192.88.99.1", "192.0.0.8", "ff02::1"),
)
NUMBERS = (
    "127.0.0.1",
    "0",
    "127.1",
    "2130706433",
    "[::1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::7f00:1]",
    "169.254.169.254",
)
OURSELVES = ("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "localhost", "[::ffff:7f00:1]", "[::1]")


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def engine(central: Service) -> Iterator[Engine]:
    made = engine_for(central.environment["VLAARENA_CENTRAL_DATABASE_URL"], 2)
    yield made
    made.dispose()


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_of_our_own_network_is_asked(address: str) -> None:
    with pytest.raises(BadInput, match="not public"):
        webhooks.checked_address("hook.example", lambda _: ["93.184.215.14", address])


@pytest.mark.parametrize("host", OURSELVES)
def test_a_number_in_any_notation_is_the_address_it_leads_to(host: str) -> None:
    with pytest.raises(BadInput, match="not public"):
        webhooks.checked_address(host.strip("[]"), webhooks.addresses_of)


def test_the_address_that_was_checked_is_the_one_that_is_asked() -> None:
    assert webhooks.checked_address("hook.example", lambda _: ["93.184.215.14"]) == "93.184.215.14"


@pytest.mark.parametrize(
    "url",
    ["http://hook.example/", "https://", "https://a:b@hook.example/", "https://hook.example/#x", "file:///etc/passwd",
     "https://hook.example/\r\nX: y", "https://hook.example:99999/", "https://a..example/",
     f"https://{'a' * 64}.example/"],
)  # fmt: skip
def test_only_plain_https_addresses_are_taken(engine: Engine, url: str) -> None:
    with pytest.raises(BadInput):
        transaction(engine, lambda c: webhooks.add(c, url, ["snapshot"]))


@pytest.mark.parametrize("host", NUMBERS)
def test_an_address_that_would_never_be_told_is_refused_at_once(engine: Engine, host: str) -> None:
    with pytest.raises(BadInput, match="not public"):
        transaction(engine, lambda c: webhooks.add(c, f"https://{host}/", ["snapshot"]))


def test_a_name_and_a_public_number_are_taken_without_being_looked_up(engine: Engine) -> None:
    for host in ("hook.invalid", "93.184.215.14", "[2606:2800:220:1::1]"):
        webhook_id = transaction(engine, lambda c, host=host: webhooks.add(c, f"https://{host}/", ["snapshot"]))
        transaction(engine, lambda c, name=webhook_id: webhooks.revoke(c, name))


def test_an_unknown_event_is_refused_with_those_there_are(engine: Engine) -> None:
    with pytest.raises(NotFound, match="model, snapshot"):
        transaction(engine, lambda c: webhooks.add(c, "https://hook.example/", ["vote"]))


def test_what_was_not_heard_is_told_again_later_and_not_for_ever(engine: Engine) -> None:
    webhook_id = transaction(engine, lambda c: webhooks.add(c, "https://hook.example/x", ["model"]))
    transaction(engine, lambda c: webhooks.note(c, "model", "heron"))
    transaction(engine, lambda c: webhooks.note(c, "snapshot", "0" * 64))
    for attempt in range(1, webhooks.MAX_ATTEMPTS + 1):
        assert webhooks.deliver(engine, SigningKey.generate(), "https://arena.example", lambda _: ["10.0.0.1"]) == 0
        (row,) = transaction(engine, lambda c: c.execute(text(_OF), {"name": webhook_id}).all())
        assert (row.attempts, row.subject, row.waits) == (attempt, "heron", True)
        assert (row.done_at is not None) == (attempt == webhooks.MAX_ATTEMPTS)
        transaction(engine, lambda c: c.execute(text("UPDATE deliveries SET due_at = now()")))
    assert webhooks.deliver(engine, SigningKey.generate(), "https://arena.example", lambda _: ["10.0.0.1"]) == 0


def test_the_list_tells_how_telling_goes(engine: Engine, central: Service, operator: Run) -> None:
    hooks = [
        transaction(engine, lambda c, n=n: webhooks.add(c, f"https://hook.example/{n}", ["model"])) for n in range(3)
    ]
    transaction(engine, lambda c: webhooks.revoke(c, hooks[2]))
    transaction(engine, lambda c: webhooks.note(c, "model", "egret"))
    webhooks.deliver(engine, SigningKey.generate(), "https://arena.example", lambda _: ["10.0.0.1"])
    heard = text("UPDATE deliveries SET error = NULL, done_at = '2026-01-02T03:04Z' WHERE webhook_id = :name")
    transaction(engine, lambda c: c.execute(heard, {"name": hooks[0]}))
    found = {each.webhook_id: each for each in transaction(engine, webhooks.listed)}
    assert [(found[name].waiting, found[name].heard_at is not None, found[name].error) for name in hooks] == [
        (0, True, None),
        (1, False, "BadInput: A webhook leads to an address that is not public. Name one on the public internet."),
        (0, False, None),
    ]
    failed = found[hooks[1]].failed_at
    assert failed is not None
    assert abs(datetime.now(UTC) - failed) < timedelta(minutes=5)
    code, told, _ = operator(central, "webhook", "list")
    said = [line.split(" ", 1)[-1].strip() for line in told[told.index(hooks[0]) :].splitlines()]
    assert code == 0
    assert (said[0], said[2], said[5]) == tuple(
        f"{state}  model           https://hook.example/{n}"
        for n, state in ((0, "told   "), (1, "told   "), (2, "revoked"))
    )
    assert said[1].startswith("heard 2026-01-02 ")
    assert said[3] == "heard nothing yet, 1 to be told, 0 given up"
    assert said[4].startswith("not heard 20")
    assert said[4].endswith("not public. Name one on the public internet.")


def test_a_revoked_webhook_is_told_nothing(engine: Engine) -> None:
    webhook_id = transaction(engine, lambda c: webhooks.add(c, "https://hook.example/y", ["snapshot"]))
    transaction(engine, lambda c: webhooks.revoke(c, webhook_id))
    transaction(engine, lambda c: webhooks.note(c, "snapshot", "1" * 64))
    assert transaction(engine, lambda c: c.execute(text(_OF), {"name": webhook_id}).all()) == []


def test_a_message_is_signed_by_the_service_and_goes_to_the_named_host(tmp_path: Path) -> None:
    key = SigningKey.generate()
    with listening(tmp_path) as (port, trust, heard):
        due = Due(
            delivery_id="d1", event="snapshot", subject="f" * 64, attempts=0, url=f"https://localhost:{port}/in?x=1"
        )
        webhooks.post(due, "127.0.0.1", key, "https://arena.example", trust)
        with pytest.raises(BadInput, match="301"):
            webhooks.post(msgspec.structs.replace(due, delivery_id="d2"), "127.0.0.1", key, "https://a.example", trust)
    (path, headers, body), _ = heard
    assert (path, headers["Host"]) == ("/in?x=1", f"localhost:{port}")
    signed = webhooks.SIGNED_AS + headers[webhooks.H_MOMENT].encode() + b"." + body
    assert is_signed(key.public, base64.b64decode(headers[webhooks.H_SIGNATURE]), signed)
    assert msgspec.json.decode(body)["url"] == "https://arena.example/snapshots/" + "f" * 64
    with pytest.raises(HTTPError):
        webhooks.post(due, "127.0.0.1", key, "https://arena.example", ssl.create_default_context())


@contextlib.contextmanager
def listening(folder: Path, later: int = 301) -> Iterator[tuple[int, ssl.SSLContext, list[tuple[str, Message, bytes]]]]:
    """A receiver on TLS that hears the first message and answers `later` to the others: it sends them elsewhere."""
    heard: list[tuple[str, Message, bytes]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204 if len(heard) == 1 else later)
            self.send_header("Location", "https://localhost/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    certificate = certified(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    server.socket = own.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1], ssl.create_default_context(cafile=str(certificate)), heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def certified(folder: Path) -> Path:
    """A certificate for localhost with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(datetime.now(UTC) - timedelta(days=1))
    made = made.not_valid_after(datetime.now(UTC) + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    signed = made.sign(key, hashes.SHA256())
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "certificate.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM) + key.private_bytes(serialization.Encoding.PEM, *plain)
    )
    return path


_OF = "SELECT *, due_at > now() AS waits FROM deliveries WHERE webhook_id = :name"
