"""transformers' PI0ForConditionalGeneration, filled from lerobot's file."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PI0Config, PI0ForConditionalGeneration
from transformers.models.gemma.modeling_gemma import GemmaRotaryEmbedding

from gpu_daemon.policies.pi0.config import Pi0Config
from gpu_daemon.policies.pi0.structure import UNUSED, Gemma, Sizes, Vision, canonical, theirs
from gpu_daemon.policies.weights import Shape, fill

# kept in float32 when the rest is bfloat16, as lerobot 0.6.1's modeling_pi0.py keeps them
_PRECISE = ("vision_tower", "multi_modal_projector", "layernorm", ".norm.", "embed_action_time", "action_out_proj")


def skeleton(config: Pi0Config, sizes: Sizes) -> Any:
    """The network without weights, on the meta device; the expert has no embedding of words, which it never reads."""
    with torch.device("meta"):
        network: Any = PI0ForConditionalGeneration(_config(config, sizes))
    network.model.dit.embed_tokens = None
    return network


def expected_shapes(network: Any) -> dict[str, Shape]:
    """The (canonical) name and shape of every weight that a file must hold."""
    return {theirs(name): tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def found_shapes(shapes: dict[str, Shape]) -> dict[str, Shape]:
    """Those of a file under their canonical names, without the one that is never used."""
    return {canonical(name): shape for name, shape in shapes.items() if canonical(name) != UNUSED}


def fill_network(network: Any, tensors: Iterator[tuple[str, Tensor]], device: torch.device, dtype: torch.dtype) -> None:
    """Put a file's tensors, of lerobot's names, into the network, one at a time; compute what no file holds."""
    ours = {theirs(name): name for name in network.state_dict()}
    for name, tensor in tensors:
        if canonical(name) != UNUSED:
            place = ours[canonical(name)]
            fill(network, [(place, tensor)], device, _dtype(place, dtype))
    _complete(network, device)
    network.model.register_forward_pre_hook(_narrowed, with_kwargs=True)
    network.action_out_proj.register_forward_pre_hook(_widened)


def _config(config: Pi0Config, sizes: Sizes) -> PI0Config:
    paligemma = {
        "model_type": "paligemma",
        "text_config": _gemma(sizes.words, sizes.vocabulary),
        "vision_config": _siglip(sizes.vision, config.image_resolution[0]),
        "projection_dim": sizes.words.width,
        "image_token_id": sizes.vocabulary,  # one more than any word's
    }
    return PI0Config(
        vlm_config=paligemma,
        dit_config=_gemma(sizes.expert, sizes.vocabulary),
        chunk_size=config.chunk_size,
        max_state_dim=config.max_state_dim,
        max_action_dim=config.max_action_dim,
        num_inference_steps=config.num_inference_steps,
        min_period=config.min_period,
        max_period=config.max_period,
    )


def _siglip(size: Vision, pixels: int) -> dict[str, Any]:
    return {
        "model_type": "siglip_vision_model",
        "hidden_size": size.width,
        "intermediate_size": size.hidden,
        "num_hidden_layers": size.layers,
        "num_attention_heads": size.heads,
        "patch_size": size.patch,
        "image_size": pixels,
        "vision_use_head": False,
    }


def _gemma(size: Gemma, vocabulary: int) -> dict[str, Any]:
    return {
        "model_type": "gemma",
        "hidden_size": size.width,
        "num_hidden_layers": size.layers,
        "intermediate_size": size.hidden,
        "num_attention_heads": size.heads,
        "num_key_value_heads": 1,
        "head_dim": size.head,
        "vocab_size": vocabulary,
    }


def _dtype(name: str, dtype: torch.dtype) -> torch.dtype:
    return torch.float32 if any(part in name for part in _PRECISE) else dtype


def _complete(network: Any, device: torch.device) -> None:
    """Buffers that no file holds. The periods of the time are float64 where there is float64, as in lerobot's."""
    for part in (network.model.vlm.language_model, network.model.dit):
        part.rotary_emb = GemmaRotaryEmbedding(part.config).to(device)
    words = network.model.vlm.language_model.embed_tokens
    words.embed_scale = torch.tensor(words.scalar_embed_scale, device=device)
    places = network.model.vlm.vision_tower.embeddings
    places.position_ids = torch.arange(places.num_positions, device=device)[None]
    exact = torch.float32 if device.type == "mps" else torch.float64
    config = network.config
    fraction = torch.linspace(0.0, 1.0, config.dit_config.hidden_size // 2, dtype=exact)
    period = config.min_period * (config.max_period / config.min_period) ** fraction
    network.embed_action_time.sinusoid_embeds.sinusoid_freq = (1.0 / period * 2 * math.pi).to(device)
    empty = [name for name, each in chain(network.named_parameters(), network.named_buffers()) if each.is_meta]
    if empty:
        raise RuntimeError(f"nothing has filled {empty}")


def _narrowed(model: nn.Module, args: tuple[Any, ...], given: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Noise and state enter the expert in the type of its weights."""
    kind = model.dit.layers[0].self_attn.q_proj.weight.dtype  # type: ignore[union-attr,index]
    return args, given | {"action_embeds": given["action_embeds"].to(kind)}


def _widened(_model: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """What the expert says is read in float32."""
    return (args[0].to(torch.float32),)
