"""Architecture K: FiLM towers, keypoint tokens, a small transformer and a flow-matching head."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gpu_daemon.policies.proprioception import SIZE as FEELINGS
from gpu_daemon.training.config import CHUNK
from gpu_daemon.training.networks.film_cnn import ACTION
from gpu_daemon.training.networks.seeing import CAMERA_FEATURES, CAMERAS, PLACES, TEXT, Attention, Senses

SIZE, HEADS = 128, 4
CAMERA_TOKENS = 8  # per camera: groups of keypoints and of grid cells
READERS, MOVERS = 2, 3  # transformer blocks over the tokens, and over the actions
STEPS = 6  # of Euler's method from noise to actions
SPREAD = 0.4  # what the flow is measured in: about the standard deviation of the movements
PLACE_WEIGHT = 0.3


class Block(nn.Module):
    """One transformer block; with `crossing` its tokens also look at others."""

    def __init__(self, crossing: bool) -> None:
        super().__init__()
        self.own, self.own_norm = Attention(SIZE, HEADS), nn.LayerNorm(SIZE)
        self.cross = Attention(SIZE, HEADS) if crossing else None
        self.cross_norm, self.norm = nn.LayerNorm(SIZE), nn.LayerNorm(SIZE)
        self.mlp = nn.Sequential(nn.Linear(SIZE, 3 * SIZE), nn.GELU(approximate="tanh"), nn.Linear(3 * SIZE, SIZE))

    def forward(self, tokens: Tensor, others: Tensor) -> Tensor:
        """(b, n, SIZE) -> the same shape."""
        normal = self.own_norm(tokens)
        tokens = tokens + self.own(normal, normal)
        if self.cross is not None:
            tokens = tokens + self.cross(self.cross_norm(tokens), others)
        answer: Tensor = tokens + self.mlp(self.norm(tokens))
        return answer


class Flow(nn.Module):
    """Acts by sampling: a learned velocity carries noise to a chunk of actions."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.senses = Senses(words)
        self.seen_in = nn.Linear(CAMERA_FEATURES // CAMERA_TOKENS, SIZE)
        self.felt_in, self.text_in, self.placed_in = (nn.Linear(n, SIZE) for n in (FEELINGS, TEXT, PLACES))
        self.token_places = nn.Parameter(0.1 * torch.randn(1, CAMERAS * CAMERA_TOKENS + 3, SIZE))
        self.readers = nn.ModuleList([Block(False) for _ in range(READERS)])
        self.action_in, self.time_in = nn.Linear(ACTION, SIZE), nn.Linear(2 * 8, SIZE)
        self.action_places = nn.Parameter(0.1 * torch.randn(1, CHUNK, SIZE))
        self.movers = nn.ModuleList([Block(True) for _ in range(MOVERS)])
        self.out = nn.Sequential(nn.LayerNorm(SIZE), nn.Linear(SIZE, ACTION))

    def forward(self, front: Tensor, wrist: Tensor, feelings: Tensor, words: Tensor, noise: Tensor) -> Tensor:
        """The next actions, (b, CHUNK, 7), that this noise (b, CHUNK, 7) is carried to."""
        tokens, _ = self._tokens(front, wrist, feelings, words)
        actions = noise
        for step in range(STEPS):
            time = torch.full_like(actions[:, 0, :1], step / STEPS)
            actions = actions + self._velocity(actions, time, tokens) / STEPS
        return (actions * SPREAD).clamp(-1, 1)

    def losses(
        self, seen: tuple[Tensor, Tensor, Tensor, Tensor], chunks: Tensor, valid: Tensor, places: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What is minimised, and its parts without weights: of the velocities and of the places."""
        tokens, located = self._tokens(*seen)
        wanted = chunks / SPREAD
        noise, time = torch.randn_like(wanted), torch.rand(len(wanted), 1)
        between = (1 - time[:, None]) * noise + time[:, None] * wanted
        error = (self._velocity(between, time, tokens) - (wanted - noise)).square().mean(2)
        counted = valid.float()
        flow = (error * counted).sum() / counted.sum().clamp(min=1.0)
        place = (located - places).abs().mean()
        return flow + PLACE_WEIGHT * place, flow, place

    def _tokens(self, front: Tensor, wrist: Tensor, feelings: Tensor, words: Tensor) -> tuple[Tensor, Tensor]:
        features, text, places = self.senses(front, wrist, feelings, words)
        groups = features.reshape(-1, CAMERAS * CAMERA_TOKENS, CAMERA_FEATURES // CAMERA_TOKENS)
        others = (self.felt_in(feelings), self.text_in(text), self.placed_in(places))
        tokens = torch.cat([self.seen_in(groups), torch.stack(others, 1)], 1) + self.token_places
        for block in self.readers:
            tokens = block(tokens, tokens)
        return tokens, places

    def _velocity(self, actions: Tensor, time: Tensor, tokens: Tensor) -> Tensor:
        """Of actions (b, CHUNK, 7) at times (b, 1) between 0, noise, and 1."""
        waves = time * (2.0 ** torch.arange(8)) * torch.pi / 2
        moment = self.time_in(torch.cat([waves.sin(), waves.cos()], 1)).unsqueeze(1)
        moving = self.action_in(actions) + self.action_places + moment
        for block in self.movers:
            moving = block(moving, tokens)
        velocity: Tensor = self.out(moving)
        return velocity.float()
