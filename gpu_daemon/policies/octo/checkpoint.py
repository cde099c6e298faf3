"""Octo's files: one flax MessagePack document, indexed without reading its numbers, then read leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray
from torch import Tensor

from gpu_daemon.policies.weights import Shape
from scenes.errors import BadInput, Incompatible, NotFound

_ARRAY, _SCALAR = 1, 3  # flax's MessagePack extension types, in flax.serialization
_CHUNKED = "__msgpack_chunked_array__"
_TYPES = {"bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"}


class Leaf(Struct, frozen=True):
    """One array of a file: its shape, its type and where its bytes begin; more than one place if it was cut."""

    shape: Shape
    kind: str
    places: tuple[tuple[int, int], ...]  # (offset, bytes)


class _Extension(msgspec.Struct, array_like=True, frozen=True):
    shape: tuple[int, ...]
    kind: str
    content: memoryview


def checkpoint_file(folder: Path, step: int | None = None) -> Path:
    """The weights of one training step, the latest by default: the largest number among the folders.

    Raises:
        NotFound: there is no such step; the hint lists those there are.
        Incompatible: the step was saved in a form that is not read here.
    """
    steps = sorted(int(path.name) for path in folder.glob("*") if path.is_dir() and path.name.isdecimal())
    if not steps or (step is not None and step not in steps):
        known = ", ".join(str(each) for each in steps) or "none"
        raise NotFound(f"{folder} holds no training step {'' if step is None else step}.", hint=f"Steps: {known}.")
    place = folder / str(steps[-1] if step is None else step) / "default"
    if not (place / "checkpoint").is_file():
        raise _not_one_document(place)
    return place / "checkpoint"


def index(path: Path) -> dict[str, Leaf]:
    """Every array in a flax MessagePack file by its path, "a/b/c"; the numbers stay in the file.

    Raises:
        BadInput: the file is missing, cut short or not of this format.
        Incompatible: it only points to arrays that lie elsewhere.
    """
    try:
        return dict(_leaves(_document(path), path))
    except (OSError, ValueError, msgspec.DecodeError) as error:
        raise BadInput(
            f"{path} cannot be read as a flax MessagePack file.", hint="Fetch it again.", detail=str(error)
        ) from error


def read(path: Path, leaf: Leaf) -> Tensor:
    """The numbers of one leaf, in memory of their own."""
    size = sum(length for _, length in leaf.places)
    content: NDArray[np.uint8] = np.empty(size, np.uint8)
    done = 0
    with path.open("rb", buffering=0) as file:
        for offset, length in leaf.places:
            file.seek(offset)
            if file.readinto(content[done : done + length].data) != length:
                raise BadInput(f"{path} ended early.", hint="Fetch it again.")
            done += length
    if leaf.kind == "bfloat16":
        return torch.from_numpy(content.view(np.int16)).view(torch.bfloat16).reshape(leaf.shape)
    return torch.from_numpy(content.view(leaf.kind)).reshape(leaf.shape)


def _document(path: Path) -> Any:
    """The decoded maps with leaves in place of arrays; no view of the file is kept."""
    content: Any = np.memmap(path, np.uint8, "r")
    start = _address(content)

    def leaf(code: int, data: memoryview) -> Leaf:
        if code not in (_ARRAY, _SCALAR):
            raise ValueError(f"extension type {code} is not known")
        found = msgspec.msgpack.decode(data, type=_Extension)
        return _leaf(found, _address(found.content) - start)

    return msgspec.msgpack.decode(content, ext_hook=leaf)


def _leaf(found: _Extension, offset: int) -> Leaf:
    if found.kind not in _TYPES:
        raise ValueError(f"arrays of type '{found.kind}' are not read")
    size = 2 if found.kind == "bfloat16" else np.dtype(found.kind).itemsize
    length = int(np.prod(found.shape, dtype=np.int64)) * size
    if len(found.content) != length:
        raise ValueError(f"an array {found.shape} of {found.kind} has {len(found.content)} bytes")
    return Leaf(tuple(found.shape), found.kind, ((offset, length),))


def _address(view: Any) -> int:
    return int(np.frombuffer(view, np.uint8).__array_interface__["data"][0])


def _leaves(node: Any, path: Path, name: str = "") -> Iterator[tuple[str, Leaf]]:
    if isinstance(node, Leaf):
        yield name, node
    elif isinstance(node, dict) and _CHUNKED in node:
        yield name, _joined(node)
    elif isinstance(node, dict):
        for key, child in node.items():
            yield from _leaves(child, path, f"{name}/{key}" if name else str(key))
    elif isinstance(node, str) and node.startswith("PLACEHOLDER"):
        raise _not_one_document(path.parent)
    else:
        raise ValueError(f"'{name}' is no array")


def _joined(node: dict[str, Any]) -> Leaf:
    """An array that flax cut into flat chunks because it is larger than a MessagePack extension may be."""
    shape, chunks = node["shape"], node["chunks"]
    parts: list[Leaf] = [chunks[str(number)] for number in range(len(chunks))]
    whole = tuple(int(shape[str(axis)]) for axis in range(len(shape)))
    if not parts or sum(part.shape[0] for part in parts) != np.prod(whole) or len({part.kind for part in parts}) != 1:
        raise ValueError("the chunks of a large array do not make it whole")
    return Leaf(whole, parts[0].kind, tuple(place for part in parts for place in part.places))


def _not_one_document(folder: Path) -> Incompatible:
    return Incompatible(
        f"{folder} is not saved as one MessagePack document; ocdbt and zarr checkpoints are not read.",
        hint="Load it where it was trained and save it again with orbax's PyTreeCheckpointer(use_ocdbt=False), "
        "or fetch a published checkpoint, which has a file called 'checkpoint'.",
    )
