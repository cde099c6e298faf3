"""Strengths are those of Davidson's model: evalica's Newman and SciPy's optimum say the same."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import t
from simulated_votes import election, names

from sync.ratings.counting import table, tally
from sync.ratings.davidson import POINTS, fit, flat_prior, log_likelihood, odds_at
from sync.ratings.intervals import share, t_quantile
from sync.ratings.log import coded

ELECTIONS = json.loads((Path(__file__).parent / "evalica_newman.json").read_text())["elections"]


@pytest.mark.parametrize("election", ELECTIONS, ids=lambda each: f"{each['models']} models")
def test_without_a_prior_the_strengths_are_evalicas_newman_to_a_hundredth_of_a_point(election) -> None:
    left, right, outcome, often = np.array(election["counts"]).T
    log = coded(names(election["models"]), *(np.repeat(codes, often) for codes in (left, right, outcome)))
    found = fit(tally(table(log)), flat_prior(election["models"], 1e5)).strengths[0]
    assert POINTS * (found - found.mean()) == pytest.approx(election["elo"], abs=0.01)


def test_under_the_prior_the_strengths_are_where_scipy_finds_the_posterior_highest() -> None:
    log = election(np.array([1.0, 0.0, -0.5]), 60, np.random.default_rng(3))
    counts = tally(table(log))
    found = fit(counts, flat_prior(3))

    def loss(place: np.ndarray) -> float:
        return place @ place / 8 - log_likelihood(counts, odds_at(place, 1))

    best = minimize(loss, np.zeros(4), method="BFGS", options={"gtol": 1e-9})
    assert found.place == pytest.approx(best.x, abs=1e-5)
    step = 1e-4 * np.eye(4)
    curved = [
        [
            (loss(best.x + a + b) - loss(best.x + a - b) - loss(best.x - a + b) + loss(best.x - a - b)) / 4e-8
            for b in step
        ]
        for a in step
    ]
    assert found.curvature == pytest.approx(np.array(curved), abs=1e-3)


@pytest.mark.parametrize("freedom", [1, 2, 7, 199, 200, 5000, 10_000_000])
@pytest.mark.parametrize("probability", [0.9, 0.975, 0.995])
def test_quantiles_of_t_are_scipys(freedom: int, probability: float) -> None:
    assert t_quantile(probability, freedom) == pytest.approx(t.ppf(probability, freedom), rel=1e-8)


def test_wilsons_interval_is_that_of_the_textbook() -> None:
    """E. B. Wilson's for 15 of 20; and shares of nothing, none and all stay within 0 and 1."""
    found = share(15, 20)
    assert (found.rate, found.low, found.high) == pytest.approx((0.75, 0.5313, 0.8881), abs=1e-4)
    assert [(each.low, each.high) for each in (share(0, 0),)] == [(0.0, 1.0)]
    assert share(0, 9).low == 0.0
    assert share(9, 9).high == 1.0


def test_a_chain_of_sixty_models_has_the_gaps_of_its_links() -> None:
    """Two wins to one and a tie on each link: on a tree every gap is ln 2, however long it is."""
    links = np.repeat(np.arange(59), 4)
    log = coded(names(60), links, links + 1, np.tile([0, 0, 1, 2], 59))
    found = fit(tally(table(log)), flat_prior(60, 1e5)).strengths[0]
    assert -np.diff(found) == pytest.approx(np.full(59, np.log(2)), abs=1e-6)
