"""Camera pictures as the vision tower takes them (modeling_smolvla.py's prepare_images in lerobot 0.6.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from gpu_daemon.policies.smolvla.statistics import Statistics
from scenes.errors import BadInput


def batch_of(pictures: Mapping[str, NDArray[np.uint8]]) -> dict[str, NDArray[np.uint8]]:
    """Pictures of shape (height, width, 3) or (B, height, width, 3) as the latter.

    Raises:
        BadInput: one of them has another shape or other numbers than bytes.
    """
    given = {key: np.asarray(picture) for key, picture in pictures.items()}
    for key, picture in given.items():
        if picture.dtype != np.uint8 or picture.ndim not in (3, 4) or picture.shape[-1] != 3:
            raise BadInput(
                f"The picture '{key}' is {picture.dtype} {picture.shape}.", hint="uint8 (height, width, 3) is needed."
            )
    return {key: picture if picture.ndim == 4 else picture[None] for key, picture in given.items()}


def present(pictures: Mapping[str, NDArray[np.uint8]], rename: Mapping[str, str], cameras: Sequence[str]) -> list[str]:
    """The keys of those pictures that the model takes, in the order of its cameras.

    Raises:
        BadInput: there is none; the hint lists the keys it takes.
    """
    by_camera = {rename.get(key, key): key for key in pictures}
    keys = [by_camera[camera] for camera in cameras if camera in by_camera]
    if not keys:
        takes = [next((old for old, new in rename.items() if new == camera), camera) for camera in cameras]
        raise BadInput(
            f"The model takes none of these pictures: {', '.join(pictures) or 'none'}.",
            hint=f"It takes: {', '.join(takes)}.",
        )
    return keys


def prepared(
    picture: NDArray[np.uint8], camera: str, size: tuple[int, int] | None, statistics: Statistics, device: torch.device
) -> Tensor:
    """One camera's pictures (B, height, width, 3) as float32 (B, 3, height, width), -1 .. 1 unless normalised."""
    bytes_first = torch.from_numpy(np.ascontiguousarray(picture)).to(device).permute(0, 3, 1, 2).contiguous()
    scaled = statistics.scaled(camera, bytes_first.to(torch.float32) / 255)
    return (scaled if size is None else fitted(scaled, *size)) * 2.0 - 1.0


def fitted(pictures: Tensor, width: int, height: int) -> Tensor:
    """Pictures (B, 3, ?, ?) scaled to fit into width x height [px] as they are, with black on the left and on top."""
    there = pictures.shape[2:]
    if there == (height, width):
        return pictures
    ratio = max(there[1] / width, there[0] / height)
    new = int(there[0] / ratio), int(there[1] / ratio)
    smaller = functional.interpolate(pictures, size=new, mode="bilinear", align_corners=False, antialias=False)
    return functional.pad(smaller, (max(0, width - new[1]), 0, max(0, height - new[0]), 0), value=0.0)
