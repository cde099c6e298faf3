"""`vlaarena`: the application, and every headless command."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

from scenes.errors import ArenaError
from vlaarena_desktop.cli import parser, reports


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, or the window when there is none; the result is the process's exit code."""
    given = parser.build().parse_args(arguments)
    try:
        if given.command is None:
            from vlaarena_desktop import app  # the commands never import Qt

            return app.run(given.home)
        return reports.show(given.carry_out(given), given.json)
    except ArenaError as error:
        logging.getLogger(__name__).info("refused", exc_info=True)
        return reports.show_error(error, given.json)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
