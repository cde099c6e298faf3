"""Which action comes next: action chunks carried out one after the other, or averaged where they overlap."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scenes.models import ModelCard

Actions = NDArray[np.float32]


class ActionQueue:
    """Asks for an action chunk when it needs one. Every chunk is (chunk, size) in the card's raw units."""

    def __init__(self, card: ModelCard) -> None:
        self._execute = card.execute
        self._waiting: deque[Actions] = deque()
        self._chunks: deque[Actions] = deque(maxlen=card.ensemble)  # the newest last

    def next(self, infer: Callable[[], Actions]) -> Actions:
        """The next action, shape (size,); `infer` gives a chunk where one is wanting.

        With `card.ensemble` above 1 the policy is asked at every step, and the action is the mean of what the last so
        many chunks say about this step, as in octo's TemporalEnsembleWrapper with its weights all equal.
        """
        if self._chunks.maxlen != 1:
            self._chunks.append(infer())
            about_now = [chunk[age] for age, chunk in enumerate(reversed(self._chunks)) if age < len(chunk)]
            mean: Actions = np.asarray(np.mean(about_now, axis=0, dtype=np.float64), np.float32)
            return mean
        if not self._waiting:
            self._waiting.extend(infer()[: self._execute])
        return self._waiting.popleft()
