"""The events of a closed battle's turn as marks on the timeline."""

from __future__ import annotations

from scenes import catalog
from vlaarena_desktop.evidence import TurnEvidence
from vlaarena_desktop.pages.events_panel import event_text
from vlaarena_desktop.pages.timeline import Mark


def event_marks(turn: TurnEvidence) -> tuple[Mark, ...]:
    """What happened on either side of a turn."""
    scene = catalog.scenes().get(turn.left.episode.trajectory.scene_id)
    names = {each.id: each.name for each in scene.objects} if scene is not None else {}
    return tuple(
        Mark(event.step / side.episode.trajectory.control_hz, number, event_text(event, names), event.kind)
        for number, side in enumerate(turn.sides)
        for event in side.episode.events
    )
