"""A guesser: logistic regression on numbers, fitted to the first half of the battles, tried on the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
_TELLING = 12  # traces that it looks at: those that follow the label best in the half it learns from
_RIDGE = 1.0  # on standardised features
_ROUNDS = 30
_FARTHEST = 4.0  # standard deviations
_SIGMAS = 3.16  # a coin goes beyond so many in 8 of 10,000 tries


@dataclass(frozen=True)
class Score:
    right: int
    tried: int

    @property
    def accuracy(self) -> float:
        return self.right / self.tried

    @property
    def interval(self) -> tuple[float, float]:
        """95 % (Wilson)."""
        n, p, z = self.tried, self.accuracy, 1.96
        middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return float((middle - half) / (1 + z * z / n)), float((middle + half) / (1 + z * z / n))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.right} of {self.tried} right: {self.accuracy:.1%}, 95 % interval {low:.1%} to {high:.1%}"


def chance_bound(tried: int) -> float:
    """What a coin reaches at most, but for 8 times in 10,000: 55 % for 1,000 tries."""
    return 0.5 + _SIGMAS * 0.5 / float(np.sqrt(tried))


def guessed(features: Numbers, labels: NDArray[np.bool_]) -> Score:
    """How often the labels of the second half are guessed from features, shape (battles, features)."""
    half = len(labels) // 2
    middle, spread = features[:half].mean(axis=0), features[:half].std(axis=0)
    varying = spread > 1e-12 * np.maximum(1.0, np.abs(middle))
    standard = ((features - middle)[:, varying] / spread[varying]).clip(-_FARTHEST, _FARTHEST)
    follows = np.abs(standard[:half].T @ (labels[:half] - labels[:half].mean()))
    chosen = standard[:, np.argsort(-follows)[:_TELLING]]
    chosen = np.column_stack([np.ones(len(chosen)), chosen])
    guesses = chosen[half:] @ _fitted(chosen[:half], labels[:half]) > 0
    return Score(int((guesses == labels[half:]).sum()), len(guesses))


def _fitted(known: Numbers, labels: NDArray[np.bool_]) -> Numbers:
    """The weights of a logistic regression, by Newton's method."""
    weights, ridge = np.zeros(known.shape[1]), _RIDGE * np.eye(known.shape[1])
    ridge[0, 0] = 1e-9  # the constant is not held down
    for _ in range(_ROUNDS):
        likely = 1.0 / (1.0 + np.exp(-(known @ weights)))
        slope = known.T @ (likely - labels) + ridge @ weights
        bend = (known * (likely * (1 - likely))[:, None]).T @ known + ridge
        weights = weights - np.linalg.solve(bend, slope)
    return weights
