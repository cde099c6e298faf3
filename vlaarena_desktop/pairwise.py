"""Is A better yet? Two models compared: what the votes say, how sure that is at any time, what was promised. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from math import comb

import numpy as np
from msgspec import Struct, structs

from scenes.errors import BadInput, NotFound
from sync.ratings.board import rate
from sync.ratings.counting import Array
from sync.ratings.davidson import POINTS
from sync.ratings.hierarchy import rate_robots
from sync.ratings.intervals import NORMAL, Interval, Share, share
from sync.ratings.log import BOTH_BAD, VoteLog, picked
from sync.ratings.prospects import battles_to_separate
from sync.ratings.ranks import chance_better
from sync.ratings.registration import Registration, outcome
from sync.ratings.sequential import Verdict, signs_of, verdict
from vlaarena_desktop.standing import Pairing, Standings

ALPHA = 0.05
NOTHING = Pairing(wins=0, losses=0, ties=0, both_bad=0)


class Comparison(Struct, frozen=True, kw_only=True):
    """What is known of two models; everything as the first of them sees it."""

    first: str
    second: str
    pairing: Pairing  # their votes against each other
    verdict: Verdict  # on one sign per battle
    pairs: int  # watched at once, for which the evidence that decides is corrected: as promised, or all of the board
    registration: Registration | None  # None: looked at without a promise
    finished: bool  # decided, or the promised battles are used up
    ignored: int  # battles before the promise or beyond its maximum
    lead: float | None  # [points] of rating; None where one has no votes
    lead_interval: Interval | None  # 95 %, these evaluators
    better: float | None  # probability
    # about so many more until the interval of the lead leaves out 0; None: too many to tell, or of several robots
    battles_needed: int | None
    acceptable: tuple[Share, Share]  # of all votes on the first, and on the second


def compare(found: Standings, first: str, second: str, promised: Iterable[Registration] = ()) -> Comparison:
    """Compare two models by the votes of a board; a promise counts all rated votes where it was made.

    Raises:
        BadInput: they are one and the same.
    """
    if first == second:
        raise BadInput("A comparison needs two different models.", hint="Name another one for one of them.")
    made = promise_on(promised, first, second, found.query.robot_id)
    told, finished, ignored = _verdict(found, first, second, made)
    lead = _lead(found, first, second)
    known = {place.model_id: place.record.acceptable for place in found.places}
    return Comparison(
        first=first,
        second=second,
        pairing=found.pairings.get((first, second), NOTHING),
        verdict=told,
        pairs=made.pairs if made else watched(found),
        registration=made,
        finished=finished,
        ignored=ignored,
        lead=lead[0],
        lead_interval=lead[1],
        better=lead[2],
        battles_needed=lead[3],
        acceptable=(known.get(first, share(0, 0)), known.get(second, share(0, 0))),
    )


def promise_on(promised: Iterable[Registration], first: str, second: str, robot_id: str | None) -> Registration | None:
    """The latest promise on this pair, on this robot or on any."""
    fitting = [
        made
        for made in promised
        if {made.first_model_id, made.second_model_id} == {first, second} and robot_id in (None, made.robot_id)
    ]
    return fitting[-1] if fitting else None


def known_model(found: Standings, model_id: str) -> str:
    """The id, if the board has votes on it.

    Raises:
        NotFound: it has none; the hint lists those it has.
    """
    known = [place.model_id for place in found.places]
    if model_id not in known:
        raise NotFound.among("model with votes", model_id, known)
    return model_id


def watched(found: Standings) -> int:
    """How many pairs somebody who looks around on a board without a promise looks at: all of its models'."""
    return max(1, comb(len(found.places), 2))


def _verdict(found: Standings, first: str, second: str, made: Registration | None) -> tuple[Verdict, bool, int]:
    if made is None:
        told = verdict(signs_of(found.votes, first, second), alpha=ALPHA, pairs=watched(found))
        return told, told.decision != "open", 0
    came = outcome(made, found.rated)
    told = came.verdict if made.first_model_id == first else _turned(came.verdict)
    return told, came.finished, came.ignored


def _turned(told: Verdict) -> Verdict:
    """The same as the other model sees it."""
    return structs.replace(
        told,
        wins=told.losses,
        losses=told.wins,
        chance=Interval(1 - told.chance.high, 1 - told.chance.low),
        decision={"first": "second", "second": "first"}.get(told.decision, "open"),
    )


_Lead = tuple[float | None, Interval | None, float | None, int | None]


def _lead(found: Standings, first: str, second: str) -> _Lead:
    """Over all robots it is the mean of the leads on each, as the board there is; never one of pooled votes."""
    log = found.log
    if log is None or not {first, second} <= {*log.models}:
        return None, None, None, None
    if found.robots:
        return _lead_over_robots(picked(log, log.outcome != BOTH_BAD), found.robots, first, second)
    rated = rate(log, general=False)
    contrast = np.zeros((1, len(rated.fit.place)))
    contrast[0, log.models.index(first)], contrast[0, log.models.index(second)] = 1.0, -1.0
    told = _told(contrast @ rated.fit.place, rated.uncertainty.spread(contrast))
    return *told, battles_to_separate(rated, first, second)


def _lead_over_robots(log: VoteLog, robots: tuple[str, ...], first: str, second: str) -> _Lead:
    rated = rate_robots(log, robots)
    models = rated.log.models
    if not {first, second} <= {*models}:
        return None, None, None, None
    one = np.zeros(len(models))
    one[models.index(first)], one[models.index(second)] = 1 / len(robots), -1 / len(robots)
    contrast = np.hstack([np.tile(one, len(robots)), np.zeros(len(robots))])[None, :]
    return *_told(contrast @ rated.place, rated.uncertainty.spread(contrast)), None


def _told(strength: Array, spread: Array) -> tuple[float, Interval, float]:
    """The lead and its interval in points, and the probability that it is one."""
    lead, reach = float(POINTS * strength[0]), float(POINTS * NORMAL * spread[0])
    return lead, Interval(lead - reach, lead + reach), float(chance_better(strength[0], spread[0]))
