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

BUG_CODE = 70  # EX_SOFTWARE of sysexits.h


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, or the window when there is none; the result is the process's exit code."""
    given = parser.build().parse_args(arguments)
    with logs.kept_in(home_folder(given.home)):
        try:
            return _carry_out(given)
        except ArenaError as error:
            logging.getLogger(__name__).info("refused: %s", error)
            return reports.show_error(error, given.json)
        except KeyboardInterrupt:
            return 130
        except Exception as error:  # noqa: BLE001 - the last door: a bug is logged and said in one sentence
            logs.report_bug(type(error), error, error.__traceback__)
            return BUG_CODE


def _carry_out(given: Namespace) -> int:
    if given.command is None:
        return _open_window(home_folder(given.home))
    return reports.show(given.carry_out(given), given.json)


def _open_window(home: Path) -> int:
    """The commands never import Qt; only this does."""
    try:
        from vlaarena_desktop import app
    except ImportError as error:
        raise ArenaError(
            "The window's packages are missing.",
            hint="Install vlaarena[desktop,daemon], or run `make run`.",
            detail=str(error),
        ) from error
    return app.run(home)


if __name__ == "__main__":
    sys.exit(main())
