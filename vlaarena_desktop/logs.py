"""The rotating log in the data folder. It never blocks a start: where it cannot be written, nothing is."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

BUG = "Something unexpected happened inside VLA Arena; it was noted in the log."
_BYTES, _FILES = 2**20, 3


@contextmanager
def kept_in(home: Path) -> Iterator[None]:
    """Log to `logs/vlaarena.log` in the data folder inside the block."""
    handler = _handler(home / "logs" / "vlaarena.log")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


def report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Put the traceback of a bug in the log and say one plain sentence."""
    logging.getLogger("vlaarena").critical("A bug", exc_info=(kind, error, trace))
    print(f"{BUG} ({kind.__name__})", file=sys.stderr)


def _handler(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_FILES - 1, encoding="utf-8", delay=True)
    except OSError:
        return logging.NullHandler()
