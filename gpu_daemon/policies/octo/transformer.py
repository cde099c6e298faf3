"""Octo's transformer: pre-norm layers, of which the last is computed only where its answer is read."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as f

from gpu_daemon.policies.octo.blank import Linear
from gpu_daemon.policies.octo.packed import Product
from gpu_daemon.policies.octo.plan import Part
from gpu_daemon.policies.octo.structure import Transformer

EPSILON = 1e-6  # of flax's LayerNorm and GroupNorm
_ROWS = 673  # of Octo-Small's usual sequence


class LayerWeights(nn.Module):
    """A layer's weights, as they are read from the file."""

    def __init__(self, width: int, sizes: Transformer) -> None:
        super().__init__()
        self.heads = sizes.num_attention_heads
        self.attention_norm = nn.LayerNorm(width, eps=EPSILON)
        self.query, self.key, self.value, self.out = (Linear(width, width) for _ in range(4))
        self.forward_norm = nn.LayerNorm(width, eps=EPSILON)
        self.wide, self.narrow = Linear(width, sizes.mlp_dim), Linear(sizes.mlp_dim, width)


class _Perceptron:
    """What follows attention in a layer: its answer and a wider layer's, each added."""

    def __init__(self, weights: LayerWeights) -> None:
        self._out, self._norm = Product([weights.out], _ROWS), weights.forward_norm
        self._wide, self._narrow = Product([weights.wide], _ROWS), Product([weights.narrow], _ROWS)

    def __call__(self, mixed: Tensor, x: Tensor) -> Tensor:
        x = self._out.added(mixed, x)
        return self._narrow.added(self._wide.activated(self._norm(x)), x)


class Layer:
    """One pre-norm layer at all rows."""

    def __init__(self, weights: LayerWeights) -> None:
        self._heads, self._norm = weights.heads, weights.attention_norm
        self._inputs = Product([weights.query, weights.key, weights.value], _ROWS)
        self._perceptron = _Perceptron(weights)

    def __call__(self, x: Tensor, parts: Sequence[Part], before: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Rows (batch, rows, width) in these parts, and the keys and values (batch, rows, 2 width) that they saw.

        `before` are those of tokens that come before these rows.
        """
        q, known = torch.split(self._inputs(self._norm(x)), [x.shape[-1], 2 * x.shape[-1]], -1)
        if before is not None:
            known = torch.cat([before, known], 1)
        (q,), (k, v) = split(q, self._heads, 1), split(known, self._heads, 2)
        mixed = [
            f.scaled_dot_product_attention(
                q[:, :, part.rows], k[:, :, : part.end], v[:, :, : part.end], attn_mask=part.hidden
            ).transpose(1, 2)
            for part in parts
        ]
        return self._perceptron(torch.cat(mixed, 1).flatten(-2), x), known


class LastLayer:
    """The last layer, at the few rows that are read.

    There, q (K n + b) = (q K) n + q b and the mean of V n + b is V times the mean of n, plus b: so keys and values of
    the many tokens n are never computed, and q b, which is alike for all of them, makes no difference to a softmax.
    """

    def __init__(self, weights: LayerWeights) -> None:
        self._heads, self._norm = weights.heads, weights.attention_norm
        self._query = Product([weights.query], 1)
        self._key, self._value = (
            each.weight.reshape(self._heads, -1, each.in_features) for each in (weights.key, weights.value)
        )
        self._bias = weights.value.bias
        self._perceptron = _Perceptron(weights)

    def normal(self, x: Tensor) -> Tensor:
        """What others look at of these rows."""
        y: Tensor = self._norm(x)
        return y

    def __call__(self, x: Tensor, rows: Tensor, hidden: Tensor | None, before: Tensor | None = None) -> Tensor:
        """The layer at these rows of x (batch, all, width); `before` is what is seen of tokens before them."""
        normal = self.normal(x)
        seen = normal if before is None else torch.cat([before, normal], 1)
        (q,) = split(self._query(normal[:, rows]), self._heads, 1)
        turned = (q @ self._key).flatten(1, 2)  # (batch, heads x rows, width)
        scores = (turned @ seen.transpose(1, 2)).reshape(*q.shape[:3], -1) / q.shape[-1] ** 0.5
        weights = f.softmax(scores if hidden is None else scores + hidden, dim=-1)
        means = (weights.flatten(1, 2) @ seen).reshape(*q.shape[:3], -1)
        mixed = (means @ self._value.transpose(1, 2)).transpose(1, 2).flatten(-2) + self._bias
        return self._perceptron(mixed, x[:, rows])


def split(x: Tensor, heads: int, count: int) -> list[Tensor]:
    """x (batch, rows, count x width) as count times (batch, heads, rows, width of a head)."""
    parts = x.reshape(*x.shape[:2], count, heads, -1)
    return [parts[:, :, number].transpose(1, 2) for number in range(count)]
