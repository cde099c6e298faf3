"""Run as a child: a person plays, judges and looks again in the real window on a virtual display, with keys alone.

python person_child.py HOME PICTURES whole | short [WIDTHxHEIGHT [light | dark]]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from end_to_end import aftermath, sitting
from end_to_end.person import Person
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from sync.store import Store
from vlaarena_desktop import app, background
from vlaarena_desktop.app import Room
from vlaarena_desktop.local_daemon import LocalDaemon
from vlaarena_desktop.viewing.gl_canvas import GlCanvas
from vlaarena_desktop.virtual_display import virtual_display

SHORT_STEPS, SHORT_TIER = 10, "plain"  # in the short form: control steps of an episode, how finely it is drawn
UNDO_SECONDS = 30.0  # enough to look at everything on a machine that does other things
STOP_SECONDS = 5.0


@contextmanager
def open_window(home: Path, form: str, size: str, look: str) -> Iterator[Room]:
    """The real window on the display, in front, with a daemon of its own."""
    application = app.make_application(sys.argv[:1], "dark" if look == "dark" else "light")
    local, given = LocalDaemon(home), {"colors": look}
    short = form == "short"
    steps, tier = (SHORT_STEPS, SHORT_TIER) if short else (None, None)
    with Store.open(home) as store:
        room = app.make_room(store, local=local, given=given, max_steps=steps, tier=tier, undo_seconds=UNDO_SECONDS)
        try:
            room.window.resize(*map(int, size.split("x")))
            room.daemon.connect_now()
            room.window.show()
            room.window.activateWindow()  # as a window manager does with a window that opens
            yield room
            room.window.close()
            room.window.deleteLater()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        finally:
            background.stop_all(STOP_SECONDS)
            local.stop()
    application.quit()


def play_and_watch(person: Person, *, whole: bool) -> None:
    """One turn; in the whole form three: from a fresh start, from where each stopped, from a fresh start."""
    sitting.begin(person)
    sitting.vote_too_early(person)
    sitting.replay(person)
    if whole:
        sitting.look_around(person)
    sitting.watch(person)
    if whole:
        person.press("Shift+T")
        sitting.play(person, "lift the blue cylinder")
        sitting.watch(person)
        person.press("T")
        sitting.play(person, "push the green cube to the left", "Tab", "Home", "Shift+Tab")
        sitting.watch(person)
        sitting.go_through_turns(person)


def look_again(person: Person, folder: Path, *, whole: bool) -> None:
    """Into the battle that was judged, and into what can be tried with it."""
    battle = person.room.arena.battle
    assert battle is not None
    aftermath.look_into(person)
    aftermath.pin_a_note(person)
    if whole:
        aftermath.branch(person)
        aftermath.reproduce(person)
        aftermath.save_a_video(person, folder)
    aftermath.find_again(person, battle.battle_id)
    aftermath.return_to_battle(person)


def sit_down(home: Path, out: Path, form: str, size: str = "1280x800", look: str = "light") -> dict[str, object]:
    """Everything, from the first instruction to the next battle's names; what came of it."""
    whole, folder = form == "whole", out / "saved"
    folder.mkdir()
    with open_window(home, form, size, look) as room:
        person = Person(room, out)
        play_and_watch(person, whole=whole)
        sitting.vote(person)
        sitting.vote_anew(person)
        sitting.read_names(person)
        look_again(person, folder, whole=whole)
        keys = sitting.judge_plainly(person, wait_for_names=whole)
        native = [isinstance(viewer.canvas, GlCanvas) for viewer in room.window.battle.viewers]
    return {"keys_per_vote": keys, "native": native, "pictures": person.taken, "pressed": person.pressed}


def main() -> None:
    """One JSON line."""
    home, out, *how = sys.argv[1:]
    with virtual_display() as display:
        assert display.startswith("virtual display"), display
        print(json.dumps(sit_down(Path(home), Path(out), *how)), flush=True)


if __name__ == "__main__":
    main()
