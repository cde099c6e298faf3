"""Is A better yet? It may be asked after every battle, and is wrong no more often than was promised."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betaln
from scipy.stats import beta, binom
from simulated_votes import names, outcomes

from sync.ratings.intervals import share
from sync.ratings.log import coded
from sync.ratings.sequential import anytime_interval, battle_signs, log_evidence, verdict


def evidence_paths(signs: np.ndarray) -> np.ndarray:
    """(repetitions, battles) log evidence after each battle: the module's formula, of all rows at once."""
    wins, count = (signs > 0).cumsum(1), np.arange(1, signs.shape[1] + 1)
    paths = betaln(0.5 + wins, 0.5 + count - wins) - betaln(0.5, 0.5) + count * log(2)
    last = log_evidence(int(wins[0, -1]), int(count[-1] - wins[0, -1]))
    assert paths[0, -1] == pytest.approx(last, abs=1e-9)
    return paths


def test_the_evidence_is_the_integral_of_its_mixture() -> None:
    mixed = quad(lambda p: p**7 * (1 - p) ** 2 * beta.pdf(p, 0.5, 0.5), 0, 1, epsabs=1e-12)[0]
    assert exp(log_evidence(7, 2)) == pytest.approx(mixed * 2**9, rel=1e-6)
    assert log_evidence(0, 0) == 0.0
    assert log_evidence(1, 0) == pytest.approx(0.0)
    assert log_evidence(2, 0) == pytest.approx(log(4 * 3 / 8))
    assert exp(log_evidence(1, 1)) == pytest.approx(0.5)


def test_the_interval_holds_exactly_the_chances_that_are_not_refused() -> None:
    for wins, losses in ((0, 0), (0, 5), (7, 2), (40, 60), (300, 1)):
        found = anytime_interval(wins, losses)
        for edge in (found.low, found.high):
            if 1e-9 < edge < 1 - 1e-9:
                assert log_evidence(wins, losses, against=edge) == pytest.approx(log(20), abs=1e-6)
        assert found.low <= (wins + 0.5) / (wins + losses + 1) <= found.high
    assert (anytime_interval(0, 0).low, anytime_interval(0, 0).high) == (0.0, 1.0)


def test_a_decision_stands_once_it_is_made() -> None:
    won = [1] * 8
    assert verdict(won[:6]).decision == "open"
    decided = verdict(won + [-1] * 8)
    assert (decided.decision, decided.decided_after, decided.meter) == ("first", 7, 1.0)
    assert verdict([-1] * 8).decision == "second"
    assert 0 < verdict(won[:4]).meter < 1
    assert verdict([]).meter == 0.0


def test_several_watched_pairs_need_more_evidence_each() -> None:
    assert verdict([1] * 8, pairs=10).decision == "open"
    assert verdict([1] * 8, pairs=10).threshold == pytest.approx(log(200))


def turns(generator: np.random.Generator, repetitions: int, battles: int, effect: float) -> list[np.ndarray]:
    """Votes on 1 to 5 turns of each battle, (repetitions, battles, 5), -1 for the second model, 0 for none; a battle's
    own effect [logits] moves all of its turns, and neither model is better."""
    lead = effect * generator.standard_normal((repetitions, battles, 1)) + np.zeros((1, 1, 5))
    voted = outcomes(lead.ravel(), generator).reshape(lead.shape)
    signs = np.where(voted == 0, 1, np.where(voted == 1, -1, 0))
    return signs * (np.arange(5) < generator.integers(1, 6, (repetitions, battles, 1)))


def test_under_no_effect_it_decides_in_5_of_100_at_most_whatever_the_turns_and_battles(repeats) -> None:
    repetitions, battles = repeats(400, 4000), 200
    generator = np.random.Generator(np.random.PCG64(1))
    told = {}
    for effect in (0.0, 1.0, 2.0):
        every = turns(generator, repetitions, battles, effect)
        one = np.sign(every.sum(2))
        found = {
            "one sign a battle": decided(one),
            "each turn a sign": decided(every.reshape(repetitions, -1)),
            "|z| > 1.96 at every look": peeked(one),
        }
        told[effect] = {name: share(int(each.sum()), repetitions) for name, each in found.items()}
        print(
            effect, {name: f"{each.rate:.1%} ({each.low:.1%}-{each.high:.1%})" for name, each in told[effect].items()}
        )
    assert all(each["one sign a battle"].rate <= 0.05 for each in told.values())
    assert told[2.0]["each turn a sign"].low > 0.05
    assert told[0.0]["|z| > 1.96 at every look"].low > 0.2


