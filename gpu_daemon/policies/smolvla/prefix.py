"""An observation and an instruction as the tokens that the language model reads.

As embed_prefix in modeling_smolvla.py of lerobot 0.6.1: per camera its picture, then the instruction, then the state.
"""

from __future__ import annotations

import math

import torch
from msgspec import Struct
from torch import Tensor

from gpu_daemon.policies.smolvla.network import Network
from gpu_daemon.policies.weights import full_precision


class Prefix(Struct, frozen=True):
    """What stands before the actions."""

    embedded: Tensor  # (B, length, hidden)
    there: Tensor  # bool (B, length): False for padding and for cameras that are missing
    blocks: Tensor  # (B, length): a token sees its own block and those before


class Marks(Struct, frozen=True):
    """The token ids around a picture."""

    before: Tensor  # (2,)
    after: Tensor  # (1,)


def seen(network: Network, pictures: Tensor) -> Tensor:
    """Prepared pictures (B, 3, height, width) as tokens (B, tokens, hidden)."""
    model = network.vlm_with_expert.vlm.model
    with full_precision():
        features = model.vision_model(pixel_values=pictures.to(model.vision_model.dtype)).last_hidden_state
    tokens: Tensor = model.connector(features)
    return tokens * torch.tensor(tokens.shape[-1] ** 0.5, dtype=tokens.dtype, device=tokens.device)


def marked(network: Network, tokens: Tensor, there: Tensor, marks: Marks) -> tuple[Tensor, Tensor]:
    """A picture's tokens between its marks, which are there even when the picture is not."""
    embed = network.vlm_with_expert.vlm.model.text_model.embed_tokens
    batch = tokens.shape[0]
    before, after = (embed(ids.to(tokens.device))[None].expand(batch, -1, -1) for ids in (marks.before, marks.after))
    sides = [torch.ones(each.shape[:2], dtype=torch.bool, device=tokens.device) for each in (before, after)]
    return torch.cat([before, tokens, after], dim=1), torch.cat([sides[0], there, sides[1]], dim=1)


def assembled(
    network: Network, pictures: list[tuple[Tensor, Tensor]], words: tuple[Tensor, Tensor], state: Tensor, length: int
) -> Prefix:
    """All tokens of a prefix, padded with nothing up to `length`; the state is a block of its own."""
    embed = network.vlm_with_expert.vlm.model.text_model.embed_tokens
    spoken = embed(words[0])
    spoken = spoken * math.sqrt(spoken.shape[-1])
    felt = network.state_proj(state)[:, None, :]
    everything = torch.cat([*(tokens for tokens, _ in pictures), spoken, felt], dim=1)
    certain = torch.ones(felt.shape[:2], dtype=torch.bool, device=felt.device)
    there = torch.cat([*(mask for _, mask in pictures), words[1], certain], dim=1)
    blocks = torch.zeros(there.shape, dtype=torch.long, device=felt.device)
    blocks[:, -1] = 1
    missing = max(0, length - there.shape[1])
    return Prefix(
        torch.nn.functional.pad(everything, (0, 0, 0, missing)),
        torch.nn.functional.pad(there, (0, missing)),
        torch.nn.functional.pad(blocks, (0, missing), value=1),
    )
