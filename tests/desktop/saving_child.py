"""Run by test_native_saving on a virtual display: saves a video while two native viewers play, and prints what came."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from desktop.saved import waving
from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QSurfaceFormat
from PySide6.QtWidgets import QApplication

from scenes.world import compile_world
from vlaarena_desktop import theme
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.pages.replay_room import ReplayRoom
from vlaarena_desktop.pages.save_dialog import SaveDialog
from vlaarena_desktop.viewer import native_renderer
from vlaarena_desktop.viewing import gl_canvas
from vlaarena_desktop.viewing.gl_canvas import GlCanvas
from vlaarena_desktop.viewing.mjmodels import MjModels


def wait(application: QApplication, done: Callable[[], object]) -> None:
    """Run the event loop until it is done, at most 30 s."""
    until = time.monotonic() + 30
    while not done() and time.monotonic() < until:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def looping_room(models: MjModels) -> ReplayRoom:
    """A replay that runs for ever in two viewers."""
    room = ReplayRoom(models, native=native_renderer() is not None)
    room.dress(theme.LIGHT)
    room.resize(640, 400)
    room.playhead.set_loop(True)
    room.show()
    room.show_turn(waving(compile_world("panda", "table")))
    return room


def saving(dialog: SaveDialog, folder: Path) -> list[Path]:
    """Begin to save a small video; the list gets its path when it is there."""
    saved: list[Path] = []
    dialog.saved.connect(saved.append)
    dialog.rise()
    dialog.place.folder.setText(str(folder))
    dialog.fields.kind.setCurrentIndex(1)
    dialog.fields.size_choice.insertItem(0, "tiny", 96)
    dialog.fields.size_choice.setCurrentIndex(0)
    dialog.start()
    return saved


def main(folder: Path) -> None:
    """Save while the replay loops; print one JSON line."""
    QSurfaceFormat.setDefaultFormat(gl_canvas.surface_format())
    application = QApplication(sys.argv[:1])
    models, presented = MjModels(lambda digest: None, "plain"), list[int]()
    room = looping_room(models)
    dialog = SaveDialog(room, models, Notices(), None)
    wait(application, lambda: room.playhead.playing)
    room.presented.connect(lambda turn, side, step: presented.append(step))
    saved = saving(dialog, folder)
    wait(application, lambda: saved)
    during = len(presented)
    wait(application, lambda: len(presented) >= during + 4)
    native = [isinstance(viewer.canvas, GlCanvas) for viewer in room.viewers]
    answer = {"native": native, "during": during, "after": len(presented) - during, "saved": [str(p) for p in saved]}
    print(json.dumps(answer), flush=True)
    dialog.close()
    room.release()
    room.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
