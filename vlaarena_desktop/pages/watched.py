"""What of a battle's turns was watched in a room, shown on its timeline and its turn strip.

Always of both sides together: a part counts as watched when both were presented there, so nothing tells them apart.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scenes.episode import Trajectory
from vlaarena_desktop.coverage import Coverage
from vlaarena_desktop.pages.timeline import Timeline
from vlaarena_desktop.pages.turn_strip import TurnStrip
from vlaarena_desktop.replays import TurnReplay


class Watched:
    """Counts what the room's viewers presented, from when a turn is first offered or shown."""

    def __init__(self, timeline: Timeline, strip: TurnStrip) -> None:
        self._timeline, self._strip = timeline, strip
        self._coverage = Coverage()

    def offer(self, turns: Sequence[TurnReplay]) -> None:
        """Count these turns; those of another battle begin unwatched."""
        if not any(self._coverage.expects(replay.turn.turn_id) for replay in turns):
            self._coverage = Coverage()
        for replay in turns:
            self.expect(replay)

    def expect(self, replay: TurnReplay) -> None:
        """Count this turn too."""
        if not self._coverage.expects(replay.turn.turn_id):
            self._coverage.add_turn(replay.turn.turn_id, replay.left.steps, replay.right.steps)

    def present(self, replay: TurnReplay, side: int, step: int) -> bool:
        """A frame came onto the screen; whether that changes anything."""
        turn_id = replay.turn.turn_id
        return self._coverage.expects(turn_id) and self._coverage.present(turn_id, side, step)

    def show(self, shown: TurnReplay | None, turns: Sequence[TurnReplay]) -> None:
        """Draw the band of the turn on the stage, and a dot on every turn that is not watched far enough."""
        counted = shown is not None and self._coverage.expects(shown.turn.turn_id)
        self._timeline.set_watched(self._band(shown) if shown is not None and counted else None)
        missing = [place for place, each in enumerate(turns) if not self._coverage.complete(each.turn.turn_id)]
        self._strip.show_unwatched(missing)

    def hide(self) -> None:
        """After the vote it no longer matters."""
        self._timeline.set_watched(None)
        self._strip.show_unwatched(())

    def _band(self, replay: TurnReplay) -> NDArray[np.bool_]:
        rate = max(replay.left.control_hz, replay.right.control_hz)
        parts = max(1, round(replay.longer.duration * rate))
        moments = (np.arange(parts, dtype=np.float64) + 0.5) / rate
        return self._coverage.jointly(replay.turn.turn_id, _steps(replay.left, moments), _steps(replay.right, moments))


def _steps(side: Trajectory, moments: NDArray[np.float64]) -> NDArray[np.intp]:
    """The step that a side shows at each moment [s]; its last one from its end on."""
    return np.minimum(side.steps, np.floor(moments * side.control_hz + 1e-6)).astype(np.intp)
