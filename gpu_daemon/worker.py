"""The process that plays: one episode at a time, apart from the door so that it may crash, hang or be killed.

Run by the door as `python -m gpu_daemon.worker ADDRESS NAME`; ends when its standard input closes.
"""

from __future__ import annotations

import os
import sys
from threading import Thread
from typing import TYPE_CHECKING

import zmq

from gpu_daemon.messages import Cancel, Failed, Finished, Play, Snapshot, read_request
from gpu_daemon.orders import Assignment, Ready, Report, read_order, to_bytes
from scenes.errors import ArenaError, BadInput, Cancelled, Fault
from scenes.progress import Job
from scenes.seal import seal

if TYPE_CHECKING:
    from gpu_daemon.stage import Stage
    from scenes.episode import Played

_DETAIL = 20_000  # characters


class WorkerProcess:
    """Connected to the door under a name, for the life of the process."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], address: str, name: str) -> None:
        self._socket = context.socket(zmq.DEALER)
        self._socket.setsockopt(zmq.IDENTITY, name.encode())
        self._socket.connect(address)
        self._stage: Stage | None = None

    def run(self) -> None:
        """Carry out assignments for ever."""
        self._report(Ready(os.getpid()))
        self._prepare()
        while True:
            frames = self._socket.recv_multipart()
            order = read_order(frames[0])
            if isinstance(order, Assignment):
                play = read_request(frames[1])
                if not isinstance(play, Play):
                    raise BadInput(f"A {type(play).__name__} cannot be played.")
                self._carry_out(order, play)

    def _prepare(self) -> Stage:
        """Import what playing needs, once: it takes a second, and the door need not wait for it."""
        if self._stage is None:
            from gpu_daemon.stage import Stage

            self._stage = Stage()
        return self._stage

    def _carry_out(self, order: Assignment, play: Play) -> None:
        try:
            played = self._play(self._prepare().play(order.card, play, order.loaded_policies), play)
        except ArenaError as error:
            sealed = seal(play.seal_key, error.detail[:_DETAIL].encode(), "detail") if error.detail else b""
            self._report(
                Failed(play.request_id, Fault(type(error).__name__, error.message, error.hint), sealed)
            )
        else:
            self._report(Finished(play.request_id, played.sealed_run), played.episode)

    def _play(self, job: Job[Played], play: Play) -> Played:
        while True:
            try:
                progress = next(job)
            except StopIteration as stop:
                played: Played = stop.value
                return played
            self._report(Snapshot(play.request_id, int(progress.done), int(progress.total)))
            if self._cancelled(play.request_id):
                job.close()
                raise Cancelled("The play was cancelled.")

    def _cancelled(self, request_id: str) -> bool:
        orders = []
        while self._socket.poll(0):
            orders.append(read_order(self._socket.recv_multipart()[0]))
        return any(isinstance(order, Cancel) and order.request_id == request_id for order in orders)

    def _report(self, report: Report, *episode: bytes) -> None:
        self._socket.send_multipart([to_bytes(report), *episode])


def _end_with_the_door() -> None:
    """Blocks until standard input closes, which happens when the door ends however it ends."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def main() -> None:
    """Play until the door is gone."""
    Thread(target=_end_with_the_door, daemon=True).start()
    WorkerProcess(zmq.Context(), sys.argv[1], sys.argv[2]).run()


if __name__ == "__main__":
    main()
