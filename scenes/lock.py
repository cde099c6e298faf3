"""One program at a time: a lock on a file, given back by the system even if its holder is killed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from scenes.errors import StoreLocked

_LOCKED_BYTE = 1024  # on Windows a locked byte cannot be read: one behind the text


class FileLock:
    """Held from construction until `release`. The file stays; it says which process held it last."""

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            StoreLocked: another process holds it.
            OSError: the file cannot be made.
        """
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _take(self._descriptor)
        except (BlockingIOError, PermissionError) as error:
            holder = os.read(self._descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            self.release()
            raise StoreLocked(
                f"{path.parent} is in use by another program (process {holder}).",
                hint="Close that program, or choose another data folder with --home.",
            ) from error
        except OSError:
            self.release()
            raise
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let others have it; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
