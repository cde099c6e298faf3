"""Receivers of webhooks, none of which holds up another: every exchange ends in time, whatever a receiver does."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread, Timer
from typing import Any, TypeVar

import urllib3
from msgspec import Struct
from urllib3.connection import HTTPSConnection

T = TypeVar("T")
Told = tuple[T, str | None]  # a message, and why it was not heard
_BESIDE = 8  # receivers at a time


class Patience(Struct, frozen=True):
    """How long receivers may take."""

    one_s: float = 15.0  # from the connection to the head of the answer
    run_s: float = 30.0  # then no message begins any more: it is due the next time


PATIENCE = Patience()


def beside(
    receivers: Sequence[Sequence[T]], tell: Callable[[T], str | None], patience: Patience = PATIENCE
) -> Iterator[Told[T]]:
    """Tell every receiver its messages, in their order, until the first that is not heard; as they come, what became
    of those that were begun.

    `tell`: why one was not heard, or None. Where it does not come back in time its message counts as not heard.

    Raises:
        Exception: what `tell` raised.
    """
    waiting, told = SimpleQueue[Sequence[T]](), SimpleQueue[Told[T] | Exception | None]()
    begun, ends = dict[int, T](), time.monotonic() + patience.run_s
    for messages in receivers:
        waiting.put(messages)

    def work() -> None:
        with contextlib.suppress(Empty):
            while time.monotonic() < ends:
                _tell_one(waiting.get_nowait(), tell, begun, told, ends)
        told.put(None)

    threads = [Thread(target=work, name="webhook", daemon=True) for _ in receivers[:_BESIDE]]
    for thread in threads:
        thread.start()
    yield from _answers(told, len(threads), begun, ends + patience.one_s)


def _tell_one(
    messages: Sequence[T],
    tell: Callable[[T], str | None],
    begun: dict[int, T],
    told: SimpleQueue[Told[T] | Exception | None],
    ends: float,
) -> None:
    for message in messages:
        if time.monotonic() >= ends:
            return
        begun[id(message)] = message
        try:
            error = tell(message)
        except Exception as failed:  # noqa: BLE001 - raised where the answers are read
            told.put(failed)
            return
        told.put((message, error))
        if error is not None:
            return


def _answers(
    told: SimpleQueue[Told[T] | Exception | None], threads: int, begun: dict[int, T], last: float
) -> Iterator[Told[T]]:
    """What was told, until every thread is over or the last moment has come."""
    with contextlib.suppress(Empty):
        while threads:
            answer = told.get(timeout=max(0.0, last - time.monotonic()))
            if isinstance(answer, Exception):
                raise answer
            if answer is None:
                threads -= 1
            else:
                del begun[id(answer[0])]
                yield answer
    for message in list(begun.values()):
        yield message, "TimeoutError: it was not even reached in time."


class _Connection(HTTPSConnection):
    """A connection whose socket is told of before anything is sent on it."""

    def __init__(self, *args: Any, opened: Callable[[socket.socket], None], **known: Any) -> None:
        super().__init__(*args, **known)
        self._opened = opened

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        self._opened(made)
        return made


class _Pool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Connection


class _Cut:
    """Ends a connection at a moment, in the midst of whatever it waits for."""

    def __init__(self) -> None:
        self.late = Event()
        self._sockets: list[socket.socket] = []

    def opened(self, plain: socket.socket) -> None:
        """Keep a handle of one's own: TLS takes the other one over."""
        self._sockets.append(plain.dup())
        if self.late.is_set():
            self.end()

    def end(self) -> None:
        self.late.set()
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for each in self._sockets:
            each.close()


@contextlib.contextmanager
def _cut_after(seconds: float) -> Iterator[_Cut]:
    """What cuts connections after so long; then TimeoutError, even where what was sent so far looks like an answer."""
    cut = _Cut()
    timer = Timer(seconds, cut.end)
    timer.daemon = True
    timer.start()
    said = f"It did not answer within {seconds:g} seconds."
    try:
        yield cut
    except (OSError, urllib3.exceptions.HTTPError) as error:
        if cut.late.is_set():
            raise TimeoutError(said) from error
        raise
    finally:
        timer.cancel()
        cut.close()
    if cut.late.is_set():
        raise TimeoutError(said)


def ask(
    place: tuple[str, int],
    host: str,
    request: tuple[str, bytes, Mapping[str, str]],
    trust: ssl.SSLContext,
    seconds: float,
) -> int:
    """The status with which a host at this address and port answers; `request`: target, body and headers.

    `seconds`: in which all of it must be over. The answer's body is not read.

    Raises:
        TimeoutError: it was not over in time.
        HTTPError: it did not answer, or is not that host.
    """
    target, body, headers = request
    told: dict[str, Any] = {"server_hostname": host, "assert_hostname": host, "ssl_context": trust}
    with _cut_after(seconds) as cut, _Pool(*place, timeout=seconds, retries=False, opened=cut.opened, **told) as pool:
        answer = pool.request("POST", target, body=body, headers=headers, redirect=False, preload_content=False)
        answer.release_conn()
    return int(answer.status)
