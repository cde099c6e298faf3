"""What can be told of a file without its model: whether it is whole, and how many weights it holds."""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from scenes.errors import StoreDamaged

_MAX_HEADER = 100_000_000  # bytes, as the format's own limit


class Weights(NamedTuple):
    """How many tensors and numbers files hold."""

    tensors: int
    parameters: int


class _Tensor(Struct, frozen=True):
    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


def check_whole(path: Path) -> Weights:
    """Refuse a file that is cut or no file of its kind: safetensors by their headers, JSON by reading it.

    The header of safetensors is 8 bytes of length, then JSON: name -> dtype, shape and the offsets of its bytes, which
    together fill the rest of the file.

    Raises:
        StoreDamaged: it is.
        OSError: it cannot be read.
    """
    if path.suffix == ".safetensors":
        return _weights(path)
    if path.suffix == ".json":
        try:
            json.loads(path.read_bytes())
        except (ValueError, UnicodeDecodeError, RecursionError) as error:
            raise _damaged(path, "JSON", error) from error
    return Weights(0, 0)


def _weights(path: Path) -> Weights:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length <= _MAX_HEADER:
            raise _damaged(path, "safetensors", f"a header of {length} bytes")
        header = file.read(length)
    try:
        values = msgspec.json.decode(header, type=dict[str, msgspec.Raw])
        tensors = [msgspec.json.decode(raw, type=_Tensor) for name, raw in values.items() if name != "__metadata__"]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _damaged(path, "safetensors", error) from error
    expected = 8 + length + max((tensor.data_offsets[1] for tensor in tensors), default=0)
    size = path.stat().st_size
    if size != expected:
        raise _damaged(path, "safetensors", f"{size} bytes, and its header speaks of {expected}")
    return Weights(len(tensors), sum(prod(tensor.shape) for tensor in tensors))


def _damaged(path: Path, kind: str, why: object) -> StoreDamaged:
    return StoreDamaged(f"{path} is not whole {kind}: {why}.", hint="Fetch or copy it again.")
