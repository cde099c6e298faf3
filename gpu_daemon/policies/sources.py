"""Where the files of a fetched model lie, and its numbers of chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenes.errors import Incompatible
from scenes.models import ModelCard


def source_folder(card: ModelCard, role: str) -> Path:
    """The folder in which a card's source of this role lies.

    Raises:
        Incompatible: the card names no such source, or it has not been fetched.
    """
    for source in card.sources:
        if source.role == role:
            if source.folder and Path(source.folder).is_dir():
                return Path(source.folder)
            raise Incompatible(
                f"The files of '{card.id}' ({source.repository}) have not been fetched.",
                hint=f"Run: vlaarena-daemon models fetch {card.id}",
            )
    known = ", ".join(source.role for source in card.sources) or "none"
    raise Incompatible(f"The card '{card.id}' names no source called '{role}'.", hint=f"It names: {known}.")


def normal(generator: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    """Standard normal numbers, drawn on the CPU so that every device gets the same."""
    return generator.standard_normal(shape, dtype=np.float32)
