"""Run as a child: the real window plays one battle, votes and reveals, and prints what was acknowledged.

python voting_window.py HOME DAEMON
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QTimer

from sync.store import Store
from vlaarena_desktop import app


def say(word: str, battle_id: str) -> None:
    print(word, battle_id, flush=True)


def main() -> None:
    home, address = sys.argv[1:]
    application = app.make_application(sys.argv[:1])
    with Store.open(Path(home)) as store:
        room = app.make_room(store, daemon_address=address, origin="simulated", max_steps=2, tier="plain")
        arena, window = room.arena, room.window

        def play() -> None:
            window.battle.play()

        def vote() -> None:
            arena.see_enough()
            say("played", arena.turns[-1].turn.battle_id)
            arena.vote("tie")

        arena.turn_added.connect(lambda _: QTimer.singleShot(0, vote))
        arena.voted.connect(lambda vote: say("voted", vote.battle_id))
        arena.voted.connect(lambda _: QTimer.singleShot(0, arena.reveal))
        arena.revealed.connect(lambda outcome: say("revealed", outcome.battle_id))
        room.daemon.cards_changed.connect(play)
        room.daemon.connect_now()
        window.show()
        application.exec()


main()
