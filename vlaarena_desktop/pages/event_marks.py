"""The events of a closed battle's turn as marks on the timeline."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from scenes.episode import Event, EventKind
from vlaarena_desktop.evidence import TurnEvidence
from vlaarena_desktop.pages.timeline import Mark

_tr = QCoreApplication.translate


def event_marks(turn: TurnEvidence) -> tuple[Mark, ...]:
    """What happened on either side of a turn."""
    return tuple(
        Mark(event.step / side.episode.trajectory.control_hz, number, told(event), event.kind)
        for number, side in enumerate(turn.sides)
        for event in side.episode.events
    )


def told(event: Event) -> str:
    """An event in words."""
    words: dict[EventKind, str] = {
        "contact": _tr("events", "{subject} touched by {other}") if event.other else _tr("events", "{subject} touched"),
        "grasped": _tr("events", "{subject} grasped"),
        "lifted": _tr("events", "{subject} lifted"),
        "placed": _tr("events", "{subject} placed on {other}") if event.other else _tr("events", "{subject} placed"),
        "dropped": _tr("events", "{subject} dropped"),
        "success": _tr("events", "Task done"),
    }
    names = (event.subject.replace("_", " "), event.other.replace("_", " "))
    said = words[event.kind].format(subject=names[0], other=names[1])
    return said[:1].upper() + said[1:]
