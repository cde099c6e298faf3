"""A battle that needs nobody: the real window, daemon and store, judged by whether the task was done."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from msgspec import Struct
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer, SignalInstance
from PySide6.QtGui import QImage

from scenes.episode import Episode
from scenes.errors import ArenaError, DaemonError
from sync.records import Choice, Turn
from sync.store import Store
from vlaarena_desktop import app, background
from vlaarena_desktop.app import Room
from vlaarena_desktop.cli.boards import read_standings, standings_text
from vlaarena_desktop.local_daemon import LocalDaemon
from vlaarena_desktop.notices import Notice
from vlaarena_desktop.outcome import Outcome
from vlaarena_desktop.replays import TurnReplay
from vlaarena_desktop.saving.sheet import contact_sheet
from vlaarena_desktop.standing import BoardQuery

SHEET_MOMENTS = 6
_PATIENCE_SECONDS = 120
_STOP_SECONDS = 5.0
_SETTLING = 5  # rounds of events until a change of layout is on the screen


class Judgement(Struct, frozen=True):
    """A vote by task success alone."""

    choice: Choice
    reason: str


def judge(left: Episode, right: Episode) -> Judgement:
    """The side that did the task wins; if both did, the sooner one."""
    if left.succeeded and right.succeeded:
        sooner = left.trajectory.duration - right.trajectory.duration
        if sooner == 0:
            return Judgement("tie", "both did it in the same time")
        choice: Choice = "left_better" if sooner < 0 else "right_better"
        return Judgement(choice, "both did it, one of them sooner")
    if left.succeeded or right.succeeded:
        return Judgement("left_better" if left.succeeded else "right_better", "only one of them did it")
    return Judgement("both_bad", "neither did it")


def most_different(replay: TurnReplay) -> float:
    """[s] into a replay where the two sides' joint positions are furthest apart; the shorter side holds its last."""
    left, right = replay.left.display, replay.right.display
    longer = max(left, right, key=lambda track: len(track.times))
    frames = np.arange(len(longer.times))
    apart = [track.qpos[np.minimum(frames, len(track.qpos) - 1)] for track in (left, right)]
    return float(longer.times[np.linalg.norm(apart[0] - apart[1], axis=1).argmax()])


def run(home: Path, out: Path) -> None:
    """Play one battle in the window, vote, reveal, and write `window.png` and `battle.png` into `out`.

    Raises:
        ArenaError: something on the way failed.
    """
    application = app.make_application(sys.argv[:1], "light")
    local = LocalDaemon(home)
    with Store.open(home) as store:
        room = app.make_room(store, local=local, origin="simulated")
        try:
            room.window.show()
            _play(room, store, out)
            room.window.close()
            room.window.deleteLater()  # while there is a display to take it from
            _settle()
        finally:
            background.stop_all(_STOP_SECONDS)
            local.stop()
        print(f"\n{standings_text(read_standings(store, BoardQuery(origins=('window', 'simulated'))))}")
    application.quit()


def _play(room: Room, store: Store, out: Path) -> None:
    arena, page = room.arena, room.window.battle
    _until(room, room.daemon.cards_changed, room.daemon.connect_now, "the daemon to start")
    _until(room, arena.turn_added, page.play, "both episodes")
    turn = arena.turns[-1].turn
    print(f"A and B carry out '{turn.instruction}' from the same start; both replays run in the window.")
    _watch(room)
    verdict = judge(store.episode(turn.left_episode_id), store.episode(turn.right_episode_id))
    arena.vote(verdict.choice)
    print(f"Vote: {verdict.choice} ({verdict.reason}). It is on disk; now the names.")
    _until(room, arena.revealed, arena.reveal, "the reveal")
    _tell(arena.outcome, turn)
    page.playhead.set_speed(1.0)
    _save(_sheet(room, turn), out / "battle.png")
    _seek(room, most_different(arena.turns[-1]))
    _settle()
    _save(room.window.grab().toImage(), out / "window.png")


def _watch(room: Room) -> None:
    """Play the replay to its end, again and slower as long as too few frames came onto the screen."""
    playhead = room.window.battle.playhead
    while not room.arena.unlocked:
        _until(room, playhead.playing_changed, playhead.play, "the replays to be watched")
        if not playhead.playing:
            playhead.change_speed(-1)


def _until(room: Room, signal: SignalInstance, act: Callable[[], object], awaited: str) -> None:
    """Act, then run the event loop until the signal comes; an error shown in the window ends the wait."""
    loop, failures = QEventLoop(), list[Notice]()

    def look_at(notice: Notice) -> None:
        if notice.kind == "error":
            failures.append(notice)
            loop.quit()

    patience = _patience(room, awaited)
    signal.connect(loop.quit)
    room.notices.shown.connect(look_at)
    QTimer.singleShot(0, act)
    loop.exec()
    patience.stop()
    room.notices.shown.disconnect(look_at)
    signal.disconnect(loop.quit)
    if failures:
        raise ArenaError(failures[0].text, hint=failures[0].hint)


def _patience(room: Room, awaited: str) -> QTimer:
    """A running timer that shows an error in the window when what is awaited does not come."""
    error = DaemonError(f"Waited {_PATIENCE_SECONDS} s for {awaited}.", hint="`vlaarena doctor` says what is missing.")
    timer = QTimer(singleShot=True, interval=1000 * _PATIENCE_SECONDS)
    timer.timeout.connect(lambda: room.notices.show_error(error))
    timer.start()
    return timer


def _seek(room: Room, moment: float) -> None:
    """Show a moment in both viewers, exactly."""
    room.window.battle.playhead.pause()
    room.window.battle.playhead.seek(moment)


def _settle() -> None:
    """Let the window lay itself out, draw, and let go of what is to go."""
    for _ in range(_SETTLING):
        QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _sheet(room: Room, turn: Turn) -> QImage:
    page = room.window.battle
    moments = [index * page.playhead.duration / (SHEET_MOMENTS - 1) for index in range(SHEET_MOMENTS)]
    pairs = []
    for moment in moments:
        _seek(room, moment)
        pairs.append(page.room.pictures())
    return contact_sheet(turn.instruction, moments, pairs)


def _tell(outcome: Outcome | None, turn: Turn) -> None:
    assert outcome is not None
    for letter, side in (("A", outcome.left), ("B", outcome.right)):
        performance = side.performances[-1]
        result = "did it" if performance.succeeded else "did not do it"
        print(f"{letter} was {side.name}: {result} in {performance.steps} control steps.")
    print(f"battle {outcome.battle_id}\nepisodes {turn.left_episode_id}\n         {turn.right_episode_id}")


def _save(picture: QImage, path: Path) -> None:
    if not picture.save(str(path)):
        raise ArenaError(f"{path} could not be written.", hint="Check the folder's permissions.")
    print(f"Wrote {path}")
