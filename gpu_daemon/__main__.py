"""`vlaarena-daemon`: serve episodes on this machine, look after the models it offers, or train one."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from pathlib import Path

import msgspec
from msgspec import structs

from gpu_daemon.address import DEFAULT_ADDRESS
from gpu_daemon.messages import VERSION
from gpu_daemon.models import commands as models
from gpu_daemon.server import Door
from gpu_daemon.settings import DaemonSettings, daemon_settings, home_folder
from gpu_daemon.training import commands
from scenes.errors import ArenaError, BadInput, Cancelled, DaemonError
from scenes.settings import converted

EXIT_FAILED, EXIT_BAD_INPUT, EXIT_DAEMON, EXIT_CANCELLED = 1, 2, 5, 130


class ReadyLine(msgspec.Struct, frozen=True):
    """The one line on standard output that says where the daemon listens."""

    address: str
    version: int


def main(arguments: list[str] | None = None) -> None:
    """Run one command; exits with 0, or 1 for a finding or failure, 2 for a refused value, 5 where the daemon or the
    hub does not answer, 130 when interrupted.
    """
    chosen = _parser().parse_args(arguments)
    try:
        home = home_folder(getattr(chosen, "home", None))
        if chosen.command == "serve":
            _serve(chosen, home)
        elif chosen.command == "train":
            commands.run(chosen)
        else:
            if code := _about_models(chosen, home):
                sys.exit(code)
    except ArenaError as error:
        print(f"vlaarena-daemon: {error}", error.detail, sep="\n", file=sys.stderr)
        sys.exit(_exit_code(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="vlaarena-daemon", description=__doc__)
    choices = parser.add_subparsers(dest="command", required=True)
    serve = choices.add_parser("serve", help="play episodes for clients on this machine until stopped")
    serve.add_argument("--bind", metavar="ADDRESS", help=f"ipc://PATH or tcp://127.0.0.1:PORT ({DEFAULT_ADDRESS})")
    serve.add_argument("--workers", type=int, metavar="N", help="episodes played at a time (2)")
    serve.add_argument("--until-stdin-closes", action="store_true", help="end when the program that started it ends")
    serve.add_argument("--home", metavar="DIR", help="data folder (VLAARENA_DAEMON_HOME, VLAARENA_HOME)")
    models.add_commands(choices)
    commands.add_commands(choices)
    return parser


def _serve(chosen: argparse.Namespace, home: Path) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    os.umask(0o077)
    given = {"bind": chosen.bind, "workers": chosen.workers}
    values = structs.asdict(daemon_settings(home)) | {k: v for k, v in given.items() if v is not None}
    settings = converted(values, DaemonSettings, source="command line")
    door = Door(settings, home, sys.stdin.fileno() if chosen.until_stdin_closes else None)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: door.stop())
    door.serve(_announce)


def _announce(address: str) -> None:
    print(msgspec.json.encode(ReadyLine(address, VERSION)).decode(), flush=True)


def _about_models(chosen: argparse.Namespace, home: Path) -> int:
    try:
        return models.run(chosen, home)
    except KeyboardInterrupt as error:
        raise Cancelled(
            "Interrupted.", hint="What has arrived is kept: run the same command again to go on."
        ) from error


def _exit_code(error: ArenaError) -> int:
    if isinstance(error, DaemonError | Cancelled):
        return EXIT_DAEMON if isinstance(error, DaemonError) else EXIT_CANCELLED
    return EXIT_BAD_INPUT if isinstance(error, BadInput) else EXIT_FAILED


if __name__ == "__main__":
    main()
