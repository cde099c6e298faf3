"""The rotating log in the data folder. It never blocks a start: where it cannot be written, nothing is."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

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


def _handler(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_FILES - 1, encoding="utf-8", delay=True)
    except OSError:
        return logging.NullHandler()
