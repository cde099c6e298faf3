"""Octo's parity cases: what the reference answered, and how far an implementation of ours is from it.

The two `recorded` cases were recorded with jax 0.4.20, flax 0.7.5 and octo's commit 241fb3514b7c; the others were made
for this product from the same modules and versions, on tiny random checkpoints. All weights are random.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "gpu_daemon" / "policies" / "octo"
TOKENIZER = FOLDER / "t5_tiny"
ALLOWED = {
    "pixels": 1.0,
    "loop": 1e-3,
    "words": 0.0,
    "attention": 0.0,
    "t5": 2e-5,
    "readout": 2e-4,
    "score": 1e-5,
    "actions": 5e-5,
}

LOOP_TEXT = "pick up the spoon and put it in the bowl"
Arrays = dict[str, NDArray[Any]]


@cache
def cases() -> dict[str, dict[str, Any]]:
    """Every case by name: its checkpoint, instructions (or none, for goals), data set and normalisation."""
    made = json.loads((FOLDER / "cases.json").read_text())["cases"]
    recorded = json.loads((FOLDER / "recorded" / "cases.json").read_text())["cases"]
    return made | {
        name: case | {"statistics": case["dataset_statistics"], "recorded": True} for name, case in recorded.items()
    }


@cache
def arrays(name: str) -> tuple[Arrays, Arrays, Arrays]:
    """Observation, task and what the reference answered."""
    if cases()[name].get("recorded"):
        given = dict(np.load(FOLDER / "recorded" / f"{name}.inputs.npz"))
        expected = dict(np.load(FOLDER / "recorded" / f"{name}.expected.npz"))
        return given, given, expected | {"eps": expected["eps_t13_xT"]}
    with np.load(FOLDER / "cases.npz") as file:
        mine = {key.removeprefix(f"{name}/"): file[key] for key in file if key.startswith(f"{name}/")}
    expected = {key.removeprefix("expected/"): value for key, value in mine.items() if key.startswith("expected/")}
    return mine, mine, expected


def task_of(model: Any, name: str) -> dict[str, Any]:
    """The case's task as the model makes it, with the case's own marks of what counts."""
    case, (_, task, _) = cases()[name], arrays(name)
    goals = {
        key.removeprefix("task/"): value
        for key, value in task.items()
        if key.startswith("task/image") and task[f"task/pad_mask_dict/{key[5:]}"].all()
    }
    made: dict[str, Any] = model.create_task(texts=case["texts"], goals=goals or None)
    made["pad_mask_dict"]["language_instruction"] = task["task/pad_mask_dict/language_instruction"]
    return made


def distances(model: Any, name: str, *quantities: str) -> dict[str, float]:
    """The largest difference of every quantity from what the reference answered, in units of what is allowed."""
    case, (seen, _, expected) = cases()[name], arrays(name)
    task, noise = task_of(model, name), (expected["x_T"], expected["z"])
    answered: dict[str, tuple[Callable[[], NDArray[Any]], str]] = {
        "words": (lambda: task["input_ids"], "input_ids"),
        "attention": (lambda: np.packbits(model.attention_mask(seen, task), axis=-1), "attention_mask_packed"),
        "t5": (lambda: task["t5_last_hidden_state"], "t5_last_hidden_state"),
        "readout": (lambda: model.readout(seen, task), "readout_action"),
        "score": (lambda: model.score(expected["x_T"], 13, expected["readout_action"]), "eps"),
        "actions": (
            lambda: model.predict_chunk(seen, task, case["statistics"], case["normalization"], noise),
            "actions",
        ),
    }
    wanted = {quantity: answered[quantity] for quantity in quantities or answered}
    return {key: _ratio(answer(), expected[recorded], ALLOWED[key]) for key, (answer, recorded) in wanted.items()}


def resizing_distances(resized: Any) -> dict[str, float]:
    """Of pictures resized by TensorFlow 2.15; roundings of exactly one half may differ by one grey level."""
    with np.load(FOLDER / "resized.npz") as file:
        raw = {key.split("/")[0]: file[key] for key in file if key.endswith("/raw")}
        wanted = {key: file[key] for key in file if not key.endswith("/raw")}
    found = {key: resized(raw[key[0]], len(wanted[key]), cropped=key.endswith("cropped")) for key in wanted}
    off = [(found[key] != wanted[key]).mean() for key in wanted]
    largest = max(_ratio(found[key], wanted[key], ALLOWED["pixels"]) for key in wanted)
    return {"pixels": largest, "differing": max(off) / 1e-3}


def loop_distances(policy: Any, ensemble: Any, observed: Any) -> dict[str, float]:
    """Of a policy that plays the recorded loop from raw pictures; wider, since a rounded half changes a chunk."""
    with np.load(FOLDER / "loop.npz") as file:
        loop = dict(file)
    policy.reset(LOOP_TEXT, int(loop["seed"]))
    names = ("image_primary", "image_wrist")
    raw = [{name: loop[f"raw/{name}"][step] for name in names} for step in range(len(loop["chunk"]))]
    chunks = [policy.act(observed(images)) for images in raw]
    averaged = np.stack([ensemble.action(chunk) for chunk in chunks])
    chunk = _ratio(np.stack(chunks), loop["chunk"], ALLOWED["loop"])
    return {"chunk": chunk, "ensembled": _ratio(averaged, loop["ensembled"], ALLOWED["loop"])}


def _ratio(found: NDArray[Any], expected: NDArray[Any], allowed: float) -> float:
    if found.shape != expected.shape or not np.isfinite(found).all():
        return np.inf
    if not allowed:
        return 0.0 if np.array_equal(found, expected) else np.inf
    return float(np.abs(found.astype(np.float64) - expected).max()) / allowed
