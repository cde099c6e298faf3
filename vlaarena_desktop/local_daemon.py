"""LocalDaemon: a daemon process of our own on this machine, which ends when this process ends."""

from __future__ import annotations

import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from scenes.errors import ArenaError, DaemonError, StoreError
from scenes.progress import Job, Progress, finish

START_SECONDS = 60.0
_POLL_SECONDS = 0.1
_LOG_BYTES = 2**20


class _Ready(msgspec.Struct):
    address: str


class LocalDaemon:
    """Started once, stopped once. Its log is `logs/daemon.log` in the data folder."""

    def __init__(self, home: Path, workers: int = 2) -> None:
        self._home, self._workers = home, workers
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Of the daemon's door while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> Job[str]:
        """Start the process; the result is its address.

        Raises:
            DaemonError: it ended or did not answer in time; the detail is the end of its log.
        """
        self.stop()
        log = self._open_log()
        self._folder = Path(tempfile.mkdtemp(prefix="vlaarena-"))
        with log:
            self._process = subprocess.Popen(
                self._command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        started = time.monotonic()
        line = b""
        while not line.endswith(b"\n"):
            waited = time.monotonic() - started
            yield Progress(waited, START_SECONDS, "Starting the local daemon")
            chunk = self._read_some()
            line += chunk or b""
            if chunk == b"" or waited > START_SECONDS:
                self.stop()
                raise self._failure()
        return msgspec.json.decode(line, type=_Ready).address

    def stop(self) -> None:
        """End the process and remove its socket; harmless when it is not running."""
        process, self._process = self._process, None
        folder, self._folder = self._folder, None
        if process is not None:
            _end(process)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def _command(self) -> list[str]:
        serve = [sys.executable, "-m", "gpu_daemon", "serve", "--until-stdin-closes"]
        return [
            *serve,
            "--bind",
            f"ipc://{self._folder}/door",
            "--workers",
            str(self._workers),
            "--home",
            str(self._home),
        ]

    def _read_some(self) -> bytes | None:
        """A piece of its output, b"" at its end, None when there is nothing yet."""
        assert self._process is not None
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(_POLL_SECONDS):
                return None
        return os.read(self._process.stdout.fileno(), 4096)

    @property
    def _log_path(self) -> Path:
        return self._home / "logs" / "daemon.log"

    def _open_log(self) -> IO[bytes]:
        try:
            self._log_path.parent.mkdir(parents=True, exist_ok=True)
            if self._log_path.exists() and self._log_path.stat().st_size > _LOG_BYTES:
                self._log_path.replace(self._log_path.with_suffix(".log.1"))
            return self._log_path.open("ab")
        except OSError as error:
            raise StoreError(
                f"The data folder {self._home} cannot be written: {error.strerror}.",
                hint="Choose another one with --home or VLAARENA_HOME.",
            ) from error

    def _failure(self) -> ArenaError:
        tail = self._log_path.read_bytes()[-4000:].decode(errors="replace")
        return DaemonError(
            "The local daemon did not start.", hint="`vlaarena doctor` says what is missing.", detail=tail
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Closing its input asks it to end; it is killed when it does not."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def daemon_at(address: str, home: Path, workers: int = 2) -> Iterator[str]:
    """The given address, or that of a local daemon which lives as long as the context."""
    if address:
        yield address
        return
    daemon = LocalDaemon(home, workers)
    try:
        yield finish(daemon.start())
    finally:
        daemon.stop()
