"""OpenVLA's network: two towers, a projector, and Llama. Its weights have the names of the published checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

from gpu_daemon.policies.openvla.checkpoint import Config
from gpu_daemon.policies.openvla.structure import dimensions_of
from gpu_daemon.policies.openvla.vision import Dimensions, Tower
from gpu_daemon.policies.weights import Shape, full_precision, shapes_of
from scenes.errors import BadInput

_NOT_OURS = ("torch_dtype", "dtype", "transformers_version", "_name_or_path", "architectures")


class Network(nn.Module):
    """The network without weights, on the meta device."""

    def __init__(self, config: Config, towers: tuple[Dimensions, Dimensions]) -> None:
        super().__init__()
        with torch.device("meta"):
            self.vision_backbone = _Backbone(towers, config.image_sizes)
            self.language_model: Any = LlamaForCausalLM(llama_config(config))
            width = sum(each.width for each in towers)
            self.projector = _Projector(width, self.language_model.config.hidden_size)

    def complete(self, device: torch.device) -> None:
        """Compute what no file holds: the frequencies of the rotary positions."""
        self.language_model.model.rotary_emb = LlamaRotaryEmbedding(self.language_model.config).to(device)

    def prefix(self, tokens: Tensor, pictures: tuple[Tensor, ...]) -> Tensor:
        """What Llama reads, (1, 1 + patches + n - 1, hidden): the prompt's first token, the patches, the other tokens.

        `tokens` are (1, n), `pictures` one (1, 3, size, size) per tower.
        """
        words: Tensor = self.language_model.get_input_embeddings()(tokens)
        with full_precision():
            patches: Tensor = self.projector(self.vision_backbone(pictures))
        return torch.cat([words[:, :1], patches, words[:, 1:]], 1)

    def answer(self, prefix: Tensor, count: int, end: int) -> list[int]:
        """The `count` most likely next tokens, each given those before; fewer if `end` (of sequence) comes first."""
        cache, tokens = DynamicCache(config=self.language_model.config), list[int]()
        given = {"inputs_embeds": prefix}
        while len(tokens) < count and end not in tokens:
            output = self.language_model(**given, past_key_values=cache, use_cache=True, logits_to_keep=1)
            best = output.logits[:, -1].float().argmax(-1, keepdim=True)
            tokens.append(int(best))
            given = {"input_ids": best}
        return tokens


class _Backbone(nn.Module):
    def __init__(self, towers: tuple[Dimensions, Dimensions], sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.featurizer = Tower(towers[0], sizes[0])
        self.fused_featurizer = Tower(towers[1], sizes[1])

    def forward(self, pictures: tuple[Tensor, ...]) -> Tensor:
        """The two towers' patches side by side, (1, patches, the sum of their widths)."""
        return torch.cat([self.featurizer(pictures[0]), self.fused_featurizer(pictures[1])], 2)


class _Projector(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, hidden)
        self.fc3 = nn.Linear(hidden, hidden)

    def forward(self, patches: Tensor) -> Tensor:
        wide = functional.gelu(self.fc1(patches))
        return self.fc3(functional.gelu(self.fc2(wide)))  # type: ignore[no-any-return]


def skeleton(config: Config, found: Mapping[str, Shape]) -> Network:
    """The network that weights of these names and shapes should fit, on the meta device.

    Raises:
        Incompatible: the two vision towers are not among them.
        BadInput: config.json describes no Llama.
    """
    first, second = (
        dimensions_of(timm_id, _below(found, f"vision_backbone.{name}."))
        for timm_id, name in zip(config.timm_model_ids, ("featurizer", "fused_featurizer"), strict=True)
    )
    return Network(config, (first, second))


def expected_shapes(config: Config, found: Mapping[str, Shape]) -> dict[str, Shape]:
    """The name and shape of every weight of a checkpoint with this config; see `skeleton`."""
    return shapes_of(skeleton(config, found))


def llama_config(config: Config) -> LlamaConfig:
    """The language model's config; what the file leaves out has Llama's defaults, as in transformers 4.40.

    Raises:
        BadInput: it describes no Llama.
    """
    given = {name: value for name, value in config.text_config.items() if name not in _NOT_OURS}
    try:
        return LlamaConfig(**given)
    except Exception as error:
        raise BadInput("config.json describes no Llama in text_config.", detail=str(error)) from error


def _below(shapes: Mapping[str, Shape], prefix: str) -> dict[str, Shape]:
    return {name.removeprefix(prefix): shape for name, shape in shapes.items() if name.startswith(prefix)}
