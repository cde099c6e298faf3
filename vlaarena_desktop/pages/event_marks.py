"""The events of a closed battle's turn, in words: as marks on the timeline, and as rows of the list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import mujoco
from PySide6.QtCore import QCoreApplication

from scenes import catalog
from scenes.episode import Event, EventKind
from vlaarena_desktop.collisions import ROBOT, TABLE, Collision, collisions
from vlaarena_desktop.evidence import TurnEvidence
from vlaarena_desktop.pages.timeline import Mark

_tr = QCoreApplication.translate


def event_marks(turn: TurnEvidence) -> tuple[Mark, ...]:
    """What happened on either side of a turn, in its order in time."""
    names = object_names(turn)
    found = [
        Mark(event.step / side.episode.trajectory.control_hz, number, event_text(event, names), event.kind)
        for number, side in enumerate(turn.sides)
        for event in side.episode.events
    ]
    return in_time(found)


def collision_marks(turn: TurnEvidence, models: Sequence[mujoco.MjModel]) -> tuple[Mark, ...]:
    """What ran into what on either side of a turn, drawn with each side's model, in its order in time."""
    names = object_names(turn)
    found = [
        Mark(each.time, number, collision_text(each, names), "collided")
        for number, (side, model) in enumerate(zip(turn.sides, models, strict=True))
        for each in collisions(model, side.episode)
    ]
    return in_time(found)


def in_time(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Marks of both sides in their order in time."""
    return tuple(sorted(marks, key=lambda mark: (mark.time, mark.side)))


def collision_text(collision: Collision, names: Mapping[str, str]) -> str:
    """A collision in words; `names` are the objects' words by id."""
    subject, other = (names.get(each, each) for each in (collision.subject, collision.other))
    if collision.subject != ROBOT:
        return _tr("events", "the {subject} collided with the {other}").format(subject=subject, other=other)
    if collision.other == TABLE:
        return _tr("events", "collided with the table")
    return _tr("events", "collided with the {other}, not with the fingers").format(other=other)


def object_names(turn: TurnEvidence) -> Mapping[str, str]:
    """Words for the objects of a turn's scene by id, as far as it is known."""
    scene = catalog.scenes().get(turn.left.episode.trajectory.scene_id)
    return {each.id: each.name for each in scene.objects} if scene is not None else {}


def event_text(event: Event, names: Mapping[str, str]) -> str:
    """An event in words; `names` are the objects' words by id."""
    words: dict[EventKind, str] = {
        "contact": _tr("events", "touched the {subject}"),
        "grasped": _tr("events", "grasped the {subject}"),
        "lifted": _tr("events", "lifted the {subject}"),
        "placed": _tr("events", "placed the {subject} on: {other}"),
        "dropped": _tr("events", "dropped the {subject} on: {other}"),
        "success": _tr("events", "the task is done"),
    }
    subject, other = (names.get(each, each) for each in (event.subject, event.other))
    return words[event.kind].format(subject=subject, other=other)
