"""Meeting: where training processes average their weights."""

from __future__ import annotations

from multiprocessing.context import SpawnContext

import numpy as np
from numpy.typing import NDArray

PATIENCE = 600.0  # [s] until the others count as gone


class Meeting:
    """Shared by the processes of one training; handed over when they are started."""

    def __init__(self, context: SpawnContext, ranks: int, weights: int) -> None:
        self._barrier = context.Barrier(ranks)
        self._rows = context.RawArray("f", ranks * weights)
        self._shape = (ranks, weights)
        self._stopping = context.RawValue("b", 0)

    @property
    def stopping(self) -> bool:
        """Whether all are to stop after the averaging that comes next."""
        return bool(self._stopping.value)

    def announce_stop(self) -> None:
        """Said by the leading process between two averagings."""
        self._stopping.value = 1

    def average(self, rank: int, weights: NDArray[np.float32]) -> tuple[NDArray[np.float32], bool]:
        """The mean of everybody's weights, and whether to stop now.

        Raises:
            threading.BrokenBarrierError: another process has gone.
        """
        rows = np.frombuffer(self._rows, np.float32).reshape(self._shape)
        rows[rank] = weights
        self.wait()
        mean, stopping = rows.mean(0), self.stopping
        self.wait()
        return mean, stopping

    def wait(self) -> None:
        """Until everybody is here.

        Raises:
            threading.BrokenBarrierError: another process has gone.
        """
        self._barrier.wait(PATIENCE)

    def leave(self) -> None:
        """Send the others home."""
        self._barrier.abort()
