"""A person at the window: presses keys as a keyboard does, and looks at what is on the screen."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QDeadlineTimer, QEventLoop, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QWidget,
)

from vlaarena_desktop.app import Room
from vlaarena_desktop.notices import Notice

PATIENCE = 90_000  # [ms] for one thing to happen
_HEARTBEAT = 50  # [ms] between two looks while nothing else happens
_ROUNDS = 6  # of events until a change of layout is on the screen


class Person:
    """Knows the application from its screen. `pressed` counts every key."""

    def __init__(self, room: Room, pictures: Path) -> None:
        self.room, self._pictures = room, pictures
        self.pressed = 0
        self.blind = True  # whether no name may be on the screen
        self.taken: list[str] = []
        self._heart = QTimer(interval=_HEARTBEAT)
        self._complaints: list[str] = []
        room.notices.shown.connect(self._read_notice)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as QKeySequence spells them, in the window that has the focus."""
        for key in keys:
            combination = QKeySequence(key)[0]
            QTest.keyClick(self._front(), combination.key(), combination.keyboardModifiers())
            self.pressed += 1

    def type(self, words: str) -> None:
        """Type plain lower-case text."""
        for letter in words:
            QTest.keyClick(self._front(), Qt.Key(ord(letter.upper())), Qt.KeyboardModifier.NoModifier)
            self.pressed += 1

    def find(self, words: str, picture: str = "") -> None:
        """Do something by its name, through the palette; `picture` keeps one of the palette after the first word."""
        palette = self.room.window.finder
        self.press("Ctrl+K")
        self.until(palette.isVisible, "the palette")
        first, rest = words.split(" ", 1) if picture else (words, "")
        self.type(first)
        if picture:
            self.photograph(picture)
            self.type(f" {rest}")
        assert palette.list.count(), f"the palette has no command like '{words}'"
        chosen = palette.list.item(0).text().casefold()
        assert chosen.startswith(words), f"'{words}' would run '{chosen}'"
        self.press("Return")
        self.until(lambda: not palette.isVisible(), "the palette to close")
        self.settle()

    def until(self, happened: Callable[[], object], awaited: str) -> None:
        """Wait for something; an error shown meanwhile, or a long time, ends the wait."""
        patience = QDeadlineTimer(PATIENCE)
        self._heart.start()
        while not happened():
            assert not self._complaints, self._complaints
            assert not patience.hasExpired(), f"waited in vain for {awaited}; on the screen is:\n{self.words()}"
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        self._heart.stop()

    def sees(self, *words: str) -> None:
        """Wait until all of these words are on the screen."""
        self.until(lambda: all(each in self.words() for each in words), f"the words {words}")

    def words(self) -> str:
        """Everything that can be read on the screen."""
        found = [text for window in QApplication.topLevelWidgets() for text in _texts(window)]
        return "\n".join(text for text in found if text)

    def check_blind(self) -> None:
        """Before the vote is final, no name is on the screen."""
        read = self.words()
        cards = self.room.daemon.cards
        named = [name for card in cards for name in (card.name, card.id) if name in read]
        assert not (self.blind and named), f"{named} can be read before the vote"

    def settle(self) -> None:
        """Let the window lay itself out and draw."""
        for _ in range(_ROUNDS):
            QApplication.processEvents()

    def looks_at(self, widget: QWidget) -> QImage:
        """What of a widget is on the screen, with whatever lies over it."""
        self.settle()
        corner = widget.mapToGlobal(widget.rect().topLeft())
        screen = QGuiApplication.primaryScreen()
        size = widget.size()
        return screen.grabWindow(0, corner.x(), corner.y(), size.width(), size.height()).toImage()

    def change(self, widget: QWidget, *keys: str) -> None:
        """Press keys, and see that the picture of a widget changes."""
        before = self.looks_at(widget)
        self.press(*keys)
        self.until(lambda: self.looks_at(widget) != before, f"{keys} to change the picture")

    def photograph(self, name: str) -> None:
        """Keep a picture of the whole window as it is on the screen."""
        self.check_blind()
        picture = self.looks_at(self.room.window)
        path = self._pictures / f"{len(self.taken) + 1:02d}-{name}.png"
        assert picture.save(str(path))
        self.taken.append(path.name)

    def _front(self) -> QWindow:
        """The window that has the focus; no window manager is there to give it on when a dialog closes."""
        if QGuiApplication.focusWindow() is None:
            self.room.window.activateWindow()
        self.until(QGuiApplication.focusWindow, "a window to have the focus")
        return QGuiApplication.focusWindow()

    def _read_notice(self, notice: Notice) -> None:
        if notice.kind == "error":
            self._complaints.append(f"{notice.text} {notice.hint}")


def _texts(window: QWidget) -> list[str]:
    if not window.isVisible():
        return []
    texts = [window.windowTitle()]
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
            texts.append(widget.text())
        elif isinstance(widget, QComboBox):
            texts.append(widget.currentText())
        elif isinstance(widget, QAbstractItemView):
            texts += _cells(widget)
    return texts


def _cells(view: QAbstractItemView) -> list[str]:
    model, root = view.model(), view.rootIndex()
    columns = model.columnCount(root) if isinstance(model, QAbstractTableModel) else 1
    places = product(range(model.rowCount(root)), range(columns))
    return [str(model.data(model.index(row, column, root)) or "") for row, column in places]
