"""How often intervals hold the truth, in settings as labs have them; other boards' intervals beside ours."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_votes import election

from sync.ratings.board import rate
from sync.ratings.counting import table, tally
from sync.ratings.davidson import POINTS, SCALE, START, fit, flat_prior
from sync.ratings.elo import K
from sync.ratings.intervals import NORMAL
from sync.ratings.log import VoteLog

GRID = [  # models, battles, spread [logits] from the best to the worst, share of both bad
    (2, 30, 0.0, 0.0),
    (2, 30, 1.8, 0.2),
    (2, 100, 0.9, 0.0),
    (2, 200, 1.8, 0.4),
    (3, 30, 0.9, 0.2),
    (3, 60, 1.8, 0.0),
    (3, 120, 0.0, 0.4),
    (4, 60, 1.8, 0.2),
    (4, 100, 0.9, 0.0),
    (4, 200, 1.8, 0.4),
    (5, 100, 0.0, 0.2),
    (5, 200, 0.9, 0.0),
    (6, 100, 1.8, 0.0),
    (6, 200, 0.9, 0.2),
    (8, 100, 1.8, 0.0),
    (8, 200, 0.0, 0.0),
    (8, 200, 1.8, 0.2),
]
MANY = [(3, 3000, 1.8, 0.2)]  # where the roadmap's interval has become too narrow for Elo's own noise
SPARSE = [
    (8, 30, 1.8, 0.0),
    (8, 30, 0.0, 0.2),
]  # four battles a model beside the prior: intervals are wider than needed
EVALUATORS = [(5, 0.3), (5, 0.6), (8, 0.3), (8, 0.6), (12, 0.6)]  # evaluators, tastes [logits]
_RESAMPLES = 100


def truth_of(models: int, spread: float) -> np.ndarray:
    return np.linspace(spread, -spread, models) / 2


def ours(log: VoteLog, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether the intervals of these evaluators, and of evaluators in general, hold each strength; half the width of
    the first [points]."""
    rated = rate(log)
    contrasts = rated.contrasts
    off = np.abs(contrasts @ rated.fit.place - contrasts[:, : len(truth)] @ truth)
    these, general = (NORMAL * rated.uncertainty.spread(contrasts, general=general) for general in (False, True))
    return off <= these, off <= general, POINTS * these


def roadmap(log: VoteLog, truth: np.ndarray) -> np.ndarray:
    """Of the roadmap's own Elo and interval, as its web predecessor computes them: K = 32 from 1500, a tie 1/2 each and
    both bad 1/4 each, rounded to whole points after every vote; +- 1.96 x 400 / sqrt(votes of the model), rounded to a
    tenth, 200 where it has none (github.com/Chungws/mujoco-web, commit 270874b, worker/src/vlaarena_worker/aggregators/
    elo_calculator.py, `calculate_ci`, and elo_aggregator.py). Around the mean, for both bad costs everybody points.
    Whether it holds each strength, and half its width."""
    ratings, votes = np.full(len(truth), START), np.zeros(len(truth))
    for left, right, outcome in zip(log.left, log.right, log.outcome, strict=True):
        expected = 1 / (1 + 10 ** ((ratings[right] - ratings[left]) / SCALE))
        score, other = ((1.0, 0.0), (0.0, 1.0), (0.5, 0.5), (0.25, 0.25))[outcome]
        ratings[left] = round(ratings[left] + K * (score - expected))
        ratings[right] = round(ratings[right] + K * (other - (1 - expected)))
        votes[[left, right]] += 1
    reach = np.where(votes > 0, np.round(1.96 * 400 / np.sqrt(np.maximum(votes, 1)), 1), 200.0)
    return np.stack([np.abs(ratings - ratings.mean() - POINTS * truth) <= reach, reach])


def bootstrap(log: VoteLog, truth: np.ndarray, seed: int) -> np.ndarray:
    """Of the same strengths, with the percentile bootstrap over votes."""
    generator, counts = np.random.Generator(np.random.PCG64(seed)), table(log)
    found, chances = [], counts.ravel() / counts.sum()
    for _ in range(_RESAMPLES):
        drawn = generator.multinomial(len(log), chances).reshape(counts.shape)
        place = fit(tally(drawn), flat_prior(len(truth))).strengths[0]
        found.append(place - place.mean())
    low, high = np.quantile(found, [0.025, 0.975], axis=0)
    held: np.ndarray = (low <= truth) & (truth <= high)
    return held


