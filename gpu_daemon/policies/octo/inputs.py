"""What Octo is shown and told, out of dicts with the reference's names, nested or with slashes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gpu_daemon.policies.octo.network import channels
from gpu_daemon.policies.octo.structure import Camera
from scenes.errors import BadInput

_PREFIXES = ("observation/", "task/")
_TOLD = "pad_mask_dict/language_instruction"


class Seen(Struct, frozen=True):
    """Pictures (batch, window, height, width, colours) by camera, which of them count, and which steps are real."""

    pictures: dict[str, NDArray[np.uint8]]
    shown: dict[str, NDArray[np.bool_]]  # (batch, window)
    real: NDArray[np.bool_]  # (batch, window)


def flat(given: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """{"pad_mask_dict": {"timestep": x}} as {"pad_mask_dict/timestep": x}.

    Names may begin with `observation/` or `task/`, as in one dict for both: then only those of `prefix` are meant.
    """
    found: dict[str, Any] = {}
    for name, value in given.items():
        kept = name.removeprefix(f"{prefix}/")
        if kept.startswith(_PREFIXES):
            continue
        if isinstance(value, Mapping):
            found.update({f"{kept}/{inner}": each for inner, each in flat(value, kept).items()})
        else:
            found[kept] = value
    return found


def seen(observation: Mapping[str, Any], task: Mapping[str, Any], cameras: Iterable[Camera]) -> Seen:
    """The pictures of every camera that is there, with its goal pictures as further colours (ImageTokenizer).

    Raises:
        BadInput: no camera is there, or a picture has a shape that does not fit.
    """
    observed, wanted = flat(observation, "observation"), flat(task, "task")
    steps = observed.get("timestep_pad_mask", observed.get("pad_mask"))  # the name in 1.5, the name in 1.0
    if steps is None:
        raise BadInput("The observation does not say which steps are real.", hint="Give it a timestep_pad_mask.")
    real = np.asarray(steps).astype(bool)
    if real.ndim != 2:
        raise BadInput(f"The timestep_pad_mask has the shape {real.shape}.", hint="Expected: (batch, window).")
    pictures, shown = {}, {}
    for camera in cameras:
        keys = _matching(camera.observed, observed)
        if not keys:
            continue
        pictures[camera.name] = _stacked(camera, keys, observed, wanted, real.shape)
        shown[camera.name] = _shown(camera, keys, observed, real.shape)
    if not pictures:
        known = ", ".join(pattern for camera in cameras for pattern in camera.observed)
        raise BadInput("The observation holds no picture that the model looks at.", hint=f"It looks at: {known}.")
    return Seen(pictures, shown, real)


def told(task: Mapping[str, Any], batch: int) -> NDArray[np.bool_]:
    """For each sample whether its instruction counts (batch,); it does unless the task says otherwise."""
    given = flat(task, "task").get(_TOLD)
    return np.ones(batch, bool) if given is None else np.asarray(given).astype(bool)


def _matching(patterns: tuple[str, ...], names: Iterable[str]) -> list[str]:
    """Names that begin as a pattern says, in order."""
    return sorted(name for name in names if "/" not in name and any(re.match(each, name) for each in patterns))


def _stacked(
    camera: Camera, keys: list[str], observed: dict[str, Any], wanted: dict[str, Any], steps: tuple[int, ...]
) -> NDArray[np.uint8]:
    """Observed pictures, then goal pictures repeated at every step; a goal that is not there is black."""
    now = [_pictures(key, observed[key], steps) for key in keys]
    absent = {key: np.zeros_like(observed[key])[:, 0] for key in _matching(camera.goals, observed) if key not in wanted}
    goals = {key: value for key, value in (wanted | absent).items() if key in _matching(camera.goals, wanted | absent)}
    later = [_pictures(key, goals[key], steps[:1]) for key in sorted(goals)]
    if len({each.shape[-3:-1] for each in now + later}) != 1:
        sizes = ", ".join(str(each.shape) for each in now + later)
        raise BadInput(f"The pictures of '{camera.name}' and their goals differ in size: {sizes}.")
    repeated = [np.broadcast_to(each[:, None], (*steps, *each.shape[1:])) for each in later]
    stacked = np.concatenate([*now, *repeated], axis=-1)
    if stacked.shape[-1] != channels(camera):
        raise BadInput(
            f"'{camera.name}' stacks {stacked.shape[-1]} colours, the model has {channels(camera)}.",
            hint=f"It looks at {', '.join(camera.observed)} with goals {', '.join(camera.goals) or 'none'}.",
        )
    return stacked


def _pictures(key: str, value: Any, leading: tuple[int, ...]) -> NDArray[np.uint8]:
    pictures = np.asarray(value)
    if pictures.dtype != np.uint8 or pictures.ndim != len(leading) + 3 or pictures.shape[: len(leading)] != leading:
        raise BadInput(
            f"The pictures '{key}' are {pictures.dtype} {pictures.shape}.",
            hint=f"Expected: uint8 ({', '.join(map(str, leading))}, height, width, 3).",
        )
    return pictures


def _shown(camera: Camera, keys: list[str], observed: dict[str, Any], steps: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which of a camera's pictures count: those of which at least one is not marked as padding."""
    marks = [observed.get(f"pad_mask_dict/{key}") for key in keys]
    if not camera.masked or any(mark is None for mark in marks):
        return np.ones(steps, bool)
    return np.asarray(np.any(np.stack([np.asarray(mark).astype(bool) for mark in marks], -1), axis=-1))
