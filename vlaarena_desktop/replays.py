"""TurnReplay: a turn together with what may be seen of it."""

from __future__ import annotations

from msgspec import Struct

from scenes.episode import Trajectory
from sync.records import Turn
from sync.store import Store
from vlaarena_desktop.evidence import TurnEvidence
from vlaarena_desktop.turns import trajectories


class TurnReplay(Struct, frozen=True):
    """A turn and what the viewers may see of it. Nothing in it names a model."""

    turn: Turn
    left: Trajectory
    right: Trajectory

    @property
    def longer(self) -> Trajectory:
        """The side whose replay takes longer: it gives the playhead its length."""
        return self.left if self.left.duration >= self.right.duration else self.right


def replay_from(turn: TurnEvidence) -> TurnReplay:
    """The replay of a turn of which everything is known."""
    return TurnReplay(turn.turn, turn.left.episode.trajectory, turn.right.episode.trajectory)


def replay_of(store: Store, turn: Turn) -> TurnReplay:
    """Read a turn's replay from the store."""
    return TurnReplay(turn, *trajectories(store, turn))
