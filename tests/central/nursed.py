"""The service and commands of tests, forked from a process that has read their modules: a start takes no second.

Nothing else differs from `python -m`: a process of its own, with its own environment, streams and exit code.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

from central import chaos_children
from central.servers import Service

COMMAND_SECONDS = 120.0


class Forked:
    """A forked `vlaarena-central WORDS...`, as far as tests use a Popen."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._process, said = chaos_children.begin(chaos_children.serve, environment, str(log), tuple(words))
        with said:
            self.stdout: IO[bytes] = os.fdopen(os.dup(said.fileno()), "rb")

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def wait(self, seconds: float | None = None) -> int:
        self._process.join(seconds)
        if (code := self._process.exitcode) is None:
            raise subprocess.TimeoutExpired("vlaarena-central", seconds or 0.0)
        return code


class NursedService(Service):
    """A service whose processes are forked; that `python -m` does the same, tests of its start and of commands show."""

    def command(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return command("sync.server.__main__", words, self._variables(environment))

    def _spawn(self, command: list[str], **options: Any) -> Any:
        self.process = Forked(command[command.index("sync.server") + 1 :], options["env"], self.log)
        return self.process


def command(module: str, words: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `main` of a module to its end, as `python -m` does."""
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as errors:
        process, said = chaos_children.begin(_run, environment, module, tuple(words), (out.name, errors.name))
        with said:
            process.join(COMMAND_SECONDS)
        if (code := process.exitcode) is None:
            process.kill()
            raise subprocess.TimeoutExpired([module, *words], COMMAND_SECONDS)
        process.close()
        told = [file.seek(0) or file.read().decode() for file in (out, errors)]
    return subprocess.CompletedProcess([module, *words], code, *told)


def _run(_: Connection, module: str, words: Sequence[str], streams: tuple[str, str]) -> None:
    for number, path in enumerate(streams, start=1):
        opened = os.open(path, os.O_WRONLY | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        sys.exit(importlib.import_module(module).main(list(words)))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
