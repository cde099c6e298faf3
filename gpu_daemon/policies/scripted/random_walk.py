"""A policy that wanders: what success costs nothing to reach by chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenes.models import ModelCard
from scenes.policy import Observation

_KEPT = 0.7  # of the last velocity
_SPREAD = np.array([0.35, 0.35, 0.35, 0.08, 0.08, 0.15])  # of the fresh part
_TURNS_OVER = 0.05  # chance per action that the gripper opens or closes


class RandomWalk:
    """A first-order random walk of the end effector; every number comes from PCG64(seed)."""

    def __init__(self, card: ModelCard) -> None:
        self._chunk = card.chunk
        self.reset("", 0)

    def reset(self, instruction: str, seed: int) -> None:
        """Begin a new walk; the instruction changes nothing."""
        self._generator = np.random.Generator(np.random.PCG64(seed))
        self._velocity = np.zeros(6)
        self._gripper = 1.0

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """The next actions, shape (chunk, 7); the observation changes nothing."""
        return np.stack([self._next() for _ in range(self._chunk)])

    def close(self) -> None:
        """Nothing is held."""

    def _next(self) -> NDArray[np.float32]:
        fresh = self._generator.standard_normal(6, dtype=np.float32) * _SPREAD
        self._velocity = _KEPT * self._velocity + fresh
        if self._generator.random(dtype=np.float32) < _TURNS_OVER:
            self._gripper = -self._gripper
        action: NDArray[np.float32] = np.append(self._velocity, self._gripper).astype(np.float32)
        return action.clip(-1.0, 1.0)
