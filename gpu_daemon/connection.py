"""One connection to the door: a DEALER socket for one thread, that notices when the other end is gone."""

from __future__ import annotations

import contextlib
from threading import Event
from time import monotonic
from types import TracebackType

import zmq
from zmq.utils.monitor import recv_monitor_message

from gpu_daemon.address import checked
from gpu_daemon.messages import (
    MAX_EPISODE_BYTES,
    VERSION,
    Cancel,
    Failed,
    Hello,
    Reply,
    Request,
    Welcome,
    mismatch,
    read_reply,
    to_bytes,
)
from scenes.errors import BadInput, Cancelled, DaemonUnreachable

CLIENT_NAME = "vlaarena"
_GLANCE_SECONDS = 0.25  # how often a waiting connection looks whether its client was closed
_LAST_WORDS_MS = 500  # how long closing waits for the last request to leave


class Connection:
    """Entering it connects and says Hello; leaving it closes the socket. Belongs to the thread that entered.

    Raises, from every method:
        DaemonUnreachable: nobody answers at the address, or no longer.
        VersionMismatch: the daemon speaks another version.
        Cancelled: the client was closed meanwhile.
    """

    def __init__(self, address: str, timeout: float, closed: Event) -> None:
        self._address, self._timeout, self._closed = checked(address), timeout, closed
        self._ended = False

    def __enter__(self) -> Connection:
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.DEALER)
        self._monitor = self._socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        try:
            self._open()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, request: Request) -> None:
        """Hand a request to the door."""
        frame = to_bytes(request)
        try:
            self._socket.send(frame)
        except zmq.Again as error:
            raise self._unreachable() from error

    def cancel(self, request_id: str) -> None:
        """Ask the door to stop a request; a door that is gone has stopped it anyway."""
        with contextlib.suppress(zmq.Again):
            self._socket.send(to_bytes(Cancel(request_id)), zmq.DONTWAIT)

    def receive(self, seconds: float) -> tuple[Reply, bytes]:
        """The next reply and its binary frame (empty where it has none), waiting at most so long."""
        deadline = monotonic() + seconds
        while not self._socket.poll(self._glance(deadline)):
            if self._closed.is_set():
                raise Cancelled("The connection to the daemon was given up.")
            if self._lost() or monotonic() >= deadline:
                raise self._unreachable()
        frames = self._socket.recv_multipart()
        if len(frames) > 2:
            raise BadInput("The daemon's reply has too many parts.", hint="Is it a vlaarena-daemon?")
        return read_reply(frames[0]), frames[1] if len(frames) == 2 else b""

    def _open(self) -> None:
        milliseconds = int(self._timeout * 1000)
        self._socket.linger = _LAST_WORDS_MS
        self._socket.setsockopt(zmq.IMMEDIATE, 1)
        self._socket.setsockopt(zmq.SNDTIMEO, milliseconds)
        self._socket.setsockopt(zmq.HANDSHAKE_IVL, max(milliseconds, 1))
        self._socket.setsockopt(zmq.RECONNECT_IVL_MAX, 1000)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_EPISODE_BYTES)
        self._socket.connect(self._address)
        self.send(Hello(VERSION, CLIENT_NAME))
        self.welcome = self._greeted(self.receive(self._timeout)[0])

    def _greeted(self, reply: Reply) -> Welcome:
        if isinstance(reply, Failed):
            raise reply.fault.error()
        if not isinstance(reply, Welcome):
            raise BadInput("The daemon did not return the greeting.", hint="Is it a vlaarena-daemon?")
        if reply.version != VERSION:
            raise mismatch(VERSION, reply.version)
        return reply

    def _glance(self, deadline: float) -> int:
        return max(0, int(1000 * min(_GLANCE_SECONDS, deadline - monotonic())))

    def _lost(self) -> bool:
        """Whether the other end has closed the connection, and no reply of it is left to read."""
        while self._monitor.poll(0):
            recv_monitor_message(self._monitor)
            self._ended = True
        return self._ended and not self._socket.poll(0)

    def _unreachable(self) -> DaemonUnreachable:
        lost = "The daemon has closed the connection" if self._ended else "No daemon answers"
        return DaemonUnreachable(
            f"{lost} at {self._address}.",
            hint="Start it with `vlaarena-daemon serve`, or check the address.",
        )

    def _close(self) -> None:
        self._socket.disable_monitor()
        self._monitor.close(linger=0)
        self._socket.close()
        self._context.term()
