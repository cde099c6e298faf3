"""A relay between a client and a daemon on this machine, which keeps all that either says."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from selectors import EVENT_READ, DefaultSelector
from threading import Thread

_CHUNK = 1 << 16


@dataclass
class Conversation:
    """One connection. ZeroMQ sends each frame in one piece, neither compressed nor encrypted."""

    asked: bytearray = field(default_factory=bytearray)
    answered: bytearray = field(default_factory=bytearray)

    @property
    def asks_for_the_public_list(self) -> bool:
        return b"ListModels" in self.asked


class Relay:
    def __init__(self, target: str) -> None:
        host, _, port = target.removeprefix("tcp://").rpartition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ending, self._end = socket.socketpair()
        self._partners: dict[socket.socket, tuple[socket.socket, bytearray]] = {}
        self.conversations: list[Conversation] = []
        self.address = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"

    def serve(self) -> None:
        with DefaultSelector() as self._selector:
            self._selector.register(self._listener, EVENT_READ)
            self._selector.register(self._ending, EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in self._selector.select()]
                if self._ending in ready:
                    break
                for each in ready:
                    if each is self._listener:
                        self._accept()
                    elif isinstance(each, socket.socket) and each in self._partners:
                        self._forward(each)
            for each in list(self._partners):
                self._part(each)

    def close(self) -> None:
        self._end.send(b"end")

    def free(self) -> None:
        for each in (self._listener, self._ending, self._end):
            each.close()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        daemon = socket.create_connection(self._target)
        conversation = Conversation()
        self.conversations.append(conversation)
        self._partners |= {client: (daemon, conversation.asked), daemon: (client, conversation.answered)}
        for each in (client, daemon):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(each, EVENT_READ)

    def _forward(self, source: socket.socket) -> None:
        other, said = self._partners[source]
        chunk = b""
        with suppress(OSError):
            chunk = source.recv(_CHUNK)
            said += chunk
            other.sendall(chunk)
        if not chunk:
            self._part(source)

    def _part(self, one: socket.socket) -> None:
        if one in self._partners:
            other, _ = self._partners[one]
            for each in (one, other):
                del self._partners[each]
                self._selector.unregister(each)
                each.close()


@contextmanager
def relaying(target: str) -> Iterator[Relay]:
    """A relay in front of the daemon at `target`, as long as the block."""
    relay = Relay(target)
    thread = Thread(target=relay.serve)
    thread.start()
    try:
        yield relay
    finally:
        relay.close()
        thread.join()
        relay.free()
