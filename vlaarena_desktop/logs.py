"""The rotating log in the data folder. It never blocks a start: where it cannot be written, nothing is."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

_BYTES, _FILES = 2**20, 3
_TAIL_BYTES = 64 * 1024


@contextmanager
def kept_in(home: Path) -> Iterator[None]:
    """Log to `logs/vlaarena.log` in the data folder inside the block."""
    handler = _handler(log_path(home))
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


def log_path(home: Path) -> Path:
    """Where a data folder's log lies."""
    return home / "logs" / "vlaarena.log"


def last_lines(home: Path, count: int) -> list[str]:
    """The end of the log; a sentence where there is none to read."""
    try:
        with log_path(home).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            return file.read().decode(errors="replace").splitlines()[-count:]
    except OSError as error:
        return [f"The log could not be read: {error.strerror}."]


class _Unhurried(RotatingFileHandler):
    """A line that cannot be written is left out: a full disk must not fill the terminal as well."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Leave the line out; the next one is tried again."""

    def close(self) -> None:
        """Close, even where what is left cannot be written."""
        with suppress(OSError):
            super().close()


def _handler(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_fifo():
            return logging.NullHandler()  # opening it would wait for a reader
        return _Unhurried(path, maxBytes=_BYTES, backupCount=_FILES - 1, encoding="utf-8", delay=True)
    except OSError:
        return logging.NullHandler()
