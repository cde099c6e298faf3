"""What the language model keeps of an observation, and how the expert's layers read it.

As smolvlm_with_expert.py of lerobot 0.6.1 computes it, in its order, so that float32 results agree to the last bit.
Queries, keys and values have the shape (B, length, heads, head size).
"""

from __future__ import annotations

from typing import Any

import torch
from msgspec import Struct
from torch import Tensor

from gpu_daemon.policies.smolvla.network import Towers

WAVELENGTH = 10_000  # lerobot's apply_rope, whatever the backbone's config.json says
KeysValues = tuple[Tensor, Tensor]


class Memory(Struct, frozen=True):
    """A prefix as the expert reads it."""

    layers: list[KeysValues]  # one per layer of the language model, keys rotated
    there: Tensor  # bool (B, length): which tokens are no padding


def rotated(states: Tensor, positions: Tensor) -> Tensor:
    """Rotary position embedding in float32: a head's first half turns against its second; positions (B, length)."""
    half = states.shape[-1] // 2
    exponents = (2.0 / states.shape[-1]) * torch.arange(half, dtype=torch.float32, device=states.device)
    angles = (positions[..., None].to(torch.float32) / WAVELENGTH**exponents)[..., None, :]
    sine, cosine = torch.sin(angles), torch.cos(angles)
    first, second = states[..., :half].to(torch.float32), states[..., half:].to(torch.float32)
    turned = torch.cat([first * cosine - second * sine, second * cosine + first * sine], dim=-1)
    return turned.to(states.dtype)


def attend(query: Tensor, kept: KeysValues, mask: Tensor) -> Tensor:
    """Attention with scores and softmax in float32, (B, length, heads * head size); mask bool (B, queries, keys)."""
    heads, size = query.shape[2:]
    key, value = (repeated(each, heads) for each in kept)
    query, key = (each.to(torch.float32).transpose(1, 2) for each in (query, key))
    scores = torch.matmul(query, key.transpose(2, 3)) * size**-0.5
    scores = torch.where(mask[:, None], scores, torch.finfo(torch.float32).min)
    weights = torch.softmax(scores, dim=-1).to(value.dtype)
    return torch.matmul(weights, value.transpose(1, 2)).transpose(1, 2).flatten(2)


def repeated(states: Tensor, heads: int) -> Tensor:
    """Keys or values that several heads share, once for each."""
    batch, length, shared, size = states.shape
    spread = states[:, :, :, None, :].expand(batch, length, shared, heads // shared, size)
    return spread.reshape(batch, length, heads, size)


def remember(towers: Towers, embedded: Tensor, there: Tensor, blocks: Tensor) -> Memory:
    """Run the language model over a prefix (B, length, hidden) and keep its keys and values.

    A token sees the tokens that are there of its own and of earlier blocks; positions count the tokens that are there.
    """
    mask = (blocks[:, None, :] <= blocks[:, :, None]) & there[:, None, :] & there[:, :, None]
    positions = torch.cumsum(there, dim=1) - 1
    kept: list[KeysValues] = []
    hidden = embedded
    for number, layer in enumerate(towers.vlm.model.text_model.layers):
        query, key, value = projected(towers, layer, hidden)
        kept.append((rotated(key, positions), value))
        if number + 1 < towers.depth:  # nobody reads what comes out of the last layer
            hidden = finished(layer, hidden, attend(rotated(query, positions), kept[-1], mask))
    return Memory(kept, there)


def projected(towers: Towers, layer: Any, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A layer's own queries, keys and values."""
    own = layer.self_attn
    normed = layer.input_layernorm(hidden).to(own.q_proj.weight.dtype)
    query, key, value = (
        by(normed).unflatten(-1, (-1, towers.head_size)) for by in (own.q_proj, own.k_proj, own.v_proj)
    )
    return query, key, value


def finished(layer: Any, hidden: Tensor, attended: Tensor) -> Tensor:
    """The rest of a Llama layer: output projection and MLP, both added to what came in."""
    output = layer.self_attn.o_proj
    between = output(attended.to(output.weight.dtype))
    between += hidden
    after: Tensor = layer.mlp(layer.post_attention_layernorm(between))
    after += between
    return after
