"""The worker processes: started, listened to, killed and replaced by the door."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

import zmq

from gpu_daemon.messages import Cancel
from gpu_daemon.orders import Assignment, Report, read_report, to_bytes
from gpu_daemon.plays import PlayUnderWay
from gpu_daemon.settings import DaemonSettings
from scenes.errors import BadInput, DaemonError

MAX_FAILED_STARTS = 3  # in a row; then the daemon gives up
START_SECONDS = 60.0
LAST_WORDS = 8000  # bytes of its output that are kept of a worker
_READS = 16  # of 64 KiB before others are heard again
_GRACE_SECONDS = 1.0  # in which the door kills a worker that is late

_log = logging.getLogger("vlaarena.daemon")


class Worker:
    """One process, and the play it has."""

    def __init__(self, name: str, process: subprocess.Popen[bytes]) -> None:
        self.name, self.process = name, process
        self.started_at = monotonic()
        self.ready = False
        self.play: PlayUnderWay | None = None
        self.model_id = ""  # of its latest play: its policy is loaded
        self.last_words = b""
        self.silent = False  # its output is closed
        assert process.stdout is not None
        self.output = process.stdout
        os.set_blocking(self.output.fileno(), False)

    def hear(self) -> None:
        """Keep the end of what the process printed: it may name a model, so it is never logged."""
        with suppress(BlockingIOError):
            for _ in range(_READS):
                words = os.read(self.output.fileno(), 65536)
                self.last_words = (self.last_words + words)[-LAST_WORDS:]
                self.silent = not words

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self.process.poll() is not None

    def kill(self) -> None:
        """End the process and all that it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def bury(self) -> None:
        """Kill it and let go of its pipes."""
        self.kill()
        if not self.silent:
            self.hear()
        for stream in (self.process.stdin, self.output):
            if stream is not None:
                stream.close()


class Pool:
    """A fixed number of workers, behind one socket in a folder of their own."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], count: int) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="vlaarena-"))
        self._address = f"ipc://{self._folder}/workers"
        self.socket = context.socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.bind(self._address)
        self._started = self._failed_starts = 0
        self._ending: list[subprocess.Popen[bytes]] = []  # killed; the system has yet to take them away
        self.workers = [self._start() for _ in range(count)]

    @property
    def ready(self) -> bool:
        """Whether all workers have started."""
        return all(worker.ready for worker in self.workers)

    @property
    def busy(self) -> int:
        """How many workers have a play."""
        return sum(worker.play is not None for worker in self.workers)

    def idle(self, model_id: str) -> Worker | None:
        """A worker without a play: the one that has this model loaded, where there is one."""
        free = [worker for worker in self.workers if worker.ready and worker.play is None]
        return min(free, key=lambda worker: worker.model_id != model_id, default=None)

    def assign(self, worker: Worker, play: PlayUnderWay, settings: DaemonSettings) -> None:
        """Hand a play to a worker."""
        longest = max(settings.load_timeout_s, settings.step_timeout_s) + _GRACE_SECONDS
        order = to_bytes(Assignment(play.card, settings.loaded_policies, longest))
        self.socket.send_multipart([worker.name.encode(), order, play.frame])
        worker.play, worker.model_id, worker.last_words = play, play.card.id, b""
        play.assign(monotonic())

    def stop(self, play: PlayUnderWay) -> None:
        """Ask the worker that has this play to end it before its next step."""
        for worker in self.workers:
            if worker.play is play:
                self.socket.send_multipart([worker.name.encode(), to_bytes(Cancel(play.play.request_id))])

    def reports(self) -> Iterator[tuple[Worker, Report, bytes]]:
        """What the workers have said since the last time, with the binary frame if there is one."""
        while self.socket.poll(0):
            name, content, *rest = self.socket.recv_multipart()
            for worker in self.workers:
                if worker.name.encode() == name:
                    yield from _report(worker, content, rest)

    def welcome(self, worker: Worker) -> None:
        """A worker has started."""
        worker.ready, worker.last_words, self._failed_starts = True, b"", 0

    def dead(self) -> list[Worker]:
        """Workers whose process has ended, or never came up."""
        now = monotonic()
        return [w for w in self.workers if w.ended or (not w.ready and now - w.started_at > START_SECONDS)]

    def replace(self, worker: Worker) -> None:
        """Kill a worker and start another in its place.

        Raises:
            DaemonError: several in a row did not come up.
        """
        worker.bury()
        self._ending = [process for process in (*self._ending, worker.process) if process.poll() is None]
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= MAX_FAILED_STARTS:
                words = worker.last_words.decode(errors="replace")
                raise DaemonError("No worker process can be started.", hint="Its last words follow.", detail=words)
        _log.warning("a worker process has ended and is replaced")
        self.workers[self.workers.index(worker)] = self._start()

    def close(self) -> None:
        """End all workers and remove their folder."""
        for worker in self.workers:
            worker.bury()
            worker.process.wait()
        self.socket.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> Worker:
        self._started += 1
        name = f"worker-{self._started}"
        process = subprocess.Popen(
            [sys.executable, "-m", "gpu_daemon.worker", self._address, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._folder,
            env=worker_environment(dict(os.environ)),
            start_new_session=True,
            bufsize=0,
        )
        return Worker(name, process)


def _report(worker: Worker, content: bytes, rest: list[bytes]) -> Iterator[tuple[Worker, Report, bytes]]:
    """The report in a worker's frames; a worker that talks nonsense is ended."""
    try:
        report = read_report(content)
    except BadInput:
        worker.kill()
        return
    yield worker, report, rest[0] if rest else b""


def worker_environment(inherited: dict[str, str]) -> dict[str, str]:
    """The environment of a worker: workers share the cores, and nothing is downloaded while playing."""
    graphics = {} if sys.platform == "darwin" else {"MUJOCO_GL": "egl"}
    defaults = graphics | {"OMP_NUM_THREADS": "1", "LP_NUM_THREADS": "0"}
    return defaults | inherited | {"HF_HUB_OFFLINE": "1"}
