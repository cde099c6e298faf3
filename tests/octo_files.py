"""Octo checkpoints written by hand, as flax's MessagePack document, and a card for the tiny one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BufferedWriter
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from octo_cases import FOLDER, TOKENIZER

from scenes.models import CameraInput, ModelCard, Source
from scenes.policy import ActionSpace, Gripper, Observation

Shape = tuple[int, ...]
Value = NDArray[Any] | Shape  # a shape alone stands for zeros that take no room on the disk
T5_BASE = {"d_model": 768, "d_kv": 64, "d_ff": 3072, "num_layers": 12, "num_heads": 12, "vocab_size": 32128}
ARRAY = 1


def full_size_leaves() -> dict[str, Shape]:
    """Names and shapes of Octo-Small 1.5."""
    leaves = json.loads((FOLDER / "octo_small_15_param_shapes.json").read_text())["leaves"]
    return {name: tuple(shape) for name, shape in leaves.items()}


def full_size_config() -> dict[str, Any]:
    """config.json of Octo-Small 1.5: what it says beyond the defaults of the reference's classes."""
    config: dict[str, Any] = json.loads((FOLDER / "tiny_15" / "config.json").read_text())
    model = config["model"]
    for tokenizer in model["observation_tokenizers"].values():
        tokenizer["kwargs"]["encoder"]["kwargs"] = {}
    model["heads"]["action"]["kwargs"] = {"readout_key": "readout_action", "action_horizon": 4, "action_dim": 7}
    model |= {"token_embedding_size": 384, "max_horizon": 10}
    model["transformer_kwargs"] |= {"mlp_dim": 1536, "num_attention_heads": 6, "num_layers": 12}
    return config


def write_model(folder: Path, leaves: Mapping[str, Value], config: Mapping[str, Any], step: int = 300000) -> Path:
    """A checkpoint folder without an example batch, with the tiny one's statistics."""
    place = folder / str(step) / "default"
    place.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "dataset_statistics.json").write_bytes((FOLDER / "tiny_15" / "dataset_statistics.json").read_bytes())
    write_document(place / "checkpoint", leaves)
    return folder


def write_tokenizer(folder: Path, config: Mapping[str, Any]) -> Path:
    """The tiny tokenizer beside a T5 configuration."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_bytes((TOKENIZER / "tokenizer.json").read_bytes())
    return folder


def write_document(path: Path, leaves: Mapping[str, Value], *, chunk: int = 0) -> None:
    """{"a/b": array} as flax writes it; arrays of more than `chunk` numbers are cut as flax cuts those over 1 GiB."""
    tree: dict[str, Any] = {}
    for name, value in leaves.items():
        *folders, last = name.split("/")
        node = tree
        for each in folders:
            node = node.setdefault(each, {})
        node[last] = _cut(value, chunk) if chunk and isinstance(value, np.ndarray) and value.size > chunk else value
    with path.open("wb") as file:
        _write(file, tree)
        file.truncate(file.tell())


def card(**changes: Any) -> ModelCard:
    """Of the tiny checkpoint of version 1.5."""
    sources = (
        Source(role="checkpoint", repository="a/octo", folder=str(FOLDER / "tiny_15")),
        Source(role="tokenizer", repository="a/t5", folder=str(TOKENIZER)),
    )
    cameras = (
        CameraInput(key="image_primary", camera="front", width=96, height=80),
        CameraInput(key="image_wrist", camera="wrist", width=32, height=32),
    )
    space = ActionSpace(space="eef_delta", rotation="euler_xyz", gripper=Gripper(open=1, closed=0, threshold=0.5))
    made = ModelCard(
        id="octo-tiny",
        name="Octo",
        organization="a",
        license="MIT",
        adapter="octo",
        robots=("panda",),
        sources=sources,
        cameras=cameras,
        action=space,
        control_hz=5,
        chunk=4,
        ensemble=4,
        statistics="seven",
        device="cpu",
        stochastic=True,
    )
    return replace(made, **changes)


def seen(images: dict[str, NDArray[np.uint8]]) -> Observation:
    """An observation of which Octo looks at the pictures alone."""
    return Observation(
        robot_id="panda",
        scene_id="table",
        time=0.0,
        images=images,
        qpos=np.zeros(7),
        eef_position=np.zeros(3),
        eef_quaternion=np.array([1.0, 0, 0, 0]),
        gripper_width=0.0,
        commanded_position=np.zeros(3),
        commanded_gripper=0.0,
    )


def _cut(value: NDArray[Any], chunk: int) -> dict[str, Any]:
    parts = [value.reshape(-1)[first : first + chunk] for first in range(0, value.size, chunk)]
    return {
        "__msgpack_chunked_array__": True,
        "shape": {str(axis): size for axis, size in enumerate(value.shape)},
        "chunks": {str(number): part for number, part in enumerate(parts)},
    }


def _write(file: BufferedWriter, node: Any) -> None:
    if isinstance(node, dict):
        file.write(b"\xde" + len(node).to_bytes(2, "big"))  # map 16
        for key, child in node.items():
            file.write(msgspec.msgpack.encode(key))
            _write(file, child)
    elif isinstance(node, np.ndarray | tuple):
        _write_array(file, node)
    else:
        file.write(msgspec.msgpack.encode(node))


def _write_array(file: BufferedWriter, value: Value) -> None:
    """ext 32 of type 1 around [shape, type, bin 32]."""
    shape, kind = (value, "float32") if isinstance(value, tuple) else (value.shape, str(value.dtype))
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(kind).itemsize
    head = b"\x93" + msgspec.msgpack.encode(shape) + msgspec.msgpack.encode(kind) + b"\xc6" + size.to_bytes(4, "big")
    file.write(b"\xc9" + (len(head) + size).to_bytes(4, "big") + bytes([ARRAY]) + head)
    if isinstance(value, tuple):
        file.seek(size, 1)
    else:
        file.write(np.ascontiguousarray(value).data)
