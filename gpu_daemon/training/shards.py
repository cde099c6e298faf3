"""Samples on disk: one uncompressed npz per shard, whole or not there at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from msgspec import structs

from gpu_daemon.training.practice import Samples
from scenes import durable
from scenes.errors import BadInput


def joined(parts: Sequence[Samples]) -> Samples:
    """All samples of the parts, in their order."""
    names = [field.name for field in structs.fields(Samples)]
    return Samples(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def write_shard(path: Path, samples: Samples) -> None:
    """Write one shard under its final name only when it is complete."""
    draft = path.with_suffix(".part")
    with draft.open("wb") as file:
        np.savez(file, **structs.asdict(samples))
    durable.publish(draft, path)


def read_shard(path: Path) -> Samples:
    """One shard; nothing but plain arrays is read.

    Raises:
        BadInput: the file is not a shard.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return Samples(**arrays)
    except (OSError, ValueError, TypeError, EOFError, BadZipFile) as error:
        raise BadInput(f"{path} is not a shard of demonstrations.", hint="Delete it and run again.") from error


def shards(folder: Path) -> list[Path]:
    """The complete shards of a folder, in the order of their names."""
    return sorted(folder.glob("*.npz"))
