"""A vision transformer as timm 0.9 computes DINOv2 (with registers) and SigLIP, up to its second to last block.

Names of weights are timm's, but for layer scale (`scale_factor`), which OpenVLA's export renamed. The last block, the
final norm and SigLIP's pooling are stored but never computed: OpenVLA reads patches before them.
"""

from __future__ import annotations

import torch
from msgspec import Struct
from torch import Tensor, nn
from torch.nn import functional

EPSILON = 1e-6  # of layer norms, timm's vision_transformer.py


class Dimensions(Struct, frozen=True, kw_only=True):
    """The size of one tower."""

    width: int
    depth: int  # blocks
    heads: int
    hidden: int  # of the two-layer perceptron in each block
    patch: int  # [pixels]
    registers: int = 0
    class_token: bool = False
    scaled: bool = False  # layer scale
    pooled: bool = False  # has SigLIP's attention pooling


class Tower(nn.Module):
    """One tower for pictures of `size` pixels each way."""

    def __init__(self, dimensions: Dimensions, size: int) -> None:
        super().__init__()
        width, patches = dimensions.width, (size // dimensions.patch) ** 2
        self.patch_embed = _Patches(dimensions)
        self.pos_embed = nn.Parameter(torch.empty(1, patches, width))
        self.cls_token = nn.Parameter(torch.empty(1, 1, width)) if dimensions.class_token else None
        self.reg_token = nn.Parameter(torch.empty(1, dimensions.registers, width)) if dimensions.registers else None
        self.blocks = nn.ModuleList(_Block(dimensions) for _ in range(dimensions.depth))
        self.norm = nn.LayerNorm(width, EPSILON)
        self.attn_pool = _Pooling(dimensions) if dimensions.pooled else None

    def forward(self, pictures: Tensor) -> Tensor:
        """Patches (batch, n, width) after the second to last block, of pictures (batch, 3, size, size)."""
        tokens: Tensor = self.patch_embed(pictures) + self.pos_embed
        extra = [each for each in (self.cls_token, self.reg_token) if each is not None]
        tokens = torch.cat([*(each.expand(len(tokens), -1, -1) for each in extra), tokens], 1)
        for block in list(self.blocks)[:-1]:
            tokens = block(tokens)
        return tokens[:, sum(each.shape[1] for each in extra) :]


class _Patches(nn.Module):
    def __init__(self, dimensions: Dimensions) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, dimensions.width, dimensions.patch, dimensions.patch)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.proj(pictures).flatten(2).transpose(1, 2)  # type: ignore[no-any-return]


class _Block(nn.Module):
    def __init__(self, dimensions: Dimensions) -> None:
        super().__init__()
        width = dimensions.width
        self.norm1 = nn.LayerNorm(width, EPSILON)
        self.attn = _Attention(width, dimensions.heads)
        self.ls1 = _Scale(width) if dimensions.scaled else nn.Identity()
        self.norm2 = nn.LayerNorm(width, EPSILON)
        self.mlp = _Perceptron(width, dimensions.hidden)
        self.ls2 = _Scale(width) if dimensions.scaled else nn.Identity()

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens)))
        return tokens + self.ls2(self.mlp(self.norm2(tokens)))  # type: ignore[no-any-return]


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        batch, count, width = tokens.shape
        split = self.qkv(tokens).reshape(batch, count, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = functional.scaled_dot_product_attention(query, key, value)
        return self.proj(mixed.transpose(1, 2).reshape(batch, count, width))  # type: ignore[no-any-return]


class _Scale(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.scale_factor = nn.Parameter(torch.empty(width))

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens * self.scale_factor


class _Perceptron(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.fc2(functional.gelu(self.fc1(tokens)))  # type: ignore[no-any-return]


class _Pooling(nn.Module):
    """Stored in the checkpoint, never computed."""

    def __init__(self, dimensions: Dimensions) -> None:
        super().__init__()
        width = dimensions.width
        self.latent = nn.Parameter(torch.empty(1, 1, width))
        self.q = nn.Linear(width, width)
        self.kv = nn.Linear(width, 2 * width)
        self.proj = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, EPSILON)
        self.mlp = _Perceptron(width, dimensions.hidden)
