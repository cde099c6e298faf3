"""Evaluators with known preferences, for tests and benchmarks of ratings: Davidson's model, in integers."""

from __future__ import annotations

import numpy as np

from sync.ratings.log import BOTH_BAD, VoteLog, coded

NU = 0.6  # propensity to call a tie


def names(count: int, letter: str = "m") -> tuple[str, ...]:
    return tuple(f"{letter}{number:04}" for number in range(count))


def outcomes(lead: np.ndarray, generator: np.random.Generator, bad: float = 0.0, nu: float = NU) -> np.ndarray:
    """A vote for each lead [logits] of the left model; with probability `bad` both are bad."""
    left, right = np.exp(lead / 2), np.exp(-lead / 2)
    where = generator.random(len(lead)) * (left + right + nu)
    voted = np.where(where < left, 0, np.where(where < left + right, 1, 2))
    return np.where(generator.random(len(lead)) < bad, BOTH_BAD, voted)


def pairs(models: int, count: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    left = generator.integers(0, models, count)
    return left, (left + generator.integers(1, models, count)) % models


def election(
    strengths: np.ndarray,
    votes: int,
    generator: np.random.Generator,
    *,
    bad: float = 0.0,
    nu: float = NU,
    evaluators: int = 1,
    tastes: float = 0.0,
    robots: int = 1,
    per_battle: int = 1,
) -> VoteLog:
    """`tastes` [logits]: how far each evaluator stands from the true strengths, (k,) or (robots, k)."""
    models = strengths.shape[-1]
    left, right = (np.repeat(side, per_battle) for side in pairs(models, votes // per_battle, generator))
    robot = np.repeat(generator.integers(0, robots, votes // per_battle), per_battle)
    battle = np.repeat(np.arange(votes // per_battle, dtype=np.int32), per_battle)
    evaluator = generator.integers(0, evaluators, len(left))
    if per_battle > 1:
        evaluator = (evaluator.reshape(-1, per_battle)[:, :1] + np.arange(per_battle)).ravel() % evaluators
    own = np.broadcast_to(strengths, (robots, models))[robot] + 0.0
    own += tastes * generator.standard_normal((evaluators, models))[evaluator]
    rows = np.arange(len(left))
    return coded(
        names(models),
        left,
        right,
        outcomes(own[rows, left] - own[rows, right], generator, bad, nu),
        battle=battle,
        names={"evaluators": names(evaluators, "e"), "robots": names(robots, "r")},
        codes={"evaluator": evaluator, "robot": robot},
        moment=np.arange(len(left)),
        single=per_battle == 1,
    )


def attacked(fraction: float, seed: int, votes: int = 400, attackers: int = 2, target: int = 2) -> VoteLog:
    """Ten honest evaluators, the target third of five; this fraction of votes is by attackers who only vote for it."""
    generator = np.random.Generator(np.random.PCG64(seed))
    strengths = np.array([0.9, 0.4, 0.0, -0.4, -0.9])
    honest = election(strengths, votes, generator, evaluators=10, tastes=0.2)
    count = round(votes * fraction / (1 - fraction))
    other = generator.integers(1, 5, count)
    rival, flip = (target + other) % 5, generator.random(count) < 0.5
    left, right = np.where(flip, target, rival), np.where(flip, rival, target)
    return coded(
        honest.models,
        np.append(honest.left, left),
        np.append(honest.right, right),
        np.append(honest.outcome, np.where(flip, 0, 1)),
        names={"evaluators": names(10 + attackers, "e")},
        codes={"evaluator": np.append(honest.evaluator, 10 + generator.integers(0, attackers, count))},
    )
