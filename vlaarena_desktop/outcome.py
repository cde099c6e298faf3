"""What is told after the vote: who was A, who was B, and how each of them fared."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from scenes.models import ModelCard
from sync.records import CheckKind, Choice, Reveal
from vlaarena_desktop.evidence import Evidence, SideEvidence


class Performance(Struct, frozen=True):
    """How one side carried out one turn."""

    steps: int
    succeeded: bool | None  # None: the instruction matched no task, so nothing was judged


class SideOutcome(Struct, frozen=True):
    """Who one side was, and its turns."""

    model_id: str
    name: str
    organization: str
    performances: tuple[Performance, ...]  # none where the turns cannot be read


class Outcome(Struct, frozen=True):
    """A closed battle as the reveal shows it: left (A) and right (B)."""

    battle_id: str
    choice: Choice | None  # None: it ended without a vote
    left: SideOutcome
    right: SideOutcome
    check: CheckKind | None = None  # what it checked, if it was a hidden check


def outcome_of(reveal: Reveal, cards: Iterable[ModelCard], evidence: Evidence | None) -> Outcome:
    """What a reveal and the turns' episodes say; the names alone where the episodes cannot be read."""
    known = {card.id: card for card in cards}

    def side(model_id: str, played: list[SideEvidence]) -> SideOutcome:
        card, performances = known.get(model_id), tuple(_performance(each) for each in played)
        return SideOutcome(model_id, card.name if card else model_id, card.organization if card else "", performances)

    turns = evidence.turns if evidence is not None else ()
    return Outcome(
        reveal.battle_id,
        reveal.vote.vote if reveal.vote else None,
        side(reveal.left_model_id, [turn.left for turn in turns]),
        side(reveal.right_model_id, [turn.right for turn in turns]),
        reveal.check,
    )


def _performance(side: SideEvidence) -> Performance:
    episode = side.episode
    return Performance(episode.trajectory.steps, episode.succeeded if episode.task_id is not None else None)
