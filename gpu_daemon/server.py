"""The door: takes requests, hands them to workers, answers at once, outlives its workers; plays nothing.

It never logs what a request says: neither model, nor instruction, nor which request took how long.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from time import monotonic

import zmq

from gpu_daemon.address import check_free, checked
from gpu_daemon.answers import Answers, Frames
from gpu_daemon.messages import (
    MAX_EPISODE_BYTES,
    MAX_MESSAGE_BYTES,
    REPEAT_SECONDS,
    VERSION,
    Cancel,
    Failed,
    Finished,
    Hello,
    ListModels,
    Models,
    Play,
    Reply,
    Request,
    Snapshot,
    Welcome,
    mismatch,
    read_request,
    to_bytes,
)
from gpu_daemon.orders import Ready, Report
from gpu_daemon.plays import PlayUnderWay
from gpu_daemon.policies.loading import offered
from gpu_daemon.pool import Pool, Worker
from gpu_daemon.settings import DaemonSettings
from scenes.errors import ArenaError, BadInput, Cancelled, DaemonError, NotFound, PolicyTimeout, Refused, WorkerDied
from scenes.models import ModelCard, find_card
from scenes.seal import seal

_TICK_MS = 250
_TURN = 64  # requests taken before workers are heard again
_WAITING_REQUESTS = 64  # of one connection, in the system's hands
_log = logging.getLogger("vlaarena.daemon")


class Door:
    """One thread, one loop. `serve` returns after `stop` or when the file `lifeline` reaches its end."""

    def __init__(self, settings: DaemonSettings, home: Path, lifeline: int | None = None) -> None:
        self._settings, self._home, self._lifeline = settings, home, lifeline
        self._plays: dict[str, PlayUnderWay] = {}  # accepted and unanswered
        self._queue: deque[PlayUnderWay] = deque()
        self._answers = Answers(settings.remembered_answers, settings.remembered_bytes)
        self._stopping = False

    def stop(self) -> None:
        """Let the loop end; may be called from a signal handler."""
        self._stopping = True

    def serve(self, on_ready: Callable[[str], None]) -> None:
        """Bind, start the workers, call `on_ready` with the address once all are up, and serve until stopped.

        Raises:
            BadInput: the address leads to another machine.
            DaemonError: it is taken, or no worker can be started.
        """
        with zmq.Context() as context, context.socket(zmq.ROUTER) as self._socket:
            address = self._bind()
            self._pool = Pool(context, self._settings.workers)
            try:
                self._serve(lambda: on_ready(address))
            finally:
                self._pool.close()

    def _bind(self) -> str:
        self._socket.linger = 0
        self._socket.setsockopt(zmq.MAXMSGSIZE, 2 * MAX_MESSAGE_BYTES)
        self._socket.setsockopt(zmq.RCVHWM, _WAITING_REQUESTS)
        check_free(checked(self._settings.bind))
        try:
            self._socket.bind(self._settings.bind)
        except zmq.ZMQError as error:
            raise DaemonError(
                f"The daemon cannot listen at {self._settings.bind}: {error.strerror}.",
                hint="Is another one running there? Choose another address with --bind.",
            ) from error
        return self._socket.getsockopt_string(zmq.LAST_ENDPOINT)

    def _serve(self, on_ready: Callable[[], None]) -> None:
        announced = False
        while not self._stopping:
            self._wait()
            self._take_requests()
            for worker, report, episode in self._pool.reports():
                self._hear(worker, report, episode)
            self._look_after_workers()
            self._hand_over()
            self._repeat()
            if not announced and self._pool.ready:
                announced = True
                _log.info("ready")
                on_ready()

    def _wait(self) -> None:
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._pool.socket, zmq.POLLIN)
        for worker in self._pool.workers:
            if not worker.silent:
                poller.register(worker.output, zmq.POLLIN)
        if self._lifeline is not None:
            poller.register(self._lifeline, zmq.POLLIN)
        awake: dict[object, int] = dict(poller.poll(_TICK_MS))
        for worker in self._pool.workers:
            if not worker.silent and worker.output.fileno() in awake:
                worker.hear()
        if self._lifeline is not None and self._lifeline in awake and not os.read(self._lifeline, 4096):
            self._stopping = True

    def _take_requests(self) -> None:
        for _ in range(_TURN):
            if not self._socket.poll(0):
                return
            connection, *frames = self._frames()
            try:
                if len(frames) != 1:
                    raise BadInput(f"A request is one frame, not {len(frames)} or more.")
                self._answer(connection, read_request(frames[0]), frames[0])
            except ArenaError as error:
                self._send(connection, Failed("", error.fault()))

    def _frames(self) -> list[bytes]:
        """The next message; frames beyond the third are dropped unread."""
        frames = [self._socket.recv()]
        while self._socket.getsockopt(zmq.RCVMORE):
            frame = self._socket.recv()
            if len(frames) < 3:
                frames.append(frame)
        return frames

    def _answer(self, connection: bytes, request: Request, frame: bytes) -> None:
        if isinstance(request, Hello):
            self._greet(connection, request)
        elif isinstance(request, ListModels):
            self._send(connection, Models(request.request_id, offered(self._home)))
        elif isinstance(request, Cancel):
            self._cancel(request.request_id)
        else:
            self._accept(connection, request, frame)

    def _greet(self, connection: bytes, hello: Hello) -> None:
        if hello.version != VERSION:
            self._send(connection, Failed("", mismatch(hello.version, VERSION).fault()))
            return
        ours, mujoco = version("vlaarena"), version("mujoco")
        self._send(connection, Welcome(VERSION, ours, mujoco, self._settings.workers, self._pool.busy))

    def _accept(self, connection: bytes, play: Play, frame: bytes) -> None:
        given = self._answers.find(play.request_id)
        if given is not None:
            self._socket.send_multipart([connection, *given])
            return
        known = self._plays.get(play.request_id)
        try:
            under_way = known or self._enter(play, frame)
        except ArenaError as error:
            self._send(connection, Failed(play.request_id, error.fault(), b"".join(error.sealed_details)))
            return
        under_way.listen(connection)
        self._send(connection, under_way.standing(self._position(under_way)))

    def _enter(self, play: Play, frame: bytes) -> PlayUnderWay:
        if len(self._queue) >= self._settings.queue:
            raise Refused(f"{len(self._queue)} plays are waiting already.", hint="Try again when some are done.")
        under_way = PlayUnderWay(play, self._card(play), frame, monotonic())
        self._plays[play.request_id] = under_way
        self._queue.append(under_way)
        return under_way

    def _card(self, play: Play) -> ModelCard:
        """The card to play. The error does not say which one is missing: its battle may be open."""
        try:
            return find_card(offered(self._home), play.model_id)
        except NotFound as error:
            gone = NotFound("A model of this request is not offered here.", hint="Begin another battle.")
            gone.sealed_details = (seal(play.seal_key, str(error).encode(), "detail"),)
            raise gone from error

    def _cancel(self, request_id: str) -> None:
        under_way = self._plays.get(request_id)
        if under_way is None:
            return
        if under_way in self._queue:
            self._queue.remove(under_way)
        under_way.cancelled = True
        self._pool.stop(under_way)
        self._fail(under_way, Cancelled("The play was cancelled."))

    def _hear(self, worker: Worker, report: Report, episode: bytes) -> None:
        under_way = worker.play
        if isinstance(report, Ready):
            self._pool.welcome(worker)
        elif under_way is None or report.request_id != under_way.play.request_id:
            return
        elif isinstance(report, Snapshot):
            under_way.step(report, monotonic())
            if not under_way.cancelled:
                self._tell(under_way, (to_bytes(report),))
        else:
            worker.play = None
            self._conclude(under_way, report, episode)

    def _conclude(self, under_way: PlayUnderWay, report: Finished | Failed, episode: bytes) -> None:
        if isinstance(report, Failed):
            self._settle(under_way, (to_bytes(report),))
        elif len(episode) > MAX_EPISODE_BYTES:
            self._fail(under_way, BadInput(f"An episode of {len(episode)} bytes is larger than {MAX_EPISODE_BYTES}."))
        else:
            self._settle(under_way, (to_bytes(report), episode))

    def _look_after_workers(self) -> None:
        for worker in self._pool.dead():
            self._lose(
                worker,
                WorkerDied("One of the processes that played has ended.", hint="It was replaced: play the turn again."),
            )
        now = monotonic()
        for worker in self._pool.workers:
            limit = worker.play.exceeded(now, self._settings) if worker.play else None
            if limit is not None:
                message = f"One of the policies did not finish within {limit:g} seconds."
                self._lose(worker, PolicyTimeout(message, hint="Play the turn again, or choose other models."))

    def _lose(self, worker: Worker, error: ArenaError) -> None:
        self._pool.replace(worker)
        if worker.play is not None:
            self._fail(worker.play, error, worker.last_words)

    def _hand_over(self) -> None:
        while self._queue:
            worker = self._pool.idle(self._queue[0].card.id)
            if worker is None:
                return
            self._pool.assign(worker, self._queue.popleft(), self._settings)

    def _repeat(self) -> None:
        """Tell everyone who waits where their play is, each second: so silence means a lost connection."""
        now = monotonic()
        for under_way in self._plays.values():
            if now - under_way.repeated_at >= REPEAT_SECONDS:
                under_way.repeated_at = now
                self._tell(under_way, (to_bytes(under_way.standing(self._position(under_way))),))

    def _position(self, under_way: PlayUnderWay) -> int:
        return 1 + self._queue.index(under_way) if under_way in self._queue else 0

    def _fail(self, under_way: PlayUnderWay, error: ArenaError, words: bytes = b"") -> None:
        sealed = seal(under_way.play.seal_key, words, "detail") if words else b""
        self._settle(under_way, (to_bytes(Failed(under_way.play.request_id, error.fault(), sealed)),))

    def _settle(self, under_way: PlayUnderWay, frames: Frames) -> None:
        """Give and remember the answer, unless one was given already."""
        if self._plays.get(under_way.play.request_id) is under_way:
            del self._plays[under_way.play.request_id]
            self._answers.keep(under_way.play.request_id, frames)
            self._tell(under_way, frames)

    def _tell(self, under_way: PlayUnderWay, frames: Frames) -> None:
        for connection in under_way.listeners:
            self._socket.send_multipart([connection, *frames])

    def _send(self, connection: bytes, reply: Reply) -> None:
        self._socket.send_multipart([connection, to_bytes(reply)])
