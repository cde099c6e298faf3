"""A window at rest: a real store, and no daemon to play."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from sync.store import Store
from vlaarena_desktop.app import Room, make_room

NOBODY = "ipc:///tmp/nobody"


@contextmanager
def resting_room(home: Path, state: QSettings | None = None) -> Iterator[Room]:
    """The whole window at its least size."""
    with Store.open(home) as store:
        room = make_room(store, daemon_address=NOBODY, tier="plain", state=state)
        room.window.resize(1024, 700)
        room.window.show()
        room.window.activateWindow()
        assert QTest.qWaitForWindowActive(room.window)
        try:
            yield room
        finally:
            room.window.close()
            room.daemon.stop()
            room.window.deleteLater()
            QCoreApplication.sendPostedEvents(room.window, QEvent.Type.DeferredDelete.value)


def parts(window: QWidget) -> list[QWidget]:
    """Everything in the window that one sees now."""
    return [widget for widget in window.findChildren(QWidget) if widget.isVisible()]


def cut_off(window: QWidget) -> list[str]:
    """The visible labels and buttons whose text has less room than it needs."""
    cut = []
    for widget in parts(window):
        if not isinstance(widget, QLabel | QAbstractButton) or not widget.text():
            continue
        needed = widget.minimumSizeHint() if isinstance(widget, QAbstractButton) else widget.sizeHint()
        if isinstance(widget, QLabel) and widget.wordWrap():
            narrow, low = False, widget.heightForWidth(widget.width()) > widget.height() + 1
        else:
            narrow, low = needed.width() > widget.width() + 1, needed.height() > widget.height() + 1
        if narrow or low:
            cut.append(f"{widget.text()!r} needs {needed.toTuple()}, has {widget.size().toTuple()}")
    return cut
