"""How much of the replays was really presented: one bitmap of control steps per side and turn."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from sync.records import Watched, now

ENOUGH = 0.95  # of each side's steps, before a vote unlocks
Side = int  # 0 left (A), 1 right (B)


class Coverage:
    """What an evaluator has been shown in one battle, over all its turns."""

    def __init__(self) -> None:
        self._shown: dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]] = {}
        self._opened_clock = time.monotonic()
        self.opened_at = now()  # when the first turn was shown
        self.seen_enough = False  # the evaluator confirmed that what was watched suffices

    def add_turn(self, turn_id: str, left_steps: int, right_steps: int) -> None:
        """Expect the records 0 .. steps of both sides of a turn; a confirmation given before it is void."""
        if not self._shown:
            self._opened_clock, self.opened_at = time.monotonic(), now()
        self._shown[turn_id] = (np.zeros(left_steps + 1, np.bool_), np.zeros(right_steps + 1, np.bool_))
        self.seen_enough = False

    def expects(self, turn_id: str) -> bool:
        """Whether the turn was added."""
        return turn_id in self._shown

    def present(self, turn_id: str, side: Side, step: int) -> bool:
        """A frame of a step came onto the screen; whether that is the first time."""
        shown = self._shown[turn_id][side]
        new = not shown[step]
        shown[step] = True
        return bool(new)

    def fraction(self, side: Side) -> float:
        """Of a side's steps, how many were presented; 0 before the first turn."""
        total = sum(len(sides[side]) for sides in self._shown.values())
        return sum(int(sides[side].sum()) for sides in self._shown.values()) / total if total else 0.0

    def complete(self, turn_id: str) -> bool:
        """Whether both sides of a turn were presented far enough; so is a turn that is not expected."""
        return all(float(shown.mean()) >= ENOUGH for shown in self._shown.get(turn_id, ()))

    def jointly(self, turn_id: str, left: NDArray[np.intp], right: NDArray[np.intp]) -> NDArray[np.bool_]:
        """At which of these moments, given as the step each side then shows, both were presented."""
        seen_left, seen_right = self._shown[turn_id]
        joint: NDArray[np.bool_] = seen_left[left] & seen_right[right]
        return joint

    @property
    def enough(self) -> bool:
        """Whether the vote may unlock: every turn was watched far enough."""
        return self.seen_enough or (bool(self._shown) and all(map(self.complete, self._shown)))

    @property
    def missing_percent(self) -> int:
        """How much more must be watched before the vote unlocks, in percent, at least 1 until it does."""
        if self.enough:
            return 0
        return max(1, round(100 * max((self._missing(0), self._missing(1)))))

    def _missing(self, side: Side) -> float:
        if not self._shown:
            return ENOUGH
        sides = [shown[side] for shown in self._shown.values()]
        lacking = sum(max(0.0, ENOUGH * len(shown) - int(shown.sum())) for shown in sides)
        return lacking / sum(len(shown) for shown in sides)

    def watched(self) -> Watched:
        """The record that goes with a vote cast now."""
        return Watched(
            left_coverage=self.fraction(0),
            right_coverage=self.fraction(1),
            dwell_seconds=time.monotonic() - self._opened_clock,
            seen_enough=self.seen_enough,
        )
