"""What is told after the vote: who was A, who was B, and how each of them fared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from scenes.models import ModelCard
from sync.records import Choice, Reveal, Turn
from sync.store import Store


class Performance(Struct, frozen=True):
    """How one side carried out one turn."""

    steps: int
    succeeded: bool | None  # None: the instruction matched no task, so nothing was judged


class SideOutcome(Struct, frozen=True):
    """Who one side was, and its turns."""

    model_id: str
    name: str
    organization: str
    performances: tuple[Performance, ...]


class Outcome(Struct, frozen=True):
    """A closed battle as the reveal shows it: left (A) and right (B)."""

    battle_id: str
    choice: Choice | None  # None: it ended without a vote
    left: SideOutcome
    right: SideOutcome


def outcome_of(store: Store, reveal: Reveal, cards: Iterable[ModelCard], turns: Sequence[Turn]) -> Outcome:
    """What a reveal and the turns' episodes say."""
    known = {card.id: card for card in cards}

    def side(model_id: str, episode_ids: list[str]) -> SideOutcome:
        card = known.get(model_id)
        performances = tuple(_performance(store, episode_id) for episode_id in episode_ids)
        return SideOutcome(model_id, card.name if card else model_id, card.organization if card else "", performances)

    return Outcome(
        reveal.battle_id,
        reveal.vote.vote if reveal.vote else None,
        side(reveal.left_model_id, [turn.left_episode_id for turn in turns]),
        side(reveal.right_model_id, [turn.right_episode_id for turn in turns]),
    )


def _performance(store: Store, episode_id: str) -> Performance:
    episode = store.episode(episode_id)
    return Performance(episode.trajectory.steps, episode.succeeded if episode.task_id is not None else None)
