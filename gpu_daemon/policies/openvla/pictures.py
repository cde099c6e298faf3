"""A camera's picture as the two towers see it: resized by PIL, then normalised in two ways."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from gpu_daemon.policies.openvla.checkpoint import Normalization, Preprocessing, Scaling
from scenes.errors import BadInput


def pictures_of(image: NDArray[np.uint8], preprocessing: Preprocessing) -> tuple[Tensor, ...]:
    """One float32 picture (1, 3, size, size) per tower, as openvla's processing_prismatic.py makes them.

    Each is resized from the uint8 picture (height, width, 3) by PIL, which smooths when it shrinks and rounds to
    whole grey levels; then value / 255, minus the mean, divided by the standard deviation, in float32.

    Raises:
        BadInput: it is no uint8 picture in three colours.
    """
    image = np.asarray(image)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise BadInput(
            f"OpenVLA was given a picture of type {image.dtype} and shape {image.shape}.",
            hint="Give uint8 (height, width, 3).",
        )
    original = Image.fromarray(np.ascontiguousarray(image))
    towers = zip(preprocessing.scalings, preprocessing.normalizations, strict=True)
    return tuple(_seen(original, scaling, normalization) for scaling, normalization in towers)


def _seen(original: Image.Image, scaling: Scaling, normalization: Normalization) -> Tensor:
    height, width = scaling.size
    resized = original.resize((width, height), Image.Resampling(scaling.interpolation))
    colours = torch.from_numpy(np.array(resized)).permute(2, 0, 1).contiguous().to(torch.float32).div(255)
    mean, std = (torch.tensor(each)[:, None, None] for each in (normalization.mean, normalization.std))
    return colours.sub(mean).div(std)[None]
