"""Numbers scaled to what a network saw in training and back, as lerobot 0.6.1's normalize_processor.py does."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from msgspec import Struct
from torch import Tensor

from scenes.errors import BadInput, Incompatible

Values = dict[str, dict[str, Tensor]]  # key -> name of a statistic -> its value
_RANGES = {"MIN_MAX": ("min", "max"), "QUANTILES": ("q01", "q99"), "QUANTILE10": ("q10", "q90")}
_NEEDED = {"IDENTITY": (), "MEAN_STD": ("mean", "std"), **_RANGES}
EPSILON = 1e-8  # lerobot's default


class Statistics(Struct, frozen=True):
    """How each key's numbers are scaled. A key without statistics stays as it is, as in lerobot."""

    modes: dict[str, str]  # type of a feature -> normalisation mode
    types: dict[str, str]  # key -> type of the feature
    values: Values
    epsilon: float = EPSILON

    def size(self, key: str) -> int | None:
        """How many numbers this key has, if there are statistics of it."""
        mode, known = self._rule(key)
        return known[_NEEDED[mode][0]].shape[-1] if known else None

    def lacks(self, key: str) -> bool:
        """Whether this key should be scaled but there is nothing to scale it with."""
        mode, known = self._rule(key)
        return mode != "IDENTITY" and not known

    def scaled(self, key: str, numbers: Tensor) -> Tensor:
        """From the robot's units to the network's."""
        mode, known = self._rule(key)
        if not known:
            return numbers
        if mode == "MEAN_STD":
            return (numbers - known["mean"]) / (known["std"] + self.epsilon)
        low, span = self._range(mode, known)
        return 2 * (numbers - low) / span - 1

    def unscaled(self, key: str, numbers: Tensor) -> Tensor:
        """From the network's units to the robot's."""
        mode, known = self._rule(key)
        if not known:
            return numbers
        if mode == "MEAN_STD":
            return numbers * known["std"] + known["mean"]
        low, span = self._range(mode, known)
        return (numbers + 1) / 2 * span + low

    def _rule(self, key: str) -> tuple[str, dict[str, Tensor]]:
        mode = self.modes.get(self.types.get(key, ""), "IDENTITY")
        return mode, {} if mode == "IDENTITY" else self.values.get(key, {})

    def _range(self, mode: str, known: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        low, high = (known[name] for name in _RANGES[mode])
        span = high - low
        return low, torch.where(span == 0, torch.full_like(span, self.epsilon), span)


def checked(statistics: Statistics, source: str) -> Statistics:
    """These statistics, if they can be used.

    Raises:
        Incompatible: a normalisation mode is unknown; the hint lists those that are known.
        BadInput: a statistic that a mode needs is missing.
    """
    for kind, mode in statistics.modes.items():
        if mode not in _NEEDED:
            raise Incompatible(
                f"{source} normalises {kind} by '{mode}', which is unknown.", hint=f"Known: {', '.join(_NEEDED)}."
            )
    for key, kind in statistics.types.items():
        needed = _NEEDED[statistics.modes.get(kind, "IDENTITY")]
        known = statistics.values.get(key, dict.fromkeys(needed, torch.zeros(1)))
        unusable = [name for name in needed if name not in known or not bool(known[name].isfinite().all())]
        if unusable:
            raise BadInput(
                f"{source} lacks usable statistics of '{key}': {', '.join(unusable)}.", hint="Fetch the model again."
            )
    return statistics


def grouped(tensors: Mapping[str, Tensor], types: Mapping[str, str], device: torch.device) -> Values:
    """`{"action.mean": ...}` as `{"action": {"mean": ...}}`, in float32; those of pictures as (channels, 1, 1)."""
    values: Values = {}
    for name, tensor in tensors.items():
        key, _, statistic = name.rpartition(".")
        flat = types.get(key) == "VISUAL" and tensor.ndim == 1
        shaped = tensor.reshape(-1, 1, 1) if flat else tensor.reshape(tensor.shape or (1,))
        values.setdefault(key, {})[statistic] = shaped.to(device, torch.float32)
    return values
