"""Who meets whom next: by what a battle would tell, now and then a hidden check. Works offline. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from scenes.errors import BadInput
from scenes.models import ModelCard
from sync import checks, matchmaking
from sync.pairing import Pair, pair_weights, pairs_of
from sync.ratings.log import vote_log
from sync.records import Draw
from sync.store import Store
from vlaarena_desktop.settings import DesktopSettings, read_settings

# rated votes that an evaluator has cast before her first check: until then she is learning, and the board is empty
FIRST_CHECK = 10


class Occasion(Struct, frozen=True):
    """Where and on what a pair is drawn."""

    robot_id: str
    scene_id: str
    instruction: str
    seed: int  # of the world
    unrated: bool = False  # whether weights follow votes of every origin: for simulations in a folder of their own


def draw_pair(
    store: Store, eligible: Sequence[ModelCard], on: Occasion, generator: np.random.Generator, checks_per_hundred: int
) -> Draw:
    """The pair of a blind battle, or a check in its place. `eligible`: cards that fit, those for checks among them.

    Raises:
        BadInput: fewer than two models fit.
    """
    models, reads = matchmaking.active_models(eligible), store.comparing()  # refuses alike, check or not
    left_first, rate = reads.left_first(), 0.0
    if checks_per_hundred and reads.judged() >= FIRST_CHECK:
        possible = checks.options(eligible, reads.repeatable(on.robot_id, on.scene_id, on.instruction))
        rate = checks_per_hundred / 100 if possible else 0.0
        due = checks.check_due(generator, possible, on.seed, rate=rate, left_first=left_first)
        if due is not None:
            return due
    weights, balance = weights_for(store, models, on), store.left_minus_right()
    return matchmaking.draw(
        eligible, generator, on.seed, balance, weights=weights, left_first=left_first, share=1 - rate
    )


def weights_for(store: Store, models: Sequence[str], on: Occasion) -> Mapping[Pair, float] | None:
    """The weights last pulled from the centre where it knows one of these pairs and counted at least as many votes as
    there are here, else of the votes here: an old board does not outlive what was learned since, and no clock is asked.
    None without any: every pair alike."""
    reads = store.comparing()
    pulled = reads.pulled_weights(on.robot_id)
    known = pulled is not None and any(pair in pulled.weights for pair in pairs_of(models))
    if known and pulled is not None and pulled.votes >= reads.rated_votes(on.robot_id):
        return pulled.weights
    log = vote_log(store.judgements(on.robot_id, unrated=on.unrated))
    if not len(log) or len(models) < 2:
        return None
    return pair_weights(log, models)


def checks_of(store: Store) -> int:
    """How many battles in a hundred are checks, as the data folder's settings say."""
    try:
        return read_settings(store.folder).checks_per_hundred
    except BadInput:  # a slip in the file is told elsewhere, and must not keep anybody from evaluating
        return DesktopSettings().checks_per_hundred
