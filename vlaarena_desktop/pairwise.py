"""Is A better yet? Two models compared: what the votes say, how sure that is at any time, what was promised. No Qt."""

from __future__ import annotations

from collections.abc import Iterable

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
from sync.ratings.sequential import Verdict, battle_signs, verdict
from vlaarena_desktop.standing import Pairing, Standings

ALPHA = 0.05
NOTHING = Pairing(wins=0, losses=0, ties=0, both_bad=0)


class Comparison(Struct, frozen=True, kw_only=True):
    """What is known of two models; everything as the first of them sees it."""

    first: str
    second: str
    pairing: Pairing  # their votes against each other
    verdict: Verdict  # on one sign per battle
    registration: Registration | None  # None: looked at without a promise
    finished: bool  # decided, or the promised battles are used up
    ignored: int  # battles before the promise or beyond its maximum
    lead: float | None  # [points] of rating; None where one has no votes
    lead_interval: Interval | None  # 95 %, these evaluators
    better: float | None  # probability
    # about so many more until the interval of the lead leaves out 0; None: too many to tell, or of several robots
    battles_needed: int | None
