"""The folders of a data folder whose files are named by their SHA-256."""

from __future__ import annotations

from pathlib import Path

from scenes.codec import digest as sha256
from scenes.errors import BadInput
from sync.content import ContentFolder


class Folders:
    """Episodes and bundles, kept for good, and contact sheets, kept until they are sent."""

    def __init__(self, folder: Path) -> None:
        self.episodes = ContentFolder(folder / "episodes", ".episode", fan_out=2)
        self.bundles = ContentFolder(folder / "bundles", ".mjz")
        self.sheets = ContentFolder(folder / "sheets", ".png", fan_out=2)

    def keep_bundle(self, digest: str, content: bytes) -> None:
        """Keep a bundle; BadInput if the bytes do not have this digest."""
        if sha256(content) != digest:
            raise BadInput("A bundle's bytes do not have its digest.")
        self.bundles.keep(content)

    def bundle(self, digest: str) -> bytes | None:
        """A kept bundle, or None; StoreDamaged if its bytes are not those that were kept."""
        return self.bundles.read(digest) if self.bundles.path(digest).exists() else None

    def drop_sheet(self, sha256: str) -> None:
        """Delete the file of a contact sheet: it can be rendered again."""
        self.sheets.path(sha256).unlink(missing_ok=True)
