"""The networks of SmolVLA, named as in its files: transformers' SmolVLM, an expert beside it, and five projections.

Sizes as in smolvlm_with_expert.py of lerobot 0.6.1.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from torch import nn
from transformers import AutoModel, SmolVLMConfig, SmolVLMModel

from gpu_daemon.policies.smolvla.config import SmolVLAConfig, read_json
from scenes.errors import BadInput, Incompatible

_MODELS: Any = AutoModel  # transformers has no types


class Vlm(nn.Module):
    """The vision-language model, cut to the layers in use; its head is never needed."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.model: Any = SmolVLMModel(config)
        self.model.text_model.rotary_emb = None  # rotations are made here


class Towers(nn.Module):
    """The language model and the expert whose layers read from it."""

    def __init__(self, backbone: Any, config: SmolVLAConfig) -> None:
        super().__init__()
        text = backbone.text_config
        self.vlm = Vlm(backbone)
        self.lm_expert: Any = _MODELS.from_config(_expert_config(text, config))
        self.lm_expert.embed_tokens = self.lm_expert.rotary_emb = None
        self.depth = int(text.num_hidden_layers)
        self.step = self.depth // len(self.lm_expert.layers)  # layers of the language model per layer of the expert
        self.heads, self.shared_heads, self.head_size = (
            text.num_attention_heads,
            text.num_key_value_heads,
            text.head_dim,
        )
        keys = self.shared_heads * self.head_size
        for number, layer in enumerate(self.lm_expert.layers):
            if not _attends_itself(number, config):
                layer.self_attn.k_proj = nn.Linear(keys, keys, bias=text.attention_bias)
                layer.self_attn.v_proj = nn.Linear(keys, keys, bias=text.attention_bias)

    @property
    def width(self) -> int:
        """The expert's."""
        return int(self.lm_expert.config.hidden_size)


class Network(nn.Module):
    """All that has weights."""

    def __init__(self, backbone: Any, config: SmolVLAConfig) -> None:
        super().__init__()
        self.vlm_with_expert = Towers(backbone, config)
        wide, narrow = int(backbone.text_config.hidden_size), self.vlm_with_expert.width
        self.state_proj = nn.Linear(config.max_state_dim, wide)
        self.action_in_proj = nn.Linear(config.max_action_dim, narrow)
        self.action_out_proj = nn.Linear(narrow, config.max_action_dim)
        self.action_time_mlp_in = nn.Linear(2 * narrow, narrow)
        self.action_time_mlp_out = nn.Linear(narrow, narrow)
        self.self_attention = [
            _attends_itself(number, config) if number % self.vlm_with_expert.step == 0 else None
            for number in range(self.vlm_with_expert.depth)
        ]


def build(config: SmolVLAConfig, backbone: Path) -> Network:
    """The networks without weights, on the meta device.

    Raises:
        BadInput: the backbone's config.json is missing or damaged.
        Incompatible: the sizes do not fit each other.
    """
    path = backbone / "config.json"
    kind = read_json(path).get("model_type")
    if kind != "smolvlm":
        raise Incompatible(f"{backbone} holds a '{kind}'.", hint="SmolVLA stands on a SmolVLM.")
    try:
        sizes: Any = SmolVLMConfig.from_pretrained(backbone, local_files_only=True)
    except (OSError, ValueError, StrictDataclassError) as error:
        raise BadInput(f"{path} cannot be used.", hint="Fetch the model again.", detail=str(error)) from error
    text: Any = sizes.text_config
    if config.num_vlm_layers > 0:
        text.num_hidden_layers = min(config.num_vlm_layers, text.num_hidden_layers)
    _check_depths(text, config)
    with torch.device("meta"):
        return Network(sizes, config)


def _attends_itself(number: int, config: SmolVLAConfig) -> bool:
    """Whether a layer's actions attend to each other; else they attend to the language model alone."""
    every = config.self_attn_every_n_layers
    return "cross" not in config.attention_mode or (every > 0 and number % every == 0)


def _expert_config(text: Any, config: SmolVLAConfig) -> Any:
    """The expert's sizes; the middle of its MLP is Llama's rule: 2/3 of 4 times the width, up to a multiple of 256."""
    sizes = copy.deepcopy(text)
    sizes.hidden_size = int(text.hidden_size * config.expert_width_multiplier)
    sizes.intermediate_size = 256 * -(-int(4 * int(2 * sizes.hidden_size / 3)) // 256)
    sizes.num_hidden_layers = config.num_expert_layers if config.num_expert_layers > 0 else text.num_hidden_layers
    return sizes


def _check_depths(text: Any, config: SmolVLAConfig) -> None:
    """Refuse depths that no file can have been trained with: a layer's projections must fit what it attends to."""
    depth, expert = int(text.num_hidden_layers), _expert_config(text, config)
    step, left = divmod(depth, expert.num_hidden_layers)
    hint = (
        "Check num_vlm_layers, num_expert_layers, self_attn_every_n_layers and expert_width_multiplier in config.json."
    )
    if left or step == 0:
        raise Incompatible(f"{depth} layers cannot be shared by {expert.num_hidden_layers} of the expert.", hint=hint)
    if expert.hidden_size % 2:
        raise Incompatible(f"The expert's width {expert.hidden_size} is odd.", hint=hint)
    alike = expert.hidden_size == text.num_key_value_heads * text.head_dim
    for number in range(0, depth, step):
        if not alike and _attends_itself(number, config) != _attends_itself(number // step, config):
            raise Incompatible(
                f"The expert's layer {number // step} does not fit what it attends to at layer {number}.", hint=hint
            )
