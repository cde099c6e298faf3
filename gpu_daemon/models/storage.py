"""The models folder on the disk: one program at a time, room for what comes, and its errors as ours."""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gpu_daemon.models.pins import PinnedFile, models_folder
from scenes.errors import StoreDamaged, StoreError, StoreLocked
from scenes.lock import FileLock
from scenes.progress import Job, Progress

_CHUNK = 2**20  # bytes
_MARGIN = 64 * 2**20  # bytes that are left free


class Digests:
    """SHA-256 of a file's bytes as they pass and, where wanted, the SHA-1 by which git names the file.

    Git hashes "blob <size>\\0" and then the content.
    """

    def __init__(self, blob_of: int | None = None) -> None:
        """`blob_of` is the file's size, for git's name."""
        self._sha256, self._blob = hashlib.sha256(), hashlib.sha1(usedforsecurity=False)
        self._named = blob_of is not None
        self._blob.update(f"blob {blob_of}\0".encode())

    def update(self, content: bytes) -> None:
        """Take the next bytes."""
        self._sha256.update(content)
        if self._named:
            self._blob.update(content)

    @property
    def sha256(self) -> str:
        """Of all bytes so far."""
        return self._sha256.hexdigest()

    @property
    def blob(self) -> str:
        """Git's name for the file, once all its bytes have passed."""
        return self._blob.hexdigest()


class Meter:
    """How many bytes of a long job are done, as Progress."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0

    def passed(self, count: int, text: str) -> Progress:
        """Count further bytes; a negative count takes some back."""
        self._done += count
        return Progress(self._done, max(self._total, self._done), text)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the models folder, so that no other command changes it at the same time.

    Raises:
        StoreLocked: another command does.
        StoreError: the folder cannot be made or written.
    """
    folder = models_folder(home)
    with written(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = FileLock(folder / "lock")
        except StoreLocked as error:
            raise StoreLocked(
                f"Another `vlaarena-daemon models` command is at work. {error.message}",
                hint="Wait until it is done, or end it: what it has fetched is kept.",
            ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Errors of the disk as ours.

    Raises:
        StoreError: the disk is full, or the folder may not be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StoreError(
                f"The disk is full: {path} could not be written.",
                hint="Make room and run the same command again; what has arrived is kept.",
            ) from error
        raise StoreError(
            f"{error.filename or path} could not be read or written: {error.strerror or error}.",
            hint="May this user write there? Another data folder is chosen with --home.",
        ) from error


def check_room(home: Path, needed: int) -> None:
    """Refuse to begin what the disk cannot hold.

    Raises:
        StoreError: there is too little room.
    """
    folder = models_folder(home)
    free = shutil.disk_usage(next(each for each in (folder, *folder.parents) if each.exists())).free
    if needed + _MARGIN > free:
        raise StoreError(
            f"There is too little room for {readable(needed)}: {readable(free)} are free at {folder}.",
            hint="Make room (`vlaarena-daemon models remove ID`), or choose another data folder with --home.",
        )


def hashed(path: Path, name: str, meter: Meter) -> Job[PinnedFile]:
    """A file's size and SHA-256, read through.

    Raises:
        StoreError: it cannot be read.
    """
    digests, size = Digests(), 0
    with written(path), path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            digests.update(chunk)
            size += len(chunk)
            yield meter.passed(len(chunk), f"checking {name}")
    return PinnedFile(name, size, digests.sha256)


def require_same(found: PinnedFile, pinned: PinnedFile, where: str) -> None:
    """Refuse a file that is not what was pinned.

    Raises:
        StoreDamaged: size or SHA-256 differ.
    """
    if found.size != pinned.size:
        what = f"has {found.size} bytes, not {pinned.size}: it was cut or changed"
    elif found.sha256 != pinned.sha256:
        what = f"has the SHA-256 {found.sha256}, not {pinned.sha256}: it was changed or is damaged"
    else:
        return
    raise StoreDamaged(f"{where}/{found.path} {what}.", hint="Fetch the model again from its source.")


def readable(size: float) -> str:
    """Bytes for people: "1.2 GB"."""
    for unit in ("bytes", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
