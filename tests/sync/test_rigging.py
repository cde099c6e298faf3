"""Votes for one model alone, whatever was seen: how many make it the first, with and without the evaluators' policy."""

from __future__ import annotations

import numpy as np
from simulated_votes import attacked

from sync.ratings.board import board
from sync.ratings.log import VoteLog
from sync.ratings.trust import Trust, weights_of

TARGET = "m0002"  # truly the third of five


def first(log: VoteLog, trust: Trust | None = None) -> bool:
    """Whether the target leads the board."""
    return board(log, weights=None if trust is None else weights_of(log, trust)).ratings[0].model_id == TARGET


def test_a_rigged_first_rank_falls_when_the_policy_weighs_the_votes(repeats) -> None:
    """How often target-only votes put the third model first, with and without the policy; honest votes alone: never."""
    elections = repeats(4, 100)
    for fraction in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5):
        plain = held = 0
        for seed in range(elections):
            log = attacked(fraction, 100 + seed)
            plain += board(log).ratings[0].model_id == "m0002"
            held += board(log, weights=weights_of(log, Trust())).ratings[0].model_id == "m0002"
        print(
            f"{fraction:4.0%} target-only votes: first {plain}/{elections} without, {held}/{elections} with the policy"
        )
        assert held <= (0.05 if fraction < 0.5 else 0.2) * elections  # half of all votes cannot always be told
    assert plain == elections


def fewest(seed: int, attackers: int, trust: Trust | None, finely: float, most: int = 800) -> int:
    """The fewest target-only votes, to this factor, that make the target first beside 400 honest ones; `most` where
    none do."""
    votes = 16
    while votes < most and not first(attacked(votes / (400 + votes), seed, attackers=attackers), trust):
        votes = round(votes * finely)
    return min(votes, most)


def test_more_votes_are_needed_where_the_policy_weighs_them(repeats) -> None:
    """From so many names that none casts as many as it takes to be doubted, as many as without."""
    elections, finely = repeats(1, 30), 1.5 if repeats(1, 30) == 1 else 1.2
    for attackers in (1, 2, 5, 20):
        plain, weighed = (
            np.array([fewest(500 + seed, attackers, trust, finely) for seed in range(elections)])
            for trust in (None, Trust())
        )
        print(f"{attackers:2} attackers: median {np.median(plain):.0f} votes without, {np.median(weighed):.0f} with")
        assert (weighed >= plain).all()
        assert np.median(weighed) > 1.5 * np.median(plain) or attackers > 2
