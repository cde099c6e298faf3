"""Furnishes a replay room with the evidence drawer, so that a closed battle can be looked into."""

from __future__ import annotations

from sync.store import Store
from vlaarena_desktop.evidence import Evidence
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.pages.evidence import EvidenceDrawer
from vlaarena_desktop.pages.replay_room import ReplayRoom
from vlaarena_desktop.replays import TurnReplay


def furnish(room: ReplayRoom, store: Store, notices: Notices) -> EvidenceDrawer:
    """Put a drawer beside a room's viewers; it follows the room's evidence and turns. Dress it with the room."""
    drawer = EvidenceDrawer(room.playhead, room.viewers)
    drawer.set_store(store)
    room.set_drawer(drawer)

    def look_at(replay: TurnReplay | None) -> None:
        drawer.set_turn(replay.turn.turn_id if replay is not None else "")

    def look_into(evidence: Evidence | None) -> None:
        drawer.set_evidence(evidence)
        look_at(room.shown)

    room.evidence_changed.connect(look_into)
    room.turn_shown.connect(look_at)
    drawer.pins_changed.connect(room.set_pins)
    for source in (room, drawer):
        source.told.connect(notices.tell)
    drawer.troubled.connect(notices.show_error)
    look_into(room.evidence)
    return drawer
