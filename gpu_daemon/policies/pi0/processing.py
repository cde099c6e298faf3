"""What happens to observations before pi0 and to actions after it, from the checkpoint's pipeline files.

The steps are those of lerobot 0.6.1's processor_pi0.py: rename, end the instruction with a newline, tokenize and
normalise; afterwards un-normalise.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from msgspec import Struct

from gpu_daemon.policies.pi0.config import Pi0Config
from gpu_daemon.policies.smolvla.config import ACTION, STATE, Feature, read_json
from gpu_daemon.policies.smolvla.statistics import EPSILON, Statistics, Values, checked
from gpu_daemon.policies.smolvla.text import Tokenization
from gpu_daemon.policies.weights import safetensors_shapes, stream
from scenes.errors import BadInput, Incompatible
from scenes.settings import converted

BEFORE, AFTER = "policy_preprocessor.json", "policy_postprocessor.json"
_RELATIVE = {"relative_actions_processor", "absolute_actions_processor"}  # do nothing unless enabled
_KNOWN = _RELATIVE | {
    "rename_observations_processor",
    "to_batch_processor",
    "pi0_new_line_processor",
    "tokenizer_processor",
    "device_processor",
    "normalizer_processor",
    "unnormalizer_processor",
}


class Processing(Struct, frozen=True):
    """What a checkpoint wants done around the network."""

    rename: dict[str, str]  # key of an observation -> key in config.json
    tokenization: Tokenization
    inputs: Statistics
    outputs: Statistics

    def state_size(self, config: Pi0Config) -> int:
        """Numbers of a state; the statistics' shapes are trusted more than config.json."""
        return self.inputs.size(STATE) or config.input_features.get(STATE, Feature("STATE", (0,))).shape[0]

    def action_size(self, config: Pi0Config) -> int:
        """Numbers of an action, likewise."""
        return self.outputs.size(ACTION) or config.output_features[ACTION].shape[0]


class _Step(Struct, frozen=True):
    registry_name: str
    config: dict[str, Any] = {}
    state_file: str | None = None


class _Pipeline(Struct, frozen=True):
    steps: tuple[_Step, ...]


class _Renaming(Struct, frozen=True):
    rename_map: dict[str, str] = {}


class _Scaling(Struct, frozen=True):
    features: dict[str, Feature] = {}
    norm_map: dict[str, str] = {}
    eps: float = EPSILON


def read_processing(checkpoint: Path, config: Pi0Config) -> Processing:
    """The processing of a checkpoint.

    Raises:
        BadInput: a file is missing or damaged.
        Incompatible: a step or a normalisation mode is unknown, actions are relative to the state, or states or actions
            are too long for the network.
    """
    found = _read(checkpoint)
    sizes = found.state_size(config), found.action_size(config)
    if sizes[0] > config.max_state_dim or sizes[1] > config.max_action_dim:
        raise Incompatible(
            f"{checkpoint} reads states of {sizes[0]} numbers and answers with actions of {sizes[1]}.",
            hint=f"Its network has room for {config.max_state_dim} and {config.max_action_dim}.",
        )
    return found


def _read(checkpoint: Path) -> Processing:
    before, after = _steps(checkpoint / BEFORE), _steps(checkpoint / AFTER)
    if "tokenizer_processor" not in before:
        raise BadInput(f"{checkpoint / BEFORE} does not say how instructions are tokenized.", hint="Fetch it again.")
    renaming = before.get("rename_observations_processor", _Step("")).config
    tokens = before["tokenizer_processor"].config | {"newline": "pi0_new_line_processor" in before}
    return Processing(
        converted(renaming, _Renaming, source=str(checkpoint / BEFORE)).rename_map,
        converted(tokens, Tokenization, source=str(checkpoint / BEFORE)),
        _statistics(checkpoint, before.get("normalizer_processor")),
        _statistics(checkpoint, after.get("unnormalizer_processor")),
    )


def _steps(path: Path) -> dict[str, _Step]:
    named = {step.registry_name: step for step in converted(read_json(path), _Pipeline, source=str(path)).steps}
    if unknown := sorted(named.keys() - _KNOWN):
        raise Incompatible(
            f"{path} asks for the unknown step '{unknown[0]}'.", hint=f"Known: {', '.join(sorted(_KNOWN))}."
        )
    if any(named[name].config.get("enabled") for name in named.keys() & _RELATIVE):
        raise Incompatible(f"{path} makes actions relative to the state.", hint="Play it through a policy host.")
    return named


def _statistics(checkpoint: Path, step: _Step | None) -> Statistics:
    if step is None:
        return Statistics({}, {}, {})
    source = f"{checkpoint / (step.state_file or step.registry_name)}"
    scaling = converted(step.config, _Scaling, source=source)
    types = {key: feature.type for key, feature in scaling.features.items()} | {ACTION: "ACTION"}
    values = _values(checkpoint, step.state_file, types) if step.state_file else {}
    return checked(Statistics(scaling.norm_map, types, values, scaling.eps), source)


def _values(checkpoint: Path, name: str, types: Mapping[str, str]) -> Values:
    """The statistics of each key, in float32; those of pictures as (channels, 1, 1)."""
    if Path(name).name != name:
        raise BadInput(f"A pipeline of {checkpoint} names a file outside its folder.", detail=name)
    safetensors_shapes([checkpoint / name])
    values: Values = {}
    for full, tensor in stream([checkpoint / name]):
        key, _, statistic = full.rpartition(".")
        shaped = tensor.reshape((-1, 1, 1) if types.get(key) == "VISUAL" else (-1,))
        values.setdefault(key, {})[statistic] = shaped.to(torch.float32)
    return values
