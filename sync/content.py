"""Folders of files named by the SHA-256 of their bytes: episodes and bundles."""

from __future__ import annotations

from pathlib import Path

from scenes import durable
from scenes.codec import digest
from scenes.database import translated
from scenes.errors import NotFound, StoreDamaged


class ContentFolder:
    """Files that are written once, read back with a check, and never changed."""

    def __init__(self, folder: Path, ending: str, *, fan_out: int = 0) -> None:
        """`fan_out`: so many first digits of the name become a folder of their own."""
        self.folder, self.ending, self.fan_out = folder, ending, fan_out

    def path(self, name: str) -> Path:
        """Where the file of this name lies, if it exists."""
        return self.folder / name[: self.fan_out] / f"{name}{self.ending}"

    def keep(self, content: bytes) -> str:
        """Put the bytes on the disk, unless they lie there already, and return their name.

        Raises:
            StoreError: the disk is full or the folder cannot be written; nothing was changed.
        """
        name = digest(content)
        path = self.path(name)
        with translated(path):
            if path.exists() and digest(path.read_bytes()) == name:
                return name
            if not path.parent.exists():
                path.parent.mkdir(parents=True)
                durable.sync_folder(path.parent.parent)
            durable.write(path, content)
        return name

    def read(self, name: str) -> bytes:
        """The bytes of this name.

        Raises:
            NotFound: there is no such file.
            StoreDamaged: its bytes are not those that were kept.
        """
        path = self.path(name)
        with translated(path):
            if not path.exists():
                raise NotFound(f"The file {path.name} is missing from {path.parent}.", hint="Restore it from a backup.")
            content = path.read_bytes()
        if digest(content) != name:
            raise StoreDamaged(f"{path} is damaged.", hint="Restore it from a backup. Nothing was changed.")
        return content
