"""The process that plays: one episode at a time, apart from the door so that it may crash, hang or be killed.

Run by the door as `python -m gpu_daemon.worker ADDRESS NAME`; ends when its standard input closes.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread

import zmq

from gpu_daemon.kit import Kit
from gpu_daemon.messages import Cancel, Failed, Finished, Play, Snapshot, read_request
from gpu_daemon.orders import Assignment, Ready, Report, read_order, to_bytes
from scenes.episode import Played
from scenes.errors import ArenaError, BadInput, Cancelled, Fault
from scenes.progress import Job
from scenes.seal import seal

_DETAIL = 20_000  # characters


class WorkerProcess:
    """Connected to the door under a name, for the life of the process."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], address: str, name: str) -> None:
        self._socket = context.socket(zmq.DEALER)
        self._socket.setsockopt(zmq.IDENTITY, name.encode())
        self._socket.connect(address)
        self._kit = Kit()

    def run(self) -> None:
        """Carry out assignments for ever."""
        self._report(Ready(os.getpid()))
        while True:
            frames = self._socket.recv_multipart()
            order = read_order(frames[0])
            if isinstance(order, Assignment):
                play = read_request(frames[1])
                if not isinstance(play, Play):
                    raise BadInput(f"A {type(play).__name__} cannot be played.")
                self._carry_out(order, play)

    def _carry_out(self, order: Assignment, play: Play) -> None:
        try:
            played = self._play(self._kit.play(order.card, play, order.loaded_policies), order, play)
        except ArenaError as error:
            sealed = seal(play.seal_key, error.detail[:_DETAIL].encode(), "detail") if error.detail else b""
            self._report(Failed(play.request_id, Fault(type(error).__name__, error.message, error.hint), sealed))
        else:
            self._report(Finished(play.request_id, played.sealed_run), played.episode)

    def _play(self, job: Job[Played], order: Assignment, play: Play) -> Played:
        while True:
            faulthandler.dump_traceback_later(order.longest_step_s, exit=True)
            try:
                progress = next(job)
            except StopIteration as stop:
                played: Played = stop.value
                return played
            finally:
                faulthandler.cancel_dump_traceback_later()
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


def _end_with_the_door(socket_file: Path) -> None:
    """Blocks until standard input closes, as it does however the door ends; tidies up after a killed one."""
    while os.read(0, 4096):
        pass
    with suppress(OSError):
        socket_file.unlink(missing_ok=True)
        socket_file.parent.rmdir()
    os._exit(0)


def _yield_memory_first() -> None:
    """Where memory runs out, Linux shall end a worker rather than the door."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


def main() -> None:
    """Play until the door is gone."""
    _yield_memory_first()
    address, name = sys.argv[1:]
    Thread(target=_end_with_the_door, args=(Path(address.removeprefix("ipc://")),), daemon=True).start()
    WorkerProcess(zmq.Context(), address, name).run()


if __name__ == "__main__":
    main()
