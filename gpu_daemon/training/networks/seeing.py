"""Seeing: an instruction modulates a small convolutional tower per camera, which answers with keypoints."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from gpu_daemon.policies.proprioception import SIZE as FEELINGS
from scenes.words import FIRST, MAX_WORDS, NOTHING

TEXT = 64  # numbers that stand for an instruction
CHANNELS = (24, 40, 48, 64)
KEYPOINTS = CHANNELS[-1]
GRID = 4  # cells along a side of the coarse picture
GRID_CHANNELS = 8
CAMERA_FEATURES = 2 * KEYPOINTS + GRID_CHANNELS * GRID * GRID
CAMERAS = 2
PLACES = 6  # object and target, x y z each


class Attention(nn.Module):
    """Multi-head attention written out: on a CPU and for few tokens twice as fast as the fused operator."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key_value = nn.Linear(size, size), nn.Linear(size, 2 * size)
        self.out = nn.Linear(size, size)

    def forward(self, asking: Tensor, asked: Tensor, hidden: Tensor | None = None) -> Tensor:
        """(b, n, size) from queries (b, n, size) and tokens (b, m, size); `hidden` (b, m) marks tokens left out."""
        size, each = asking.shape[2], asking.shape[2] // self.heads
        query = self.query(asking).reshape(-1, asking.shape[1], self.heads, each).transpose(1, 2)
        pairs = self.key_value(asked).reshape(-1, asked.shape[1], 2, self.heads, each)
        key, value = pairs[:, :, 0].transpose(1, 2), pairs[:, :, 1].transpose(1, 2)
        scores = (query @ key.transpose(2, 3)) * each**-0.5
        if hidden is not None:
            scores = scores.masked_fill(hidden[:, None, None, :], -1e4)
        mixed = scores.softmax(-1) @ value
        answer: Tensor = self.out(mixed.transpose(1, 2).reshape(-1, asking.shape[1], size))
        return answer


class Reading(nn.Module):
    """Word numbers (b, MAX_WORDS) -> (b, TEXT): embeddings, one attention block, the mean over the words."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(FIRST + words, TEXT)
        self.places = nn.Parameter(0.1 * torch.randn(1, MAX_WORDS, TEXT))
        self.norm, self.attention = nn.LayerNorm(TEXT), Attention(TEXT, 4)
        self.out = nn.Sequential(nn.LayerNorm(TEXT), nn.Linear(TEXT, TEXT), nn.ReLU())

    def forward(self, words: Tensor) -> Tensor:
        """What the instruction means."""
        hidden = words == NOTHING
        tokens = self.embedding(words) + self.places
        normal = self.norm(tokens)
        tokens = tokens + self.attention(normal, normal, hidden)
        kept = (~hidden).to(tokens.dtype).unsqueeze(2)
        mean = (tokens * kept).sum(1) / kept.sum(1).clamp(min=1.0)
        answer: Tensor = self.out(mean)
        return answer


class Tower(nn.Module):
    """One camera's picture (b, 3, 96, 96) and the text (b, TEXT) -> keypoints (b, 64, 2) and grid features (b, 128).

    The instruction modulates (FiLM) the last two layers only: at full size that costs more than the convolution.
    """

    def __init__(self) -> None:
        super().__init__()
        one, two, three, four = CHANNELS
        self.layers = nn.ModuleList(
            [
                nn.Conv2d(3, one, 5, 2, 2),
                nn.Conv2d(one, two, 3, 2, 1),
                nn.Conv2d(two, three, 3, 1, 1),
                nn.Conv2d(three, four, 3, 1, 1),
            ]
        )
        for layer in self.layers:
            nn.init.kaiming_normal_(layer.get_parameter("weight"), nonlinearity="relu")
        self.film = nn.ModuleList([nn.Linear(TEXT, 2 * channels) for channels in CHANNELS[2:]])
        self.grid = nn.Conv2d(four, GRID_CHANNELS, 1)
        self.sharpness = nn.Parameter(torch.ones(KEYPOINTS))

    def forward(self, picture: Tensor, text: Tensor) -> tuple[Tensor, Tensor]:
        """Where the features that matter for this instruction are."""
        seen = picture
        for layer in self.layers[:2]:
            seen = functional.relu(layer(seen))
        for layer, film in zip(self.layers[2:], self.film, strict=True):
            scale, shift = film(text).unsqueeze(2).unsqueeze(3).chunk(2, 1)
            seen = functional.relu(layer(seen) * (1 + scale) + shift)
        coarse = functional.avg_pool2d(self.grid(seen), seen.shape[3] // GRID).flatten(1)
        return self._keypoints(seen.float()), coarse.float()

    def _keypoints(self, seen: Tensor) -> Tensor:
        """The mean place of each channel under a softmax over the picture, in -1 .. 1."""
        height, width = seen.shape[2:]
        down, across = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
        places = torch.stack([across.flatten(), down.flatten()], 1)
        weights = (seen.flatten(2) * self.sharpness[:, None]).softmax(2)
        return weights @ places


class Senses(nn.Module):
    """Both pictures, the arm's own state and the words -> what the heads act upon, and where the object is."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.reading = Reading(words)
        self.front, self.wrist = Tower(), Tower()
        self.locating = nn.Sequential(
            nn.Linear(CAMERAS * CAMERA_FEATURES + FEELINGS, 192), nn.ReLU(), nn.Linear(192, PLACES)
        )

    def forward(self, front: Tensor, wrist: Tensor, feelings: Tensor, words: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Camera features (b, 2, 256), text (b, TEXT) and places (b, 6) in units of `PLACE_UNIT`."""
        text = self.reading(words)
        features = [
            torch.cat([keypoints.flatten(1), coarse], 1)
            for keypoints, coarse in (self.front(_levelled(front), text), self.wrist(_levelled(wrist), text))
        ]
        text = text.float()
        places = self.locating(torch.cat([*features, feelings], 1))
        return torch.stack(features, 1), text, places.float()


def _levelled(picture: Tensor) -> Tensor:
    """(b, 96, 96, 3) in 0 .. 255 -> (b, 3, 96, 96) around 0."""
    return picture.permute(0, 3, 1, 2).float() * (1 / 64) - 2
