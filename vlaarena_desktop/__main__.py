"""`vlaarena`: the application, and every headless command."""

from __future__ import annotations

import logging
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from scenes.errors import ArenaError
from vlaarena_desktop import logs
from vlaarena_desktop.cli import parser, reports
from vlaarena_desktop.settings import home_folder

IN_THE_LOG = "It was noted in logs/vlaarena.log in the data folder."
BUG_CODE = 70  # EX_SOFTWARE of sysexits.h


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, or the window when there is none; the result is the process's exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    as_json = "--json" in words
    try:
        given = parser.read(words)
        with logs.kept_in(home_folder(given.home)):
            return _carry_out(given)
    except ArenaError as error:
        return reports.show_error(error, as_json)
    except KeyboardInterrupt:
        return 130


def _carry_out(given: Namespace) -> int:
    try:
        if given.command in (None, parser.OPEN):
            return _open_window(home_folder(given.home), given.daemon, given.link)
        return reports.show(given.carry_out(given), given.json)
    except ArenaError as error:
        logging.getLogger(__name__).info("refused: %s", error)
        raise
    except Exception as error:
        logging.getLogger(__name__).exception("a bug")
        reports.show_error(
            ArenaError(f"Something unexpected happened: {type(error).__name__}.", hint=IN_THE_LOG), given.json
        )
        return BUG_CODE


def _open_window(home: Path, daemon_address: str | None, link: str) -> int:
    """The commands never import Qt; only this does."""
    try:
        from vlaarena_desktop import app
    except ImportError as error:
        raise ArenaError(
            "The window's packages are missing.",
            hint="Install vlaarena[desktop,daemon], or run `make run`.",
            detail=str(error),
        ) from error
    return app.run(home, daemon_address=daemon_address, link=link)


if __name__ == "__main__":
    sys.exit(main())
