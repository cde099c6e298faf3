"""Camera pictures as pi0's vision tower takes them (modeling_pi0.py and vla_utils.py in lerobot 0.6.1)."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from gpu_daemon.policies.smolvla.statistics import Statistics
from scenes.errors import BadInput


def prepared(picture: NDArray[np.uint8], camera: str, size: tuple[int, int], statistics: Statistics) -> Tensor:
    """One camera's picture (height, width, 3) as float32 (3, *size), -1 .. 1 unless it is normalised.

    Raises:
        BadInput: it is no uint8 picture in three colours.
    """
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or picture.size == 0:
        raise BadInput(
            f"The picture '{camera}' is {picture.dtype} {picture.shape}.", hint="uint8 (height, width, 3) is needed."
        )
    colours = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1).to(torch.float32) / 255
    return fitted(statistics.scaled(camera, colours), *size) * 2.0 - 1.0


def fitted(picture: Tensor, height: int, width: int) -> Tensor:
    """A picture (3, ?, ?) scaled to fit into height x width [px], cut to 0 .. 1, in the middle of black.

    One that has the size stays as it is. An odd row or column of black goes below or to the right.
    """
    there = tuple(picture.shape[1:])
    if there == (height, width):
        return picture
    ratio = max(there[1] / width, there[0] / height)
    new = int(there[0] / ratio), int(there[1] / ratio)
    scaled = functional.interpolate(picture[None], size=new, mode="bilinear", align_corners=False)[0].clamp(0.0, 1.0)
    above, left = (height - new[0]) // 2, (width - new[1]) // 2
    return functional.pad(scaled, (left, width - new[1] - left, above, height - new[0] - above), value=0.0)
