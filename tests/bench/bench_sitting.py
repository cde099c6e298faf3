"""A long sitting: memory of the window over 200 battles, and gaps of its event loop while a battle is played.

    python tests/bench/bench_sitting.py [--battles 200] [--steps 50]

Every battle is drawn, played by a real daemon, shown, voted on, revealed and left for the next. Memory is the resident
set after a collection; flat means within 5 % of what it was after the first quarter. A gap is a pause between two turns
of the event loop, noted by a timer of 5 ms, from Enter until the replays are there.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer, SignalInstance
from PySide6.QtTest import QTest

from sync.store import Store
from vlaarena_desktop import app, background
from vlaarena_desktop.app import Room
from vlaarena_desktop.local_daemon import daemon_at

PATIENCE = 120_000  # [ms]
TICK = 5  # [ms]


def until(signal: SignalInstance) -> None:
    """Let the event loop run until a signal comes."""
    loop = QEventLoop()
    signal.connect(loop.quit)
    QTimer.singleShot(PATIENCE, loop.quit)
    loop.exec()


def resident_mb() -> float:
    """The resident set of this process [MB]; its peak where the system does not tell the present one."""
    gc.collect()
    table = Path("/proc/self/statm")
    if table.exists():
        return int(table.read_text().split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


class Gaps:
    """Notes how long the event loop was away while it is watched."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._last = 0.0
        self._timer = QTimer()
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self._tick)

    def begin(self) -> None:
        """Watch from now on."""
        self._last = time.perf_counter()
        self._timer.start()

    def end(self) -> None:
        """Watch no longer."""
        self._timer.stop()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.seconds.append(now - self._last)
        self._last = now


def battle(room: Room, gaps: Gaps) -> None:
    """One battle from Enter to the reveal."""
    QTimer.singleShot(0, gaps.begin)
    QTimer.singleShot(0, room.window.battle.new_battle)
    until(room.arena.turn_added)
    gaps.end()
    QTest.qWait(50)
    room.window.battle.playhead.pause()
    room.arena.see_enough()
    room.arena.vote("tie")
    room.arena.reveal()
    QTest.qWait(50)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--battles", type=int, default=200)
    parser.add_argument("--steps", type=int, default=50)
    options = parser.parse_args()
    application = app.make_application(sys.argv[:1], "light")
    gaps, memory = Gaps(), []
    with (
        tempfile.TemporaryDirectory() as name,
        daemon_at("", Path(name) / "daemon") as address,
        Store.open(Path(name) / "home") as store,
    ):
        room = app.make_room(store, daemon_address=address, origin="simulated", max_steps=options.steps, tier="plain")
        room.window.show()
        room.daemon.connect_now()
        until(room.daemon.cards_changed)
        for number in range(1, options.battles + 1):
            battle(room, gaps)
            memory.append(resident_mb())
            if number % max(1, options.battles // 8) == 0:
                print(f"after {number:4} battles  {memory[-1]:7.1f} MB", flush=True)
        room.window.close()
        background.stop_all(5.0)
    application.quit()
    early, late = np.median(memory[len(memory) // 4 :][:5]), np.median(memory[-5:])
    print(f"memory at the end over that after a quarter: {late / early:.3f} (goal: at most 1.05)")
    p50, p99, p999 = np.percentile(np.array(gaps.seconds) * 1e3, [50, 99, 99.9])
    print(f"gaps while a battle is played: p50 {p50:.0f} ms, p99 {p99:.0f} ms, p99.9 {p999:.0f} ms (goal: at most 100)")


if __name__ == "__main__":
    main()
