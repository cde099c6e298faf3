"""What lerobot computed from tiny SmolVLA checkpoints, and whether a model computes the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "gpu_daemon" / "policies" / "smolvla"
CASES: dict[str, dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))
TOLERANCE = 1e-4  # largest difference of an action or of a number in a prefix


def checkpoint(name: str, place: Path) -> Path:
    """A case's checkpoint, put together of links below `place`."""
    folder = place / name
    if not folder.exists():
        folder.mkdir(parents=True)
        for path in (FOLDER / "checkpoints" / name).iterdir():
            (folder / path.name).symlink_to(path)
        (folder / "model.safetensors").symlink_to(FOLDER / "weights" / f"{CASES[name]['weights']}.safetensors")
    return folder


def backbone(name: str) -> Path:
    return FOLDER / str(CASES[name]["backbone"])


def load(model_class: Any, name: str, place: Path, device: str = "cpu", dtype: str = "float32") -> Any:
    """A case's checkpoint as a model; `model_class` is SmolVLAModel or a copy of it."""
    return model_class.load(checkpoint(name, place), backbone(name), device, dtype)


def recorded(name: str) -> dict[str, NDArray[Any]]:
    with np.load(FOLDER / "checkpoints" / name / "case.npz") as file:
        return dict(file)


def asked(name: str) -> tuple[dict[str, NDArray[np.uint8]], NDArray[np.float32], str | list[str]]:
    """A case's pictures, state and instruction."""
    case = recorded(name)
    return {key: case[key] for key in case if "images" in key}, case["state"], CASES[name]["instruction"]


def distance(found: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    return float(np.abs(found - expected).max()) if found.shape == expected.shape else float("inf")


def actions_agree(model_class: Any, name: str, place: Path, device: str = "cpu") -> None:
    case, model = recorded(name), load(model_class, name, place, device)
    assert distance(model.predict_chunk(*asked(name), case["noise"]), case["actions"]) <= TOLERANCE


def prefixes_agree(model_class: Any, name: str, place: Path, device: str = "cpu") -> None:
    model = load(model_class, name, place, device)
    assert distance(model.embed_prefix(*asked(name)), recorded(name)["prefix"]) <= TOLERANCE
