"""A saved file is whole or not there: it is written as a draft and gets its name at the end."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scenes.durable import publish
from scenes.errors import ArenaError


@contextmanager
def drafted(path: Path) -> Iterator[Path]:
    """Write to the path that is given; it becomes `path` when the block ends well and goes when it does not.

    Raises:
        ArenaError: the file could not be written; whatever stood at `path` before is untouched.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.unlink(missing_ok=True)
        yield draft
        publish(draft, path)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        _remove(draft)


def check_folder(path: Path) -> None:
    """See, before long work begins, that a file may be made there.

    Raises:
        ArenaError: there is no such folder, or it may not be written to.
    """
    if not path.parent.is_dir():
        raise not_written(path, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise not_written(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))


def not_written(path: Path, error: Exception) -> ArenaError:
    """What to tell when `path` could not be written."""
    reason = getattr(error, "strerror", None) or str(error)
    return ArenaError(
        f"{path} could not be written: {reason}.",
        hint="Choose another folder, or make room on the disk.",
        detail=repr(error),
    )


def _remove(draft: Path) -> None:
    try:
        draft.unlink(missing_ok=True)
    except OSError:  # the folder went away or may not be written: then there is no draft either
        return
