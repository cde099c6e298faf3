"""A checkpoint's weights into the networks: names and shapes must be exactly those that its config.json implies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from gpu_daemon.policies.smolvla.network import Network
from gpu_daemon.policies.weights import Shape, check_shapes, fill, safetensors_shapes, shapes_of, stream

PREFIX = "model."  # of every name in a file
TOWERS = "vlm_with_expert."  # the part whose numbers may be bfloat16
_COMPILED = "._orig_mod"  # what torch.compile leaves in names
_STATISTICS = ("normalize_inputs.", "normalize_targets.", "unnormalize_outputs.")  # of the legacy layout
_HEAD = "model.vlm_with_expert.vlm.lm_head.weight"  # of the language model: never used, often stored
_EMBEDDING = "model.vlm_with_expert.vlm.model.text_model.embed_tokens.weight"


def expected(network: Network) -> dict[str, Shape]:
    """Names and shapes that a file must hold; the unused head of the language model may stand beside them."""
    return {PREFIX + name: shape for name, shape in shapes_of(network).items()}


def check(found: dict[str, Shape], network: Network, source: str) -> None:
    """Refuse a file's names and shapes unless they are those of the network.

    Raises:
        Incompatible: with a list of what is missing, what is unknown and what has another shape.
    """
    named = {_named(name): shape for name, shape in found.items() if not name.startswith(_STATISTICS)}
    wanted = expected(network)
    if _HEAD in named:
        wanted[_HEAD] = wanted[_EMBEDDING]
    check_shapes(named, wanted, source)


def fill_from(path: Path, network: Network, device: torch.device, dtype: torch.dtype) -> None:
    """Check a file and put its weights into the network, one at a time; the towers in `dtype`, the rest in float32.

    Raises:
        BadInput: the file is missing, damaged or cut short.
        Incompatible: its structure is another.
    """
    check(safetensors_shapes([path]), network, str(path))
    fill(network, _weights(path, dtype, towers=True), device, dtype)
    fill(network, _weights(path, torch.float32, towers=False), device, torch.float32)


def _weights(path: Path, dtype: torch.dtype, *, towers: bool) -> Iterator[tuple[str, Tensor]]:
    """What is copied is no longer the file's own memory, and lies where the processor likes it."""
    for stored, tensor in stream([path]):
        name = _named(stored)
        if name != _HEAD and not name.startswith(_STATISTICS):
            inside = name.removeprefix(PREFIX)
            if inside.startswith(TOWERS) == towers:
                yield inside, tensor.clone() if tensor.dtype == dtype else tensor


def _named(stored: str) -> str:
    return stored.replace(_COMPILED, "")
