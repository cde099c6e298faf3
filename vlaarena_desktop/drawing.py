"""Who meets whom next: by what a battle would tell, now and then a hidden check. Works offline. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from scenes.errors import BadInput
from scenes.models import ModelCard
from sync import checks, matchmaking
from sync.pairing import Pair, pair_weights
from sync.ratings.log import vote_log
from sync.records import Draw
from sync.store import Store
from vlaarena_desktop.settings import DesktopSettings, read_settings

FIRST_CHECK = (
    10  # rated votes an evaluator has cast before the first: until then she is learning, and the board is empty
)
IDLE = "idle"  # the adapter of models that do nothing


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
    """The pair of a blind battle, or a check in its place.

    Raises:
        BadInput: fewer than two models fit.
    """
    reads = store.comparing()
    if checks_per_hundred and reads.judged() >= FIRST_CHECK:
        due = checks.check_due(
            generator,
            eligible,
            on.seed,
            rate=checks_per_hundred / 100,
            own=reads.repeatable(on.robot_id, on.scene_id, on.instruction),
            random_ids=frozenset(card.id for card in eligible if card.stochastic),
            no_op_ids=frozenset(card.id for card in eligible if card.adapter == IDLE),
        )
        if due is not None:
            return due.draw
    weights, balance = weights_for(store, eligible, on), store.left_minus_right()
    return matchmaking.draw(eligible, generator, on.seed, balance, weights=weights, left_first=reads.left_first())


def weights_for(store: Store, eligible: Sequence[ModelCard], on: Occasion) -> Mapping[Pair, float] | None:
    """The weights last pulled from the centre, else of the votes here; None without any: every pair alike."""
    pulled = store.comparing().pulled_weights(on.robot_id)
    if pulled is not None:
        return pulled
    log = vote_log(store.judgements(on.robot_id, unrated=on.unrated))
    models = sorted({card.id for card in eligible})
    if not len(log) or len(models) < 2:
        return None
    return pair_weights(log, models).by_pair()


def checks_of(store: Store) -> int:
    """How many battles in a hundred are checks, as the data folder's settings say."""
    try:
        return read_settings(store.folder).checks_per_hundred
    except BadInput:  # a slip in the file is told elsewhere, and must not keep anybody from evaluating
        return DesktopSettings().checks_per_hundred
