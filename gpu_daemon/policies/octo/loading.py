"""An Octo model's files, checked against each other, and its network filled from them one array at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import torch
from msgspec import Struct
from torch import Tensor

from gpu_daemon.policies.octo import checkpoint
from gpu_daemon.policies.octo.layout import Weight, arranged, weights
from gpu_daemon.policies.octo.network import Network
from gpu_daemon.policies.octo.scaling import Actions, read_statistics
from gpu_daemon.policies.octo.structure import Camera, Structure, read_structure
from gpu_daemon.policies.octo.words import TextStructure, read_text_structure
from gpu_daemon.policies.weights import check_shapes, fill
from scenes.errors import Incompatible

_BLOCK = 31 << 20  # bytes, of which none is touched


class Files(Struct, frozen=True):
    """What the files of one training step say, without its numbers."""

    path: Path
    leaves: dict[str, checkpoint.Leaf]
    structure: Structure
    text: TextStructure
    tokens: dict[str, int]  # of one picture, by camera
    statistics: dict[str, Actions]


def read_files(folder: Path, tokenizer_folder: Path, step: int | None) -> Files:
    """Everything but the numbers.

    Raises:
        BadInput: a file is missing or damaged, or there is no such step.
        Incompatible: a kind of model or file that is not read here, or weights of another structure; with a list.
    """
    structure, text = read_structure(folder / "config.json"), read_text_structure(tokenizer_folder)
    path = checkpoint.checkpoint_file(folder, step)
    leaves = checkpoint.index(path)
    tokens = {camera.name: _tokens(camera, folder, leaves) for camera in structure.cameras}
    check_shapes(
        {name: leaf.shape for name, leaf in leaves.items()},
        {weight.name: weight.shape for weight in weights(structure, text, tokens)},
        str(path),
    )
    return Files(path, leaves, structure, text, tokens, read_statistics(folder / "dataset_statistics.json"))


def empty_network(files: Files) -> Network:
    """The network on the meta device: shapes without memory."""
    with torch.device("meta"):
        return Network(files.structure, files.text, files.tokens)


def read_network(files: Files, device: torch.device, dtype: torch.dtype) -> Network:
    """The network with its numbers; the head, which is tiny and sums over many steps, stays in float32."""
    network = empty_network(files)
    every = list(weights(files.structure, files.text, files.tokens))
    fill(network, _numbers(files, every), device, dtype)
    network.score.float()
    network.settle()
    if device.type == "cpu":
        _keep_what_is_freed()
    return network


def _keep_what_is_freed() -> None:
    """Let the C library keep the memory that an inference gives back, for the next one.

    glibc keeps twice the largest block that it was given back, up to 32 MiB (mallopt(3), M_MMAP_THRESHOLD); without
    this, it returns some 30 MB to the system after each inference, and a twentieth of the next goes into getting them.
    """
    torch.empty(_BLOCK, dtype=torch.uint8)


def side(camera: Camera, tokens: int) -> int:
    """Pixels along each side of a camera's square picture."""
    return math.isqrt(tokens) * camera.stem.step


def _numbers(files: Files, every: list[Weight]) -> Iterator[tuple[str, Tensor]]:
    for weight in every:
        yield weight.place, arranged(weight, checkpoint.read(files.path, files.leaves[weight.name]))


def _tokens(camera: Camera, folder: Path, leaves: dict[str, checkpoint.Leaf]) -> int:
    """Tokens of a picture: from the example batch beside the weights, or, without it, from the position table.

    Raises:
        Incompatible: the pictures are not square.
    """
    example = folder / "example_batch.msgpack"
    if example.is_file():
        shown = checkpoint.index(example).get(f"observation/{camera.observed[0]}")
        if shown and len(shown.shape) == 5:
            return math.prod(size // camera.stem.step for size in shown.shape[2:4])
    name = f"octo_transformer/obs_{camera.name}_pos_embedding"
    table = leaves[name].shape if name in leaves else ()
    count = table[2] if len(table) == 4 else 0
    if math.isqrt(count) ** 2 != count or not count:
        raise Incompatible(
            f"The weights '{name}' {table} do not place the tokens of a square picture.",
            hint="Check that the files belong together and were fetched completely.",
        )
    return count
