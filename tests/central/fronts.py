"""What may stand between a workstation and the service: a reverse proxy, a forward proxy, TLS, and their moods."""

from __future__ import annotations

import datetime
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any
from urllib.parse import urlsplit

import urllib3
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "host", "proxy-connection", "keep-alive"})


class Front:
    """Hands requests on to the service behind it, unless it is in a mood."""

    def __init__(self, behind: str) -> None:
        self.behind = behind
        self.largest: int | None = None  # bytes of a body that it lets through
        self.busy = 0  # so many requests are put off with 503
        self.retry_after = "0"
        self.cut = 0  # so many replies are lost on the way back
        self.seen: list[tuple[str, str, int]] = []  # method, target as it was asked for, bytes
        self.heard = bytearray()  # every body that came by
        self.abrupt = False  # a connection that breaks is reset
        self.half = False  # the next answer breaks in its middle

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Any | None:
        """Status, headers and body; None: the connection breaks."""
        self.seen.append((method, target, len(body)))
        self.heard += body
        if self.busy > 0:
            self.busy -= 1
            return 503, {"Retry-After": self.retry_after}, b"<h1>busy</h1>"
        if self.largest is not None and len(body) > self.largest:
            return 413, {"Content-Type": "application/json"}, b'{"code": "too_large", "message": "too much"}'
        parts = urlsplit(target)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        with urllib3.PoolManager(retries=False) as pool:
            found = pool.request(method, self.behind + path, body=body or None, headers=headers, redirect=False)
        if self.cut > 0:
            self.cut -= 1
            return None
        return found.status, dict(found.headers), found.data


class _Tunnel(StreamRequestHandler):
    """A forward proxy that knows one method, CONNECT: what is said in the tunnel it cannot read."""

    asked: list[bytes]

    def handle(self) -> None:
        line = self.rfile.readline()
        self.asked.append(line.strip())
        while self.rfile.readline().strip():
            pass
        method, target, _ = line.split()
        if method != b"CONNECT":
            self.wfile.write(b"HTTP/1.1 405 Only CONNECT\r\nContent-Length: 0\r\n\r\n")
            return
        host, _, port = target.decode().rpartition(":")
        with socket.create_connection((host, int(port)), 10) as behind:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_poured, args=(behind, self.connection), daemon=True)
            back.start()
            _poured(self.connection, behind)
            back.join()


def _poured(source: socket.socket, sink: socket.socket) -> None:
    """Until one of them says farewell; then the other hears it."""
    with suppress(OSError):
        while content := source.recv(65536):
            sink.sendall(content)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def tunnelling() -> Iterator[tuple[str, list[bytes]]]:
    """The address of a CONNECT proxy while the block runs, and the lines it was asked with."""
    asked = list[bytes]()
    server = ThreadingTCPServer(("127.0.0.1", 0), type("Tunnel", (_Tunnel,), {"asked": asked}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    front: Front
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._hand_on()

    def do_POST(self) -> None:
        self._hand_on()

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        answer = self.front.answer(self.command, self.path, headers, body)
        self.close_connection = True
        if answer is None:
            self._break()
            return
        status, told, content = answer
        self.send_response(status)
        for name, value in told.items():
            if name.lower() not in _HOP_BY_HOP | {"content-length", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        half, self.front.half = self.front.half, False
        self.wfile.write(content[: len(content) // 2] if half else content)
        if half:
            self._break()

    def _break(self) -> None:
        """End the connection; abruptly with a reset instead of a farewell."""
        if self.front.abrupt:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.connection.close()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def standing(front: Front, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """The front at an address of its own while the block runs."""
    handler = type("Handler", (_Handler,), {"front": front})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients that refuse us end in silence
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of this machine that only who is told trusts, and what a server shows it with."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lab")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    public, private = folder / "lab.pem", folder / "lab.key"
    public.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context
