"""The way to the service in a chaos run: it breaks when it is told to, and counts what is sent a second time."""

from __future__ import annotations

import contextlib
import socket
from collections import defaultdict
from collections.abc import Callable
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import msgspec
import urllib3
from central.fronts import Front
from urllib3.exceptions import HTTPError, NewConnectionError

from sync import api
from sync.operations import Operation

PATIENCE = 2000  # tries of 10 ms to reach a service that is being started again


class Sent:
    """What one workstation sent so far, and what of it once more since something last befell it."""

    def __init__(self) -> None:
        self.all: dict[str, set[str]] = {"push": set(), "episodes": set()}
        self.last: dict[str, frozenset[str]] = {"push": frozenset(), "episodes": frozenset()}
        self.again: dict[str, set[str]] = {"push": set(), "episodes": set()}
        self.cut: dict[str, set[str]] = {"push": set(), "episodes": set()}  # last requests of visits before
        self.strange: list[str] = []  # sent again, though it did not stand in the last request of any visit

    def copied(self) -> Sent:
        """The same for a copy of the store."""
        other = Sent()
        other.all = {kind: set(names) for kind, names in self.all.items()}
        other.last = dict(self.last)
        return other

    def note(self, kind: str, names: frozenset[str]) -> frozenset[str]:
        """A request goes to the service; what of it was never sent before."""
        if not names:
            return names
        again = names & self.all[kind]
        if again - self.last[kind] - self.again[kind] - self.cut[kind]:
            self.strange.append(f"{kind}: {len(again)} of {len(names)}, of the last request {len(self.last[kind])}")
        self.again[kind] |= again
        self.all[kind] |= names
        self.last[kind] = names
        return names - again

    def refused(self, kind: str, names: frozenset[str]) -> None:
        """The service took nothing of it, and said so: a fork, or a number that another copy used up."""
        self.all[kind] -= names

    def visit(self) -> None:
        """Another visit begins: what the one before sent last may have been lost."""
        for kind, names in self.last.items():
            self.cut[kind] |= names

    def settle(self) -> tuple[int, int]:
        """How many operations and episodes were sent again; from here on counted anew."""
        told = len(self.again["push"]), len(self.again["episodes"])
        self.again, self.cut = {"push": set(), "episodes": set()}, {"push": set(), "episodes": set()}
        return told


class ChaosFront(Front):
    """Hands on what one workstation after the other asks."""

    def __init__(self, behind: str) -> None:
        super().__init__(behind)
        self.abrupt = True
        self.sent: defaultdict[str, Sent] = defaultdict(Sent)
        self.lab = ""  # whose turn it is
        self.blow: Callable[[], None] | None = None  # when so many requests have come:
        self.way = ""  # or how the way breaks then
        self.countdown = 0
        self.fell = Event()
        self.wrong: list[str] = []  # with this front itself

    def expect(self, lab: str, nth: int = 0, blow: Callable[[], None] | None = None, way: str = "") -> None:
        """Whose requests come now, and what happens at the nth of them."""
        self.lab, self.countdown, self.blow, self.way = lab, nth, blow, way
        self.sent[lab].visit()
        self.half = False
        self.fell.clear()

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Any | None:
        try:
            return self._answer(method, target, headers, body)
        except Exception as error:
            self.wrong.append(f"{method} {target}: {error!r}")
            raise

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Any | None:
        way = self._fallen()
        if way == "reset before":
            return None
        kind, names = _told(target, body)
        fresh = self.sent[self.lab].note(kind, names) if kind else names
        if way == "half request":
            return self._half(method, target, headers, body)
        answer = self._handed_on(method, target, headers, body)
        if kind and answer is not None and (400 <= answer[0] < 500 or _is_fork(kind, answer)):
            self.sent[self.lab].refused(kind, fresh)
        self.half = way == "half reply"
        return None if way == "lost reply" else answer

    def _fallen(self) -> str:
        """What happens at this request, if its turn has come."""
        self.countdown -= 1
        if self.countdown != 0:
            return ""
        self.fell.set()
        if self.blow is not None:
            self.blow()
        return self.way

    def _handed_on(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Any | None:
        pause = Event()
        for _ in range(PATIENCE):
            try:
                with urllib3.PoolManager(retries=False) as pool:
                    found = pool.request(method, self.behind + target, body=body or None, headers=headers)
                told = {name: value for name, value in found.headers.items() if name.lower() != "retry-after"}
                return found.status, told, found.data  # nobody waits longer than its own back-off
            except NewConnectionError:
                pause.wait(0.01)
            except (HTTPError, OSError):
                return None
        return None

    def _half(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        """The service hears half of a body, then nothing any more."""
        place = urlsplit(self.behind)
        lines = [f"{method} {target} HTTP/1.1", f"Host: {place.netloc}"]
        lines += [f"{name}: {value}" for name, value in headers.items() if name.lower() != "host"]
        with contextlib.suppress(OSError), socket.create_connection((place.hostname, place.port), 10) as way:
            way.sendall("\r\n".join([*lines, "", ""]).encode() + body[: len(body) // 2])


def _told(target: str, body: bytes) -> tuple[str, frozenset[str]]:
    if target == api.PUSH:
        operations = msgspec.msgpack.decode(body, type=api.Push).operations
        return "push", frozenset(msgspec.msgpack.decode(each.content, type=Operation).op_id for each in operations)
    if target == api.EPISODES:
        return "episodes", frozenset(
            each.episode_id for each in msgspec.msgpack.decode(body, type=api.Episodes).episodes
        )
    return "", frozenset()


def _is_fork(kind: str, answer: Any) -> bool:
    status, _, content = answer
    return kind == "push" and status == 200 and msgspec.msgpack.decode(content, type=api.Pushed).forked_at is not None
