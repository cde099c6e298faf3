"""The servers of a chaos run: a PostgreSQL on a disk of its own that can be filled, a mongod, and a service that is
forked rather than started, so that it is back within a third of a second."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from arena_samples import card
from central import chaos_children
from central.servers import READY_SECONDS, Mongo, Postgres, ServerFailed
from sqlalchemy import create_engine

from scenes.failpoints import VARIABLE
from sync.server import migrating, registry
from sync.server.postgres import in_rows

POSTGRES_MEGABYTES, WORKSTATION_MEGABYTES = 700, 24
DATABASE = "chaos"


@contextmanager
def disk(folder: Path, megabytes: int, *, real: bool) -> Iterator[bool]:
    """A small disk at `folder` while the block runs: a file with ext4 in it, or memory; False: not allowed here."""
    folder.mkdir()
    image = folder.with_suffix(".img")
    if real:
        with image.open("wb") as file:
            file.truncate(megabytes * 2**20)
        words = [["mkfs.ext4", "-q", "-m", "0", str(image)], ["mount", "-o", "loop", str(image), str(folder)]]
    else:
        words = [["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]]
    mounted = os.geteuid() == 0 and all(_runs(each) for each in words)
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)  # a server may still be ending there
        image.unlink(missing_ok=True)


def _runs(words: list[str]) -> bool:
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def fill(folder: Path) -> Path:
    """Write until nothing more fits; the file to remove afterwards."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    return filler


class Databases:
    """PostgreSQL with fsync and a mongod, both to be killed."""

    def __init__(self, logs: Path, folder: Path) -> None:
        folder.chmod(0o755)
        self.postgres = Postgres(logs, fsync=True, among=folder)
        self.mongo = Mongo(logs)

    def start(self) -> None:
        self.postgres.start()
        self.mongo.start()
        self.postgres.execute(f"CREATE DATABASE {DATABASE}")
        migrating.migrate(self.postgres.url(DATABASE))
        cards = [card(name) for name in chaos_children.MODELS]
        in_rows(self.postgres.url(DATABASE), lambda connection: registry.register(connection, cards))

    def remove(self) -> None:
        self.postgres.remove()
        self.mongo.remove()

    def again(self, name: str) -> None:
        """kill -9, and start again on what it left."""
        server = self.postgres if name == "postgres" else self.mongo
        server.kill()
        server.start()

    def refuse(self, place: str) -> None:
        """Let mongod fail the next command of this kind in this way; nothing named: no more."""
        how, _, command = place.partition(" ")
        data: dict[str, Any] = {"failCommands": [command], "closeConnection": how == "closeConnection"}
        if how == "writeConcernError":
            data["writeConcernError"] = {"code": 64, "errmsg": "waiting for replication timed out"}
        elif how == "errorCode":
            data["errorCode"] = 50  # took too long
        mode: Any = {"times": 1} if place else "off"
        with self.mongo.client() as client:
            client.admin.command("configureFailPoint", "failCommand", mode=mode, data=data)

    def swap(self, name: str, source: str) -> None:
        """Let PostgreSQL's database `name` be a copy of `source`, whose sequences a crash does not set back."""
        self.postgres.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.postgres.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
        self.postgres.execute("CHECKPOINT")


class Both(NamedTuple):
    """Databases that others use, too."""

    postgres: Postgres
    mongo: Mongo


class ForkedService:
    """`vlaarena-central`, forked from a process that has read its modules."""

    def __init__(self, logs: Path, home: Path, databases: Databases | Both, name: str = DATABASE) -> None:
        self.home, self.log, self.databases = home, logs / "chaos-service.log", databases
        self.armed = home / "failpoint"
        self.answered = ""  # by the last command
        home.mkdir()
        self.environment = {
            "VLAARENA_CENTRAL_HOME": str(home),
            "VLAARENA_CENTRAL_DATABASE_URL": databases.postgres.url(name),
            "VLAARENA_CENTRAL_MONGO_URL": databases.mongo.url,
            "VLAARENA_CENTRAL_MONGO_DATABASE": name,
            "VLAARENA_CENTRAL_ENROL_BURST": "100000",
            "VLAARENA_CENTRAL_DEVICE_BURST": "1000000",
            "VLAARENA_CENTRAL_ADDRESS_BURST": "1000000",
            "VLAARENA_CENTRAL_LOG_LEVEL": "ERROR",
        }
        self.url, self.process = "", _none()
        self.doomed = False  # was killed, and is about to end
        self.engine = create_engine(databases.postgres.url(name).replace("://", "+psycopg://"), pool_pre_ping=True)

    def start(self, years: int = 0) -> None:
        """Ready when this returns; after the first time on the same port."""
        self.doomed = False
        bind = self.url.removeprefix("http://") or "127.0.0.1:0"
        self.process, said = self._begin(("serve", "--bind", bind), f"@{self.armed}", years)
        with said:
            line = os.read(said.fileno(), 4096) if said.poll(READY_SECONDS) else b""
        if not line:
            raise ServerFailed(f"The service did not start.\n{self.log.read_text()[-4000:]}")
        self.url = msgspec.json.decode(line)["url"]

    def command(self, *words: str, place: str = "", years: int = 0) -> int:
        """Run `vlaarena-central WORDS...` to its end; its exit code."""
        process, said = self._begin(words, place, years)
        with said:
            process.join(READY_SECONDS)
            self.answered = os.read(said.fileno(), 4096).decode() if said.poll() else ""
        code = process.exitcode
        process.close()
        assert code is not None, f"{words} does not end"
        return code

    def arm(self, place: str) -> None:
        """Let it die there the next time."""
        draft = self.armed.with_suffix(".new")
        draft.write_text(place)
        draft.replace(self.armed)

    def kill(self) -> None:
        """kill -9."""
        self.doomed = True
        with contextlib.suppress(ValueError):  # it was gone before
            if self.process is not None:
                self.process.kill()

    def end(self) -> int:
        """The exit code of a process that has died."""
        assert self.process is not None
        self.process.join(READY_SECONDS)
        code, process, self.process = self.process.exitcode, self.process, None
        process.close()
        assert code is not None
        return code

    def stop(self) -> None:
        if self.process is not None:
            self.kill()
            self.end()
        self.engine.dispose()

    def _begin(self, words: tuple[str, ...], place: str, years: int) -> tuple[ForkServerProcess, Any]:
        environment = self.environment | {VARIABLE: place}
        return chaos_children.begin(chaos_children.serve, environment, str(self.log), words, years=years)


def _none() -> ForkServerProcess | None:
    return None
