"""Instructions as Octo reads them: T5's tokens and the hidden states of T5's encoder."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import torch
from msgspec import Struct
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as f

from gpu_daemon.policies.octo.blank import Embedding, Linear
from gpu_daemon.policies.octo.structure import read_json
from scenes.errors import BadInput
from scenes.settings import converted


class TextStructure(Struct, frozen=True):
    """Sizes of a T5 encoder, by the names in its config.json; defaults of transformers' T5Config."""

    d_model: int
    d_kv: int
    d_ff: int
    num_layers: int
    num_heads: int
    vocab_size: int
    pad_token_id: int = 0
    relative_attention_num_buckets: int = 32
    relative_attention_max_distance: int = 128
    layer_norm_epsilon: float = 1e-6
    feed_forward_proj: Literal["relu"] = "relu"


def read_text_structure(folder: Path) -> TextStructure:
    """What the folder's config.json says.

    Raises:
        BadInput: it is missing, or describes no T5 with plain feed-forward layers.
    """
    path = folder / "config.json"
    return converted(read_json(path), TextStructure, str(path))


def read_tokenizer(folder: Path, length: int, pad: int) -> Tokenizer:
    """T5's tokenizer; every text becomes `length` tokens, cut or filled with `pad`.

    Raises:
        BadInput: tokenizer.json is missing or damaged.
    """
    path = folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
    except Exception as error:
        raise BadInput(f"{path} is no tokenizer.", hint="Fetch it again, with this file.", detail=str(error)) from error
    tokenizer.enable_truncation(length)
    tokenizer.enable_padding(length=length, pad_id=pad, pad_token=tokenizer.id_to_token(pad))
    return tokenizer


class TextEncoder(nn.Module):
    """T5's encoder, as in transformers 4.40.2's modeling_flax_t5.py."""

    def __init__(self, structure: TextStructure) -> None:
        super().__init__()
        self._structure = structure
        self.embedding = Embedding(structure.vocab_size, structure.d_model)
        self.bias = Embedding(structure.relative_attention_num_buckets, structure.num_heads)
        self.blocks = nn.ModuleList(_Block(structure) for _ in range(structure.num_layers))
        self.norm = _Scale(structure.d_model, structure.layer_norm_epsilon)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Hidden states (batch, length, size) of tokens (batch, length); padded ones, mask 0, are not attended to."""
        x = self.embedding(tokens)
        bias = self._position_bias(tokens.shape[1], tokens.device).to(x.dtype)
        bias = bias + (1 - mask[:, None, None, :].to(x.dtype)) * torch.finfo(x.dtype).min
        for block in self.blocks:
            x = block(x, bias)
        hidden: Tensor = self.norm(x)
        return hidden

    def _position_bias(self, length: int, device: torch.device) -> Tensor:
        """(1, heads, length, length); half of the buckets for what comes later, half of each half logarithmic."""
        here = torch.arange(length, device=device)
        away = here[None, :] - here[:, None]
        half = self._structure.relative_attention_num_buckets // 2
        exact = half // 2
        far = math.log(self._structure.relative_attention_max_distance / exact)
        distance = away.abs()
        grown = exact + (torch.log(distance.clamp(min=1) / exact) / far * (half - exact)).int()
        buckets = torch.where(distance < exact, distance, grown.clamp(max=half - 1)) + (away > 0) * half
        bias: Tensor = self.bias(buckets)
        return bias.permute(2, 0, 1)[None]


class _Scale(nn.Module):
    """T5's layer norm: no mean, no offset."""

    def __init__(self, size: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self._epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        squares = x.float().square().mean(-1, keepdim=True)
        return self.weight * (x * torch.rsqrt(squares + self._epsilon)).to(self.weight.dtype)


class _Block(nn.Module):
    """Self-attention without scaling, then two layers with ReLU; both normalised first and added."""

    def __init__(self, structure: TextStructure) -> None:
        super().__init__()
        inner = structure.num_heads * structure.d_kv
        self._heads = structure.num_heads
        self.attention_norm = _Scale(structure.d_model, structure.layer_norm_epsilon)
        self.q, self.k, self.v = (Linear(structure.d_model, inner, bias=False) for _ in range(3))
        self.o = Linear(inner, structure.d_model, bias=False)
        self.forward_norm = _Scale(structure.d_model, structure.layer_norm_epsilon)
        self.wi = Linear(structure.d_model, structure.d_ff, bias=False)
        self.wo = Linear(structure.d_ff, structure.d_model, bias=False)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        normal = self.attention_norm(x)
        q, k, v = (each(normal).unflatten(-1, (self._heads, -1)).transpose(1, 2) for each in (self.q, self.k, self.v))
        weights = f.softmax((q @ k.transpose(-1, -2) + bias).float(), dim=-1).to(v.dtype)
        x = x + self.o((weights @ v).transpose(1, 2).flatten(-2))
        y: Tensor = x + self.wo(f.relu(self.wi(self.forward_norm(x))))
        return y