@pytest.mark.parametrize(("models", "battles", "spread", "bad"), [*GRID, *MANY, *SPARSE])
def test_the_headline_interval_holds_the_truth_95_times_in_100(models, battles, spread, bad, repeats) -> None:
    elections, few = repeats(40, 1000), repeats(2, 100)
    truth, held, other, resampled = truth_of(models, spread), [], [], []
    for seed in range(elections):
        generator = np.random.Generator(np.random.PCG64(seed))
        log = election(truth, battles, generator, bad=bad)
        held.append(ours(log, truth)[::2])
        if seed < few:
            other.append(roadmap(log, truth))
            resampled.append(bootstrap(log, truth, seed))
    (share, reach), beside = np.mean(held, axis=(0, 2)), np.mean(other, axis=(0, 2))
    print(
        f"{models} models, {battles} battles, spread {spread}, both bad {bad:.0%}: {share:.1%} (+-{reach:.0f}); "
        f"roadmap {beside[0]:.1%} (+-{beside[1]:.0f}), percentile bootstrap {np.mean(resampled):.1%}"
    )
    slack = 0.0 if elections >= 1000 else 2.5 * np.sqrt(0.05 * 0.95 / elections)
    assert 0.93 - slack <= share <= (1.0 if (models, battles) == (8, 30) else 0.98 + slack)


@pytest.mark.parametrize("per_battle", [1, 3])
@pytest.mark.parametrize(("evaluators", "tastes"), EVALUATORS)
def test_for_evaluators_in_general_it_holds_93_times_in_100(evaluators, tastes, per_battle, repeats) -> None:
    elections, few = repeats(30, 1000), repeats(1, 100)
    truth, held, other = truth_of(4, 0.9), [], []
    for seed in range(elections):
        generator = np.random.Generator(np.random.PCG64(seed))
        log = election(truth, 150, generator, evaluators=evaluators, tastes=tastes, per_battle=per_battle)
        held.append(ours(log, truth)[:2])
        if seed < few:
            other.append(bootstrap(log, truth, seed))
    these, general = np.mean(held, axis=(0, 2))
    print(
        f"{evaluators} evaluators, tastes {tastes}, {per_battle} votes a battle: in general {general:.1%}, "
        f"these {these:.1%}, percentile bootstrap {np.mean(other):.1%}"
    )
    assert general >= 0.93 - (0.0 if elections >= 1000 else 0.06)
    assert general >= these


def test_counted_as_lm_arena_does_intervals_hold_what_more_votes_would_tell(repeats) -> None:
    """With both bad as half a win for each; the truth is what a million such votes say."""
    elections, truth = repeats(40, 1000), truth_of(4, 1.8)
    generator = np.random.Generator(np.random.PCG64(99))
    many = rate(election(truth, 1_000_000, generator, bad=0.4), both_bad="tie", general=False).fit.strengths[0]
    held = []
    for seed in range(elections):
        generator = np.random.Generator(np.random.PCG64(seed))
        rated = rate(election(truth, 400, generator, bad=0.4, evaluators=6), both_bad="tie")
        off = np.abs(rated.contrasts @ rated.fit.place - rated.contrasts[:, : len(truth)] @ many)
        spreads = [rated.uncertainty.spread(rated.contrasts, general=general) for general in (False, True)]
        held.append([off <= NORMAL * spread for spread in spreads])
    these, general = np.mean(held, axis=(0, 2))
    print(f"both bad as a tie: these evaluators {these:.1%}, in general {general:.1%}")
    slack = 0.0 if elections >= 1000 else 2.5 * np.sqrt(0.05 * 0.95 / elections)
    assert min(these, general) >= 0.93 - slack


@pytest.mark.parametrize("per_battle", [1, 2])
@pytest.mark.parametrize("evaluators", [6, 6000])  # counted person by person, and vote by vote
def test_counted_as_lm_arena_does_evaluators_who_are_alike_widen_little(evaluators, per_battle) -> None:
    generator = np.random.Generator(np.random.PCG64(3))
    log = election(truth_of(12, 1.2), 60_000, generator, bad=0.4, evaluators=evaluators, per_battle=per_battle)
    rated = rate(log, both_bad="tie")
    these, general = (rated.uncertainty.spread(rated.contrasts, general=each) for each in (False, True))
    laplace = np.sqrt(np.diag(rated.contrasts @ rated.uncertainty.laplace @ rated.contrasts.T))
    assert (these < 1.5 * laplace).all()
    assert (general < 2.5 * laplace).all()
