"""Camera pictures at the size Octo was trained on, as ResizeImageWrapper in its gym_wrappers.py makes them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LOBES = 3.0  # of the lanczos3 kernel
_AVERAGE = 0.9  # of the area: the mean of the random crops in training


def resized(picture: NDArray[np.uint8], side: int, *, cropped: bool) -> NDArray[np.uint8]:
    """A picture (height, width, 3) as (side, side, 3): lanczos3 with antialiasing, computed in float.

    If `cropped`, then the middle, sqrt(0.9) of each side, is brought back to the whole size bilinearly. Pictures that
    were augmented by random crops in training, the primary ones, need it.
    """
    height, width = picture.shape[:2]
    colours: NDArray[Any] = np.moveaxis(picture.astype(np.float32), -1, 0)
    if (height, width) != (side, side):  # TensorFlow leaves a picture of the right size alone
        colours = _lanczos(height, side) @ colours @ _lanczos(width, side).T
    if cropped:
        colours = _middle(side) @ colours @ _middle(side).T
    return np.moveaxis(np.clip(np.round(colours), 0, 255).astype(np.uint8), 0, -1)


@lru_cache(maxsize=16)
def _lanczos(size: int, to: int) -> NDArray[np.float32]:
    """Weights (to, size) of one axis, as TensorFlow's ScaleAndTranslate computes them."""
    scale = size / to
    reach = max(scale, 1.0)  # antialiasing widens the kernel when a picture shrinks
    centre = (np.arange(to) + 0.5) * scale
    away = np.abs(np.arange(size)[None, :] + 0.5 - centre[:, None]) / reach
    kernel = np.where(away <= _LOBES, np.sinc(away) * np.sinc(away / _LOBES), 0.0)
    return np.asarray(kernel / kernel.sum(axis=1, keepdims=True), np.float32)


@lru_cache(maxsize=16)
def _middle(side: int) -> NDArray[np.float32]:
    """Weights (side, side) of one axis of TensorFlow's crop_and_resize: corner to corner, bilinear."""
    kept = np.sqrt(np.float32(_AVERAGE))
    place = ((1 - kept) / 2 + np.linspace(0, 1, side) * kept) * (side - 1)
    return np.asarray(np.clip(1 - np.abs(np.arange(side)[None, :] - place[:, None]), 0, None), np.float32)
