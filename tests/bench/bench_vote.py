"""How long the window takes from the confirming key to the vote on the disk, and to the key being answered."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer, SignalInstance
from PySide6.QtTest import QTest

from sync.store import Store
from vlaarena_desktop import app, background
from vlaarena_desktop.app import Room
from vlaarena_desktop.local_daemon import daemon_at

VOTES = 200
GOAL = 150.0  # [ms] at the 95th percentile
PATIENCE = 120_000  # [ms]


def until(signal: SignalInstance) -> None:
    loop = QEventLoop()
    signal.connect(loop.quit)
    QTimer.singleShot(PATIENCE, loop.quit)
    loop.exec()


def opened(store: Store, address: str) -> Room:
    """The window with a battle of one turn that waits for its vote, replaying."""
    room = app.make_room(store, daemon_address=address, origin="simulated", max_steps=30)
    room.window.show()
    room.daemon.connect_now()
    until(room.daemon.cards_changed)
    QTimer.singleShot(0, room.window.battle.play)
    until(room.arena.turn_added)
    QTest.qWait(500)
    room.window.battle.watch()
    room.arena.see_enough()
    return room


def vote(room: Room) -> tuple[float, float]:
    """[ms] from the key to the vote on the disk, and to the end of what the key does; the vote is taken back."""
    kept: list[float] = []
    noted = room.arena.voted.connect(lambda _: kept.append(time.perf_counter()))
    QTest.keyClick(room.window, Qt.Key.Key_1)
    began = time.perf_counter()
    QTest.keyClick(room.window, Qt.Key.Key_Return)
    answered = time.perf_counter()
    room.arena.voted.disconnect(noted)
    QTest.keyClick(room.window, Qt.Key.Key_U)
    QTest.qWait(5)  # let the window draw
    return (kept[0] - began) * 1000, (answered - began) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where to measure; default: a temporary folder")
    application = app.make_application(sys.argv[:1], "light")
    with (
        tempfile.TemporaryDirectory(dir=parser.parse_args().folder) as name,
        daemon_at("", Path(name) / "daemon") as address,
        Store.open(Path(name) / "home") as store,
    ):
        room = opened(store, address)
        times = np.array([vote(room) for _ in range(VOTES)])
        room.window.close()
        background.stop_all(5.0)
    application.quit()
    print(f"{'':28}{'p50 ms':>10}{'p95 ms':>10}")
    for text, values in zip(("key to durable vote", "key to its answer"), times.T, strict=True):
        median, p95 = np.percentile(values, [50, 95])
        print(f"{text:28}{median:10.2f}{p95:10.2f}")
    return 0 if np.percentile(times[:, 0], 95) <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
