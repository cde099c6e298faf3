"""Evidence: all that a closed battle says about how each model fared, turn by turn. Only closed battles have any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from scenes.episode import Episode, Run
from scenes.models import ModelCard
from sync.records import Battle, Side, Turn, Vote
from sync.store import Store


class SideEvidence(Struct, frozen=True):
    """One side of one turn of a closed battle."""

    model_id: str
    name: str
    episode: Episode
    run: Run | None
    card: ModelCard | None = None  # None: no daemon tells of this model any more


class TurnEvidence(Struct, frozen=True):
    """One turn of a closed battle: who did what."""

    turn: Turn
    left: SideEvidence
    right: SideEvidence

    @property
    def sides(self) -> tuple[SideEvidence, SideEvidence]:
        """A's, then B's."""
        return self.left, self.right

    def time_of(self, side: Side, step: int) -> float:
        """[s] at which a side begins a control step: its own, which may come at another rate than the robot's."""
        return step / (self.left if side == "left" else self.right).episode.trajectory.control_hz


class Evidence(Struct, frozen=True):
    """A closed battle, its vote and its turns."""

    battle: Battle
    vote: Vote | None
    turns: tuple[TurnEvidence, ...]


def evidence_of(store: Store, battle_id: str, cards: Iterable[ModelCard]) -> Evidence:
    """All that is kept of a closed battle; a model whose card is unknown is named by its id.

    Raises:
        RuleBroken: the battle is open.
        NotFound: there is no such battle, or an episode's file is missing.
        StoreDamaged: an episode or a run is not what was kept.
    """
    reveal = store.reveal(battle_id)
    known = {card.id: card for card in cards}
    runs = store.runs(battle_id)

    def side(model_id: str, episode_id: str) -> SideEvidence:
        run, card = _run_of(runs, model_id, episode_id), known.get(model_id)
        return SideEvidence(model_id, card.name if card else model_id, store.episode(episode_id), run, card)

    turns = tuple(
        TurnEvidence(
            turn, side(reveal.left_model_id, turn.left_episode_id), side(reveal.right_model_id, turn.right_episode_id)
        )
        for turn in store.turns(battle_id)
    )
    return Evidence(store.battle(battle_id), reveal.vote, turns)


def _run_of(runs: Sequence[Run], model_id: str, episode_id: str) -> Run | None:
    return next((run for run in runs if (run.model_id, run.episode_id) == (model_id, episode_id)), None)