def decided(signs: np.ndarray) -> np.ndarray:
    """Whether each row ever decides; zeros are no signs."""
    squeezed = np.zeros((len(signs), int((signs != 0).sum(1).max())), np.int64)
    lengths = (signs != 0).sum(1)
    for row, (own, length) in enumerate(zip(signs, lengths, strict=True)):
        squeezed[row, :length] = own[own != 0]
    late = np.arange(squeezed.shape[1]) >= lengths[:, None]
    return (np.where(late, -np.inf, evidence_paths(squeezed)) >= log(20)).any(1)


def peeked(signs: np.ndarray) -> np.ndarray:
    """Whether |z| of the signs so far is ever above 1.96, from the fifth on."""
    count = np.maximum((signs != 0).cumsum(1), 1)
    return ((np.abs(signs.cumsum(1)) / np.sqrt(count) > 1.96) & (count >= 5)).any(1)


def test_the_interval_covers_the_truth_at_every_look(repeats) -> None:
    repetitions = repeats(100, 2000)
    generator = np.random.Generator(np.random.PCG64(4))
    held = 0
    for _ in range(repetitions):
        wins = (generator.random(150) < 0.7).cumsum()
        refused = [log_evidence(int(w), n - int(w), against=0.7) >= log(20) for n, w in enumerate(wins, 1)]
        held += not any(refused)
    assert held >= 0.95 * repetitions


def test_against_a_test_of_fixed_size_it_costs_few_battles(repeats) -> None:
    """A fixed sign test needs its number known beforehand; ours stops by itself: medians over true chances."""
    repetitions = repeats(300, 4000)
    generator = np.random.Generator(np.random.PCG64(2))
    for chance in (0.65, 0.75, 0.9):
        signs = np.where(generator.random((repetitions, 600)) < chance, 1, -1)
        over = evidence_paths(signs[:, :400]) >= log(20)
        after = np.where(over.any(1), over.argmax(1) + 1, 400)
        fixed = size_for(chance)
        print(f"{chance}: median {np.median(after):.0f}, 80 % by {np.quantile(after, 0.8):.0f}; fixed n {fixed}")
        assert np.median(after) < 1.35 * fixed


def size_for(chance: float, power: float = 0.8) -> int:
    """The fewest battles with which the two-sided sign test at 5 % finds this chance with this power."""
    for battles in range(5, 400):
        least = int(binom.isf(0.025, battles, 0.5)) + 1  # P(W >= least) <= 2.5 %
        if binom.sf(least - 1, battles, chance) >= power:
            return battles
    raise AssertionError(chance)


def log_of(*battles: tuple[tuple[int, int, int], ...]):
    """A log of battles, each some votes (left, right, outcome), one a minute."""
    rows = [(number, *vote) for number, votes in enumerate(battles) for vote in votes]
    number, left, right, voted = np.array(rows).T
    return coded(names(3), left, right, voted, battle=number, moment=number * 60_000)


def test_a_battle_gives_one_sign_by_the_majority_of_its_votes() -> None:
    log = log_of(
        ((0, 1, 0), (0, 1, 0), (0, 1, 1)),
        ((1, 0, 0),),
        ((0, 1, 0), (0, 1, 1)),
        ((0, 1, 2),),
        ((0, 1, 3),),
        ((0, 2, 0),),
        ((1, 0, 1),),
    )
    assert battle_signs(log, "m0000", "m0001") == [1, -1, 1]
    assert battle_signs(log, "m0001", "m0000") == [-1, 1, -1]
    assert battle_signs(log, "m0000", "m0001", since=60_000) == [-1, 1]
    assert battle_signs(log, "m0000", "unknown") == []
