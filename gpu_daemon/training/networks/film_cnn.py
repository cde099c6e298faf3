"""Architecture A: FiLM-CNN with spatial-softmax keypoints and an MLP that answers with a whole chunk."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from gpu_daemon.policies.proprioception import SIZE as FEELINGS
from gpu_daemon.training.config import CHUNK
from gpu_daemon.training.networks.seeing import CAMERA_FEATURES, CAMERAS, PLACES, TEXT, Senses

ACTION = 7
GRIPPER_WEIGHT, PLACE_WEIGHT = 0.1, 0.3


class FilmCnn(nn.Module):
    """Acts by regression: the median of what the expert would do."""

    def __init__(self, words: int, hidden: int = 512) -> None:
        super().__init__()
        self.senses = Senses(words)
        given = CAMERAS * CAMERA_FEATURES + FEELINGS + TEXT + PLACES
        self.head = nn.Sequential(
            nn.Linear(given, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, CHUNK * ACTION)
        )

    def forward(self, front: Tensor, wrist: Tensor, feelings: Tensor, words: Tensor) -> Tensor:
        """The next actions, (b, CHUNK, 7), each number between -1 and 1."""
        raw, _ = self._answer(front, wrist, feelings, words)
        return torch.cat([raw[..., :6].clamp(-1, 1), torch.tanh(raw[..., 6:])], 2)

    def losses(
        self, seen: tuple[Tensor, Tensor, Tensor, Tensor], chunks: Tensor, valid: Tensor, places: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What is minimised, and its parts without weights: of the actions and of the places."""
        raw, located = self._answer(*seen)
        counted = valid.unsqueeze(2).float()
        total = counted.sum().clamp(min=1.0)
        moves = ((raw[..., :6] - chunks[..., :6]).abs() * counted).sum() / (6 * total)
        opened = (chunks[..., 6] > 0).float()
        grip = functional.binary_cross_entropy_with_logits(2 * raw[..., 6], opened, reduction="none")
        gripping = (grip * valid.float()).sum() / total
        place = (located - places).abs().mean()
        actions = moves + GRIPPER_WEIGHT * gripping
        return actions + PLACE_WEIGHT * place, actions, place

    def _answer(self, front: Tensor, wrist: Tensor, feelings: Tensor, words: Tensor) -> tuple[Tensor, Tensor]:
        features, text, places = self.senses(front, wrist, feelings, words)
        raw = self.head(torch.cat([features.flatten(1), feelings, text, places], 1))
        return raw.reshape(-1, CHUNK, ACTION).float(), places
