"""Is A better yet? Two models compared: what the votes say, how sure that is at any time, what was promised. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from math import comb

from msgspec import Struct, structs

from scenes.errors import BadInput, NotFound
from sync.ratings.board import rate
from sync.ratings.hierarchy import rate_robots
from sync.ratings.intervals import Interval, Share, share
from sync.ratings.pairs import Difference, difference
from sync.ratings.prospects import battles_to_separate
from sync.ratings.registration import Registration, open_there, outcome
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


def watched_with_one_more(found: Standings, promised: Iterable[Registration]) -> int:
    """How many comparisons would be watched at once on the board's robot with a new one; of all robots on the one that
    has most."""
    known = tuple(promised)
    robots = {found.query.robot_id} if found.query.robot_id else {made.robot_id for made in known}
    return 1 + max((len(open_there(robot, known, found.rated)) for robot in robots), default=0)


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
    """By the ratings that made the board: its votes, weights and robots; over several robots the mean of the leads."""
    basis, query = found.basis, found.query
    if basis is None or any(place.rating is None for place in found.places if place.model_id in (first, second)):
        return None, None, None, None
    if not {first, second} <= {place.model_id for place in found.places}:
        return None, None, None, None
    weights, bad = basis.weights, query.both_bad
    if len(basis.robots) > 1:
        several = rate_robots(basis.log, basis.robots, weights=weights, both_bad=bad)
        return *_told(difference(several, first, second, query.robot_id)), None
    rated = rate(basis.log, weights=weights, both_bad=bad, general=False)
    more = battles_to_separate(rated, first, second) if bad == "apart" else None
    return *_told(difference(rated, first, second)), more


def _told(found: Difference) -> tuple[float, Interval, float]:
    return found.points, found.these, found.chance_better
