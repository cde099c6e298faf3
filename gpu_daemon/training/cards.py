"""Cards of trained policies: what they are, what they were trained on, and what they can and cannot do."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from gpu_daemon.training.config import CHUNK, HZ, PolicyPlan, TrainingConfig
from gpu_daemon.training.evaluation import FAMILIES, Condition, Table
from gpu_daemon.training.export import Exported
from gpu_daemon.training.practice import INPUTS
from scenes import durable
from scenes.models import ModelCard
from scenes.policy import ActionSpace
from scenes.words import Vocabulary

_CONDITIONS: dict[Condition, str] = {
    "plain": "Success",
    "held_out": "Sentences never trained on",
    "unknown_word": "One unknown word in the sentence",
    "swapped_words": "Another object named, success at the first",
    "blank": "Grey pictures",
    "swapped_objects": "Two objects in each other's place",
}


def card_of(
    config: TrainingConfig, plan: PolicyPlan, policy_id: str, exported: Exported, words: Vocabulary
) -> ModelCard:
    """A card to play the exported policy with; what it can do is not known yet."""
    return ModelCard(
        id=policy_id,
        name=plan.name if policy_id == plan.id else plan.early_name,
        organization=config.organization,
        license=config.license,
        parameters=exported.parameters,
        adapter="onnx",
        checkpoint=_named(exported.onnx),
        weights_sha256=exported.sha256,
        robots=(config.robot,),
        cameras=INPUTS,
        action=ActionSpace(space="eef_delta", translation_scale=0.045, rotation_scale=0.35, clip=(-1.0, 1.0)),
        control_hz=HZ,
        chunk=CHUNK,
        execute=plan.execute,
        words=words.words,
    )


def _named(weights: Path) -> str:
    """A path below `resources` from there, so that it holds on every machine; any other as it is."""
    resources = Path(str(files("resources")))
    return weights.relative_to(resources).as_posix() if weights.is_relative_to(resources) else str(weights)


def described(card: ModelCard, history: str, results: Table | None) -> ModelCard:
    """The card with what was done and measured."""
    lines = [history]
    if results is not None and results.rows:
        lines += [_line(results, condition) for condition in _CONDITIONS]
        lines.append(f"One call takes {results.inference_p95_ms:.1f} ms (95th percentile, one core).")
    return structs.replace(card, notes="\n".join(line for line in lines if line))


def write_card(card: ModelCard, folder: Path) -> Path:
    """Write the card as TOML; weights below `resources` are named from there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{card.id}.toml"
    durable.write(path, to_toml(card).encode())
    return path


def to_toml(card: ModelCard) -> str:
    """The card as a TOML file holds it; what has its default value is left out."""
    values = _without_defaults(msgspec.to_builtins(card))
    cameras = values.pop("cameras", [])
    tables = {name: value for name, value in values.items() if isinstance(value, dict)}
    lines = [f"{name} = {_value(value)}" for name, value in values.items() if name not in tables]
    for camera in cameras:
        lines += ["", "[[cameras]]", *(f"{name} = {_value(value)}" for name, value in camera.items())]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{key} = {_value(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _without_defaults(values: dict[str, Any]) -> dict[str, Any]:
    defaults = {field.name: field.default for field in structs.fields(ModelCard)}
    kept = {name: value for name, value in values.items() if value and value != defaults.get(name)}
    action = kept.get("action")
    if isinstance(action, dict):
        standard = {
            field.name: msgspec.to_builtins(field.default)
            for field in structs.fields(ActionSpace)
            if field.default is not msgspec.NODEFAULT
        }
        kept["action"] = {name: value for name, value in action.items() if standard.get(name, ...) != value}
    return kept


def _value(value: object) -> str:
    """A TOML value: JSON's strings, numbers and lists are TOML's too."""
    return json.dumps(value, ensure_ascii=False)


def _line(results: Table, condition: Condition) -> str:
    found = {row.family: row for row in results.rows if row.condition == condition}
    if not found:
        return ""
    parts = [
        f"{name} {100 * row.successes / row.starts:.0f} % ({100 * row.low:.0f}-{100 * row.high:.0f}, n {row.starts})"
        for name in FAMILIES
        if (row := found.get(name))
    ]
    return f"{_CONDITIONS[condition]}: {', '.join(parts)}; mean {100 * results.mean(condition):.1f} %."
