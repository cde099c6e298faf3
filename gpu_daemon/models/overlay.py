"""Cards with what the pins know: where their files lie, of which revision, with which digest."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from gpu_daemon.models.pins import Pin, altered, digest, find_pin, pin_folder
from scenes.errors import BadInput
from scenes.models import ModelCard, Source

_LONGEST = 1024  # characters of a folder in a card, as scenes/models.py has it


class Located(NamedTuple):
    """A card with the folders of what was fetched, and why it cannot be played yet; empty if it can."""

    card: ModelCard
    missing: str


def located(card: ModelCard, home: Path) -> Located:
    """Fill in what was fetched. Nothing is asked of any network; a pin that cannot be read counts as missing.

    `weights_sha256` becomes the digest of the checkpoint's pinned files (see `digest`), `revision` its commit.
    """
    sources, missing, checkpoint = [], "", None
    for number, source in enumerate(card.sources):
        found, pin, why = _found(card, source, home)
        sources.append(found)
        missing = missing or why
        if pin is not None and (number == 0 or source.role == "checkpoint"):
            checkpoint = digest(pin.files_for(source)), pin.revision
    filled = replace(card, sources=tuple(sources))
    if checkpoint is None or missing:
        return Located(filled, missing)
    if card.weights_sha256 not in {"", checkpoint[0]}:
        return Located(filled, "The weights on this machine are not those whose SHA-256 its card names.")
    return Located(replace(filled, weights_sha256=checkpoint[0], revision=checkpoint[1]), "")


def _found(card: ModelCard, source: Source, home: Path) -> tuple[Source, Pin | None, str]:
    if source.folder:
        there = Path(source.folder).is_dir()
        return source, None, "" if there else f"Its card names the folder {source.folder}, which does not exist."
    advice = f"Run: vlaarena-daemon models fetch {card.id}"
    try:
        pin = find_pin(home, source)
    except BadInput as error:
        return source, None, f"{error.message} Run: vlaarena-daemon models remove {card.id}, then fetch {card.id}"
    if pin is None:
        return source, None, f"Its files ({source.repository}) have not been fetched. {advice}"
    if gone := altered(home, pin, source):
        return source, None, f"Its file {gone[0]} ({source.repository}) is gone or was cut. {advice}"
    folder = str(pin_folder(home, pin))
    if len(folder) > _LONGEST:
        return source, None, f"The path {folder} is too long. Choose a data folder with a shorter one (--home)."
    return replace(source, folder=folder, revision=pin.revision), pin, ""
