"""Removing fetched models: frees their room, keeps what other fetched cards use, touches nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from gpu_daemon.models.overlay import located
from gpu_daemon.models.patterns import PIN_NAME
from gpu_daemon.models.pins import models_folder, repository_folder
from gpu_daemon.models.storage import written
from scenes.errors import BadInput
from scenes.models import ModelCard


class Removal(Struct, frozen=True):
    """What would be removed for a card, and what stays because others use it."""

    repositories: tuple[str, ...]
    size: int  # bytes that become free
    kept: dict[str, tuple[str, ...]]  # repository -> ids of the fetched cards that use it


def removal_of(card: ModelCard, cards: Mapping[str, ModelCard], home: Path) -> Removal:
    """What removing this card means. `cards` are all cards of this machine.

    Raises:
        BadInput: a folder is a link to another place.
    """
    users = [other for other in cards.values() if other.id != card.id and other.sources]
    fetched = [other for other in users if not located(other, home).missing]
    kept: dict[str, tuple[str, ...]] = {}
    going: dict[str, Path] = {}
    for source in card.sources:
        using = tuple(
            o.id for o in fetched if any(s.repository == source.repository and not s.folder for s in o.sources)
        )
        folder = _own_folder(home, source.repository)
        if using:
            kept[source.repository] = using
        elif folder.is_dir() and not source.folder:
            going[source.repository] = folder
    return Removal(tuple(going), sum(size_of(folder) for folder in going.values()), kept)


def remove(removal: Removal, home: Path) -> None:
    """Remove; pins go first, so that a model is never half there.

    Raises:
        BadInput: a folder is a link to another place.
        StoreError: the disk refuses.
    """
    for repository in removal.repositories:
        folder = _own_folder(home, repository)
        with written(folder):
            for pin in folder.glob(f"*/{PIN_NAME}"):
                pin.unlink()
            shutil.rmtree(folder)


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder; links are not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def _own_folder(home: Path, repository: str) -> Path:
    folder = repository_folder(home, repository)
    if folder.is_symlink() or folder.resolve().parent != models_folder(home).resolve():
        raise BadInput(f"{folder} leads out of the models folder.", hint="Remove that link by hand.")
    return folder
