"""What happens to observations before the network and to actions after it, from a checkpoint's own files.

Since lerobot 0.4 it stands in policy_preprocessor.json and policy_postprocessor.json; before, the statistics were
buffers among the weights and the rest was fixed (lerobot 0.6.1's migrate_policy_normalization.py).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
from msgspec import Struct, field
from safetensors import safe_open
from torch import Tensor

from gpu_daemon.policies.smolvla.config import ACTION, STATE, Feature, SmolVLAConfig, read_json
from gpu_daemon.policies.smolvla.statistics import EPSILON, Statistics, checked, grouped
from gpu_daemon.policies.smolvla.text import Tokenization
from gpu_daemon.policies.weights import safetensors_shapes
from scenes.errors import BadInput, Incompatible
from scenes.settings import converted

PRE, POST = "policy_preprocessor.json", "policy_postprocessor.json"
WEIGHTS = "model.safetensors"
LEGACY = re.compile(r"(normalize_inputs|normalize_targets|unnormalize_outputs)\.buffer_(?P<key>\w+)\.(?P<name>\w+)")
_WITHOUT_EFFECT = {"to_batch_processor", "device_processor"}
_KNOWN = {
    PRE: {"rename_observations_processor", "smolvla_new_line_processor", "tokenizer_processor", "normalizer_processor"},
    POST: {"unnormalizer_processor"},
}


class Processing(Struct, frozen=True):
    """What a checkpoint wants done around the network."""

    rename: dict[str, str]  # key of an observation -> key in config.json
    tokenization: Tokenization
    inputs: Statistics
    outputs: Statistics

    def state_size(self, config: SmolVLAConfig) -> int:
        """Numbers of a state; the statistics' shapes are trusted more than config.json."""
        return self.inputs.size(STATE) or config.input_features.get(STATE, Feature("STATE", (0,))).shape[0]

    def action_size(self, config: SmolVLAConfig) -> int:
        """Numbers of an action, likewise."""
        return self.outputs.size(ACTION) or config.output_features[ACTION].shape[0]


class _Step(Struct, frozen=True):
    """One step of a pipeline file."""

    registry_name: str = ""
    class_name: str = field(name="class", default="")
    config: dict[str, Any] = {}
    state_file: str | None = None


class _Pipeline(Struct, frozen=True):
    """A pipeline file."""

    steps: tuple[_Step, ...]


class _Renaming(Struct, frozen=True):
    """The configuration of the renaming step."""

    rename_map: dict[str, str] = {}


class _Scaling(Struct, frozen=True):
    """The configuration of a normalising step."""

    features: dict[str, Feature] = {}
    norm_map: dict[str, str] = {}
    eps: float = EPSILON
    normalize_observation_keys: tuple[str, ...] | None = None


def read_processing(checkpoint: Path, config: SmolVLAConfig, device: torch.device) -> Processing:
    """The processing of a checkpoint in the current or in the legacy layout; statistics lie on the device.

    Raises:
        BadInput: a file is missing or damaged.
        Incompatible: a step or a normalisation mode is unknown, or states or actions are too long for the networks.
    """
    checked(Statistics(config.normalization_mapping, {}, {}), str(checkpoint / "config.json"))
    current = (checkpoint / PRE).exists() or (checkpoint / POST).exists()
    found = _current(checkpoint, device) if current else _legacy(checkpoint / WEIGHTS, config, device)
    sizes = found.state_size(config), found.action_size(config)
    if not 0 < sizes[0] <= config.max_state_dim or not 0 < sizes[1] <= config.max_action_dim:
        raise Incompatible(
            f"{checkpoint} reads states of {sizes[0]} numbers and answers with actions of {sizes[1]}.",
            hint=f"Its networks have room for {config.max_state_dim} and {config.max_action_dim}, and need one each.",
        )
    return found


def _current(checkpoint: Path, device: torch.device) -> Processing:
    before, after = (_steps(checkpoint / name) for name in (PRE, POST))
    renaming = before.get("rename_observations_processor", _Step()).config
    if "tokenizer_processor" not in before:
        raise BadInput(f"{checkpoint / PRE} does not say how instructions are tokenized.", hint="Fetch it again.")
    tokens = before["tokenizer_processor"].config | {"newline": "smolvla_new_line_processor" in before}
    return Processing(
        converted(renaming, _Renaming, source=f"rename_observations_processor of {checkpoint / PRE}").rename_map,
        converted(tokens, Tokenization, source=f"tokenizer_processor of {checkpoint / PRE}"),
        _statistics(checkpoint, before.get("normalizer_processor"), device),
        _statistics(checkpoint, after.get("unnormalizer_processor"), device),
    )


def _steps(path: Path) -> dict[str, _Step]:
    steps = converted(read_json(path), _Pipeline, source=str(path)).steps
    named = {step.registry_name or step.class_name: step for step in steps}
    known = _KNOWN[path.name] | _WITHOUT_EFFECT
    if unknown := sorted(named.keys() - known):
        raise Incompatible(
            f"{path} asks for the unknown step '{unknown[0]}'.", hint=f"Known: {', '.join(sorted(known))}."
        )
    for step in steps:
        if step.config.get("float_dtype") not in (None, "float32"):
            raise Incompatible(f"{path} turns all numbers into {step.config['float_dtype']}.", hint="Use float32.")
    return named


def _statistics(checkpoint: Path, step: _Step | None, device: torch.device) -> Statistics:
    if step is None:
        return Statistics({}, {}, {})
    source = f"{checkpoint / (step.state_file or step.registry_name)}"
    scaling = converted(step.config, _Scaling, source=source)
    chosen = scaling.normalize_observation_keys
    types = {key: feature.type for key, feature in scaling.features.items() if chosen is None or key in chosen}
    values = grouped(_tensors(checkpoint, step.state_file) if step.state_file else {}, types, device)
    return checked(Statistics(scaling.norm_map, types | {ACTION: "ACTION"}, values, scaling.eps), source)


def _tensors(checkpoint: Path, name: str) -> dict[str, Tensor]:
    if Path(name).name != name:
        raise BadInput(f"A pipeline of {checkpoint} names a file outside its folder.", detail=name)
    safetensors_shapes([checkpoint / name])
    with safe_open(checkpoint / name, "pt") as file:
        return {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118


def _legacy(weights: Path, config: SmolVLAConfig, device: torch.device) -> Processing:
    features = config.input_features | config.output_features
    types = {key: feature.type for key, feature in features.items()}
    keys = {key.replace(".", "_"): key for key in types}
    matches = [match for name in safetensors_shapes([weights]) if (match := LEGACY.fullmatch(name))]
    with safe_open(weights, "pt") as file:
        named = {
            f"{keys.get(match['key'], match['key'])}.{match['name']}": file.get_tensor(match[0]) for match in matches
        }
    statistics = Statistics(config.normalization_mapping, types, grouped(named, types, device))
    padding = Tokenization(max_length=config.tokenizer_max_length, padding=config.pad_language_to)
    return Processing({}, padding, *[checked(statistics, str(weights))] * 2)
