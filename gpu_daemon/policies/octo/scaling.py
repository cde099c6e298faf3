"""Statistics of the data sets that an Octo model was trained on, and actions brought back to their units."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gpu_daemon.policies.octo.structure import read_json
from scenes.errors import BadInput, NotFound
from scenes.settings import converted

Normalization = Literal["normal", "bounds"]


class Actions(Struct, frozen=True):
    """Of every number of one data set's actions; where `mask` is false the number was not scaled."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    p01: tuple[float, ...] = ()
    p99: tuple[float, ...] = ()
    mask: tuple[bool, ...] | None = None

    def __post_init__(self) -> None:
        given = (self.std, self.p01 or self.mean, self.p99 or self.mean, self.mask or self.mean)
        if any(len(each) != len(self.mean) for each in given) or not self.mean:
            raise ValueError("the statistics of an action differ in length")

    @property
    def size(self) -> int:
        """Numbers in one action of this embodiment."""
        return len(self.mean)

    def restored(self, actions: NDArray[np.float32], normalization: Normalization) -> NDArray[np.float32]:
        """Normalised actions (..., numbers) in the data set's units (..., size), as in OctoModel.sample_actions.

        Raises:
            BadInput: the normalisation is unknown, or its statistics are not there.
        """
        actions = actions[..., : self.size]
        if normalization == "normal":
            scaled = actions * _numbers(self.std) + _numbers(self.mean)
        elif normalization == "bounds" and self.p01 and self.p99:
            low, high = _numbers(self.p01), _numbers(self.p99)
            scaled = (actions + 1) * (high - low) / 2 + low
        else:
            raise BadInput(f"Actions cannot be restored by '{normalization}'.", hint="Known: normal, bounds.")
        used = np.ones(self.size, bool) if self.mask is None else np.array(self.mask)
        return np.where(used, scaled, actions).astype(np.float32)


class _DataSet(Struct, frozen=True):
    action: Actions


class _File(Struct, frozen=True):
    sets: dict[str, _DataSet]


def _numbers(values: tuple[float, ...]) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def read_statistics(path: Path) -> dict[str, Actions]:
    """The statistics of every data set, by its key.

    Raises:
        BadInput: the file is missing or not of this format.
    """
    found = converted({"sets": read_json(path)}, _File, str(path))
    return {key: each.action for key, each in found.sets.items()}


def chosen(statistics: dict[str, Actions], key: str) -> Actions:
    """The statistics with this key.

    Raises:
        NotFound: there are none; the hint lists the keys.
    """
    if key not in statistics:
        raise NotFound.among("data set among the statistics", key, list(statistics))
    return statistics[key]
