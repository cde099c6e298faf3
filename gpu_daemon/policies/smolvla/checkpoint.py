"""A checkpoint's weights into the networks: names and shapes must be exactly those that its config.json implies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor

from gpu_daemon.policies.smolvla.network import Network
from gpu_daemon.policies.weights import Shape, check_shapes, fill, safetensors_shapes, shapes_of

PREFIX = "model."  # of every name in a file
TOWERS = "vlm_with_expert."  # the part whose numbers may be bfloat16
_AT_ONCE = 16  # tensors read before the file is opened anew
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
    """The weights of one part, copied out of the file, which is opened anew now and then.

    What has been read of a mapped file counts as memory until it is closed, and a tensor that lies in it would change
    with it.
    """
    wanted = [stored for stored in safetensors_shapes([path]) if _kept(stored, towers)]
    for first in range(0, len(wanted), _AT_ONCE):
        with safe_open(path, "pt") as file:
            for stored in wanted[first : first + _AT_ONCE]:
                tensor = file.get_tensor(stored)
                yield _named(stored).removeprefix(PREFIX), tensor.clone() if tensor.dtype == dtype else tensor


def _kept(stored: str, towers: bool) -> bool:
    name = _named(stored)
    unused = name == _HEAD or name.startswith(_STATISTICS)
    return not unused and name.startswith(PREFIX + TOWERS) == towers


def _named(stored: str) -> str:
    return stored.replace(_COMPILED, "")
