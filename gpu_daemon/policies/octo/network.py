"""Octo's network: pictures and words become tokens, a transformer mixes them, readouts are read off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as f

from gpu_daemon.policies.octo.blank import Convolution, Linear
from gpu_daemon.policies.octo.head import ScoreNetwork
from gpu_daemon.policies.octo.structure import Camera, Stem, Structure, Transformer
from gpu_daemon.policies.octo.words import TextEncoder, TextStructure

_EPSILON = 1e-6  # of flax's LayerNorm and GroupNorm
_GROUPS = 32  # of flax's GroupNorm
Part = tuple[slice, int]  # consecutive tokens, and the end of what any of them may look at


class PictureStem(nn.Module):
    """Octo's SmallStem; its kernels are standardised when they are loaded."""

    def __init__(self, stem: Stem, channels: int) -> None:
        super().__init__()
        sizes = (channels, *stem.features)
        self.convolutions = nn.ModuleList(
            Convolution(before, after, kernel, stride, padding)
            for before, after, kernel, stride, padding in zip(
                sizes, stem.features, stem.kernel_sizes, stem.strides, stem.padding, strict=False
            )
        )
        self.norms = nn.ModuleList(nn.GroupNorm(_GROUPS, size, eps=_EPSILON) for size in stem.features)
        patch = stem.patch_size // 16
        self.embedding = Convolution(sizes[-1], stem.num_features, patch, patch)

    def forward(self, pictures: Tensor) -> Tensor:
        """uint8 (pictures, height, width, channels) -> (pictures, tokens, features), row by row."""
        x = pictures.permute(0, 3, 1, 2).to(self.embedding.weight.dtype) / 127.5 - 1
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = f.relu(norm(convolution(x)))
        tokens: Tensor = self.embedding(x)
        return tokens.flatten(2).transpose(1, 2)


class _Layer(nn.Module):
    def __init__(self, width: int, sizes: Transformer) -> None:
        super().__init__()
        self._heads = sizes.num_attention_heads
        self.attention_norm = nn.LayerNorm(width, eps=_EPSILON)
        self.query, self.key, self.value, self.out = (Linear(width, width) for _ in range(4))
        self.forward_norm = nn.LayerNorm(width, eps=_EPSILON)
        self.wide, self.narrow = Linear(width, sizes.mlp_dim), Linear(sizes.mlp_dim, width)

    def forward(self, x: Tensor, mask: Tensor, parts: Sequence[Part]) -> Tensor:
        """One pre-norm layer at the tokens of these parts alone; `mask` is added to the scores."""
        normal = self.attention_norm(x)
        k, v = self._split(self.key(normal)), self._split(self.value(normal))
        mixed = []
        for rows, end in parts:
            q, hidden = self._split(self.query(normal[:, rows])), mask[:, :, rows, :end]
            mixed.append(f.scaled_dot_product_attention(q, k[:, :, :end], v[:, :, :end], attn_mask=hidden))
        x = torch.cat([x[:, rows] for rows, _ in parts], 1)
        x = x + self.out(torch.cat(mixed, 2).transpose(1, 2).flatten(-2))
        y: Tensor = x + self.narrow(f.gelu(self.wide(self.forward_norm(x)), approximate="tanh"))
        return y

    def _split(self, x: Tensor) -> Tensor:
        heads: Tensor = x.reshape(*x.shape[:2], self._heads, -1)
        return heads.transpose(1, 2)


class Network(nn.Module):
    """All weights of an Octo model; `tokens` says how many tokens a picture of each camera has."""

    def __init__(self, structure: Structure, text: TextStructure, tokens: Mapping[str, int]) -> None:
        super().__init__()
        width, horizon, sizes = structure.width, structure.horizon, structure.transformer
        self.text = TextEncoder(text)
        self.language = Linear(text.d_model, width)
        self.language_places = nn.Parameter(torch.empty(1, structure.words, width))
        self.stems = nn.ModuleDict({each.name: PictureStem(each.stem, channels(each)) for each in structure.cameras})
        self.cameras = nn.ModuleDict({each.name: Linear(each.stem.num_features, width) for each in structure.cameras})
        self.camera_places = _tables(dict(tokens), horizon, width)
        self.readout_places = _tables(structure.readouts, horizon, width)
        self.layers = nn.ModuleList(_Layer(width, sizes) for _ in range(sizes.num_layers))
        self.norm = nn.LayerNorm(width, eps=_EPSILON)
        self.score = ScoreNetwork(structure.head, width)

    def picture_tokens(self, camera: str, pictures: Tensor) -> Tensor:
        """uint8 (batch, window, height, width, channels) -> tokens (batch, window, tokens, width) in their places."""
        batch, window = pictures.shape[:2]
        tokens: Tensor = self.cameras[camera](self.stems[camera](pictures.flatten(0, 1)))
        place: Tensor = self.camera_places[camera]
        return tokens.reshape(batch, window, *tokens.shape[1:]) + place[:, :window]

    def mixed(self, tokens: Tensor, mask: Tensor, parts: Sequence[Part], wanted: Sequence[Part]) -> Tensor:
        """The transformer over (batch, tokens, width), all of it in these parts; its answer at the wanted ones.

        `mask` (batch, 1, tokens, tokens) is True where one may look; what may not be looked at gets the most negative
        number, as in flax's attention.
        """
        hidden = torch.zeros(mask.shape, dtype=tokens.dtype, device=tokens.device)
        hidden = hidden.masked_fill(~mask, torch.finfo(tokens.dtype).min)
        for layer in self.layers[:-1]:
            tokens = layer(tokens, hidden, parts)
        normal: Tensor = self.norm(self.layers[-1](tokens, hidden, wanted))
        return normal


def channels(camera: Camera) -> int:
    """Colours of the observed and the goal pictures that one tokenizer stacks."""
    return 3 * (len(camera.observed) + len(camera.goals))


def _tables(tokens: Mapping[str, int], horizon: int, width: int) -> nn.ParameterDict:
    return nn.ParameterDict(
        {name: nn.Parameter(torch.empty(1, horizon, count, width)) for name, count in tokens.items()}
    )
