"""Weights from files into a model: every name and shape must agree, and large files are never held twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from scenes.errors import BadInput, Incompatible

Shape = tuple[int, ...]
_LISTED = 12  # differences in a report


def shapes_of(module: nn.Module) -> dict[str, Shape]:
    """The name and shape of every weight that a file must hold for this module."""
    return {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}


def check_shapes(found: Mapping[str, Shape], expected: Mapping[str, Shape], source: str) -> None:
    """Refuse weights whose names or shapes are not those expected.

    Raises:
        Incompatible: with a list of what is missing, what is unknown and what has another shape.
    """
    missing = [f"missing: {name} {expected[name]}" for name in expected if name not in found]
    unknown = [f"unknown: {name} {found[name]}" for name in found if name not in expected]
    other = [
        f"{name} is {found[name]}, expected {shape}"
        for name, shape in expected.items()
        if name in found and found[name] != shape
    ]
    differences = other + missing + unknown
    if differences:
        listed = differences[:_LISTED]
        more = f"; and {len(differences) - _LISTED} more" if len(differences) > _LISTED else ""
        raise Incompatible(
            f"The weights in {source} do not have the expected structure: {'; '.join(listed)}{more}.",
            hint="Check that the files belong to this kind of model and were fetched completely.",
            detail="\n".join(differences),
        )


def safetensors_shapes(files: Iterable[Path]) -> dict[str, Shape]:
    """Names and shapes of all tensors in these files, without reading them.

    Raises:
        BadInput: a file is no safetensors file, is cut short, or repeats a name.
    """
    shapes: dict[str, Shape] = {}
    for path in files:
        try:
            with safe_open(path, "pt") as file:
                found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError) as error:
            raise BadInput(
                f"{path} cannot be read as safetensors.", hint="Fetch it again.", detail=str(error)
            ) from error
        if twice := sorted(found.keys() & shapes.keys()):
            raise BadInput(f"{path} repeats the weights '{twice[0]}' of another file.", hint="Fetch the model again.")
        shapes.update(found)
    return shapes


def stream(files: Iterable[Path]) -> Iterator[tuple[str, Tensor]]:
    """Every tensor of these files, one at a time."""
    for path in files:
        with safe_open(path, "pt") as file:
            for name in file.keys():  # noqa: SIM118
                yield name, file.get_tensor(name)


def fill(module: nn.Module, tensors: Iterable[tuple[str, Tensor]], device: torch.device, dtype: torch.dtype) -> None:
    """Put tensors in the place of a module's own (on the meta device, say), one at a time; then evaluation mode.

    Integer tensors keep their type. Names and shapes must have been checked.
    """
    for name, tensor in tensors:
        path, _, leaf = name.rpartition(".")
        owner = module.get_submodule(path)
        kept = tensor.to(device, dtype if tensor.is_floating_point() else None)
        if leaf in owner._parameters:
            owner._parameters[leaf] = nn.Parameter(kept, requires_grad=False)
        else:
            owner._buffers[leaf] = kept
    module.eval()


def chosen_device(wanted: str | torch.device) -> torch.device:
    """The device called so, "cuda:1", say; "auto" is CUDA, else Apple's GPU, else the CPU.

    Raises:
        Incompatible: this machine does not have it.
    """
    cuda = torch.cuda.device_count() if torch.cuda.is_available() else 0
    counts = {"cuda": cuda, "mps": int(torch.backends.mps.is_available()), "cpu": 1}
    present = [name for name, count in counts.items() if count]
    if wanted == "auto":
        return torch.device(present[0])
    name, _, number = str(wanted).partition(":")
    if name not in present or (number and not (number.isdecimal() and int(number) < counts[name])):
        raise Incompatible(f"There is no device '{wanted}' here.", hint=f"Available: auto, {', '.join(present)}.")
    return torch.device(wanted)


def chosen_dtype(wanted: str | torch.dtype, device: torch.device) -> torch.dtype:
    """The type of a network's numbers; "auto" is bfloat16 on CUDA and float32 elsewhere.

    Raises:
        Incompatible: there is no such type.
    """
    types = {"float32": torch.float32, "bfloat16": torch.bfloat16}
    name = str(wanted).removeprefix("torch.")
    if name == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    if name not in types:
        raise Incompatible(f"There is no number type '{name}'.", hint=f"Available: auto, {', '.join(types)}.")
    return types[name]


def full_precision() -> AbstractContextManager[None]:
    """While it lasts, CUDA's convolutions keep float32 whole, as its matrix products do, and do not cut it to TF32."""
    return torch.backends.cudnn.flags(enabled=True, allow_tf32=False)
