"""What surrounds Octo while it plays: a short memory of pictures, and ways to carry out overlapping chunks."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from scenes.errors import BadAction

Frame = Mapping[str, NDArray[np.uint8]]


class History:
    """The last `window` frames as one observation; before there are so many, the first one stands in for the rest.

    As HistoryWrapper in Octo's gym_wrappers.py: frames that stand in are not marked as real.
    """

    def __init__(self, window: int) -> None:
        self._window = window
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._frames: deque[Frame] = deque(maxlen=self._window)
        self._seen = 0

    def observation(self, frame: Frame) -> dict[str, NDArray[np.uint8] | NDArray[np.bool_]]:
        """Take in pictures (height, width, 3) by name; all of the window as a batch of one, with timestep_pad_mask."""
        self._frames.extend([frame] * (1 if self._frames else self._window))
        self._seen = min(self._seen + 1, self._window)
        real = np.arange(self._window) >= self._window - self._seen
        pictures = {name: np.stack([each[name] for each in self._frames])[None] for name in frame}
        return {**pictures, "timestep_pad_mask": real[None]}


class Ensemble:
    """One action per step: the mean of what the last `chunks` chunks say of it (TemporalEnsembleWrapper)."""

    def __init__(self, chunks: int) -> None:
        self._chunks = chunks
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._kept: deque[NDArray[np.float32]] = deque(maxlen=self._chunks)

    def action(self, chunk: NDArray[np.float32]) -> NDArray[np.float64]:
        """Take in this step's chunk (at least `chunks` actions, numbers); its action, averaged with earlier ones.

        Raises:
            BadAction: the chunk is too short.
        """
        self._kept.append(_long_enough(chunk, self._chunks))
        said = [kept[age] for age, kept in enumerate(reversed(self._kept))]
        mean: NDArray[np.float64] = np.mean(said, axis=0, dtype=np.float64)
        return mean


class RecedingHorizon:
    """The first `steps` actions of a chunk one after the other, then the next chunk (RHCWrapper)."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._left: deque[NDArray[np.float32]] = deque()

    @property
    def wants_chunk(self) -> bool:
        """Whether the next action needs a new chunk first."""
        return not self._left

    def take(self, chunk: NDArray[np.float32]) -> None:
        """Replace what is left by the beginning of a chunk (at least `steps` actions, numbers).

        Raises:
            BadAction: the chunk is too short.
        """
        self._left = deque(_long_enough(chunk, self._steps)[: self._steps])

    def action(self) -> NDArray[np.float32]:
        """The next action.

        Raises:
            BadAction: there is none left.
        """
        if not self._left:
            raise BadAction("All actions of the chunk have been carried out.", hint="Take the next chunk.")
        return self._left.popleft()


def _long_enough(chunk: NDArray[np.float32], steps: int) -> NDArray[np.float32]:
    if len(chunk) < steps:
        raise BadAction(f"A chunk of {len(chunk)} actions.", hint=f"At least {steps} are needed.")
    return chunk
