"""Run as a child: the real window plays one turn and waits, or goes on with the battle it finds left open.

python left_window.py HOME DAEMON leave | resume
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel

from sync.store import Store
from vlaarena_desktop import app
from vlaarena_desktop.app import Room


def leave(room: Room) -> None:
    """Play a turn, say which battle it is of, and wait to be killed."""
    arena = room.arena
    arena.turn_added.connect(lambda replay: print(replay.turn.battle_id, flush=True))
    room.daemon.cards_changed.connect(room.window.battle.play)
    room.daemon.connect_now()


def resume(room: Room) -> None:
    """Continue what is offered, say what is seen of it, vote, and close."""
    page, arena = room.window.battle, room.arena
    print(page.welcome.said.text())
    page.welcome.go_on.click()
    assert arena.battle is not None
    print(arena.battle.battle_id, len(arena.turns), arena.missing_percent)
    print(" ".join(label.text() for label in room.window.findChildren(QLabel)))
    arena.see_enough()
    arena.vote("right_better")
    room.window.close()
    sys.stdout.flush()
    QTimer.singleShot(0, app.QApplication.quit)


def main() -> None:
    home, address, what = sys.argv[1:]
    application = app.make_application(sys.argv[:1])
    with Store.open(Path(home)) as store:
        room = app.make_room(store, daemon_address=address, origin="simulated", max_steps=2, tier="plain")
        room.window.show()
        QTimer.singleShot(0, lambda: {"leave": leave, "resume": resume}[what](room))
        application.exec()


main()
