"""Octo's diffusion head: a score network and twenty steps from noise to actions, as in its diffusion.py."""

from __future__ import annotations

import math

import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as f

from gpu_daemon.policies.octo.blank import Linear
from gpu_daemon.policies.octo.structure import Head

_OFFSET, _LARGEST = 0.008, 0.999  # s and the bound of the cosine schedule of arXiv:2102.09672


class Schedule(Struct, frozen=True):
    """How much noise every diffusion step adds; float32 throughout, as the reference computes it."""

    betas: NDArray[np.float32]
    alphas: NDArray[np.float32]
    alpha_hats: NDArray[np.float32]


def cosine_schedule(steps: int) -> Schedule:
    """The cosine schedule of so many steps."""
    t = np.linspace(0, steps, steps + 1, dtype=np.float32) / np.float32(steps)
    offset, half_turn = np.float32(_OFFSET), np.float32(np.pi) * np.float32(0.5)
    kept = np.cos((t + offset) / (1 + offset) * half_turn, dtype=np.float32) ** 2
    kept = kept / kept[0]
    betas = np.clip(1 - kept[1:] / kept[:-1], 0, np.float32(_LARGEST)).astype(np.float32)
    return Schedule(betas, 1 - betas, np.cumprod(1 - betas, dtype=np.float32))


class ScoreNetwork(nn.Module):
    """The noise in a chunk, from the readout, the noisy chunk and the diffusion step."""

    def __init__(self, head: Head, width: int) -> None:
        super().__init__()
        self.frequencies = nn.Parameter(torch.empty(head.time_dim // 2, 1))
        self.time = nn.ModuleList(
            [Linear(2 * (head.time_dim // 2), 2 * head.time_dim), Linear(2 * head.time_dim, head.time_dim)]
        )
        self.entry = Linear(head.time_dim + width + head.size, head.hidden_dim)
        self.blocks = nn.ModuleList(_Residual(head.hidden_dim) for _ in range(head.num_blocks))
        self.exit = Linear(head.hidden_dim, head.size)

    def forward(self, x: Tensor, t: Tensor, embedding: Tensor) -> Tensor:
        """x (..., chunk numbers), t (..., 1), embedding (..., width) -> (..., chunk numbers)."""
        return self.noise(x, self.entered(t, embedding))

    def entered(self, t: Tensor, embedding: Tensor) -> Tensor:
        """What the first layer makes of all but the chunk, which is alike however noisy that is (..., size)."""
        angles = 2 * math.pi * t @ self.frequencies.T
        time = torch.cat([torch.cos(angles), torch.sin(angles)], -1)
        time = self.time[1](f.silu(self.time[0](time)))
        given = torch.cat([time, embedding.expand(*time.shape[:-1], -1)], -1)
        return f.linear(given, self.entry.weight[:, : given.shape[-1]], self.entry.bias)

    def noise(self, x: Tensor, entered: Tensor) -> Tensor:
        """The noise in x (..., chunk numbers), from what the first layer makes of the rest."""
        hidden = entered + f.linear(x, self.entry.weight[:, -x.shape[-1] :])
        for block in self.blocks:
            hidden = block(hidden)
        noise: Tensor = self.exit(f.silu(hidden))
        return noise


class _Residual(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(size, eps=1e-6)
        self.wide, self.narrow = Linear(size, 4 * size), Linear(4 * size, size)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.narrow(f.silu(self.wide(self.norm(x))))
        return y


def denoised(network: ScoreNetwork, head: Head, embedding: Tensor, noise: tuple[Tensor, Tensor], size: int) -> Tensor:
    """A chunk (batch, action_horizon, action_dim) from noise, as in DiffusionActionHead.predict_action.

    `embedding` is (batch, width); `noise` is x_T (batch, numbers) and z (steps, batch, numbers) in the order used.
    Numbers of an action beyond the embodiment's `size` are held at the noise they had in training.
    """
    schedule = cosine_schedule(head.diffusion_steps)
    x, z = noise
    used = torch.arange(head.action_dim, device=x.device).repeat(head.action_horizon) < size
    times = torch.arange(head.diffusion_steps, dtype=x.dtype, device=x.device)[:, None, None]
    entered = network.entered(times.expand(-1, len(x), -1), embedding)
    for fresh, t in zip(z, reversed(range(head.diffusion_steps)), strict=True):
        beta, alpha, alpha_hat = schedule.betas[t], schedule.alphas[t], schedule.alpha_hats[t]
        score = network.noise(x, entered[t])
        x = float(1 / np.sqrt(alpha)) * (x - float((1 - alpha) / np.sqrt(1 - alpha_hat)) * score)
        if t > 0:
            x = x + float(np.sqrt(beta)) * fresh
        x = x.clamp(-head.max_action, head.max_action)
        x = torch.where(used, x, float(np.sqrt(1 - alpha_hat)) * fresh)
    return x.reshape(-1, head.action_horizon, head.action_dim)
