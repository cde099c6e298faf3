"""The rotating log in the data folder. It never blocks a start: where it cannot be written, nothing is."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

BUG = "Something unexpected happened inside VLA Arena; it was noted in the log."
_BYTES, _FILES = 2**20, 3


def write_to(home: Path) -> None:
    """Log to `logs/vlaarena.log` in the data folder, from now on and for the whole process."""
    try:
        (home / "logs").mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            home / "logs" / "vlaarena.log", maxBytes=_BYTES, backupCount=_FILES - 1, encoding="utf-8"
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO)


def report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """For sys.excepthook: the traceback goes to the log, one plain sentence to the person."""
    logging.getLogger("vlaarena").critical("A bug", exc_info=(kind, error, trace))
    print(f"{BUG} ({kind.__name__})", file=sys.stderr)
