"""Every key of the battle page in one list: what it does and how it is called."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QComboBox, QLineEdit, QWidget

from vlaarena_desktop.arena import Arena
from vlaarena_desktop.pages.battle import BattlePage

_tr = QCoreApplication.translate
_CONFIRMING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class KeyBinding(Struct, frozen=True):
    """One key, its meaning in words, and what it does."""

    key: str  # as QKeySequence spells it
    title: str
    act: Callable[[], object]
    repeats: bool = False  # whether a held key acts again and again


def battle_keys(page: BattlePage, arena: Arena) -> tuple[KeyBinding, ...]:
    """The keys of the battle page."""
    return (*_replay_keys(page), *_camera_keys(page), *_vote_keys(page, arena))


def _replay_keys(page: BattlePage) -> tuple[KeyBinding, ...]:
    playhead = page.playhead
    return (
        KeyBinding("Space", _tr("keys", "Play or pause"), playhead.toggle),
        KeyBinding("Left", _tr("keys", "One step back"), lambda: playhead.step_by(-1), repeats=True),
        KeyBinding("Right", _tr("keys", "One step on"), lambda: playhead.step_by(1), repeats=True),
        KeyBinding("Shift+Left", _tr("keys", "Ten steps back"), lambda: playhead.step_by(-10), repeats=True),
        KeyBinding("Shift+Right", _tr("keys", "Ten steps on"), lambda: playhead.step_by(10), repeats=True),
        KeyBinding("Home", _tr("keys", "To the start"), lambda: playhead.seek_step(0)),
        KeyBinding("End", _tr("keys", "To the end"), lambda: playhead.seek_step(playhead.steps)),
        KeyBinding("-", _tr("keys", "Slower"), lambda: playhead.change_speed(-1)),
        KeyBinding("=", _tr("keys", "Faster"), lambda: playhead.change_speed(1)),
        KeyBinding("L", _tr("keys", "Loop"), lambda: playhead.set_loop(not playhead.loop)),
    )


def _camera_keys(page: BattlePage) -> tuple[KeyBinding, ...]:
    view = page.viewers[0].view
    return (
        KeyBinding("S", _tr("keys", "Move both cameras together"), page.link.toggle),
        KeyBinding("[", _tr("keys", "Previous camera"), lambda: view.cycle(-1)),
        KeyBinding("]", _tr("keys", "Next camera"), lambda: view.cycle(1)),
        KeyBinding("Esc", _tr("keys", "Free camera"), view.free),
    )


def _vote_keys(page: BattlePage, arena: Arena) -> tuple[KeyBinding, ...]:
    return (
        KeyBinding("1", _tr("keys", "A is better"), lambda: page.choose(0)),
        KeyBinding("2", _tr("keys", "B is better"), lambda: page.choose(1)),
        KeyBinding("3", _tr("keys", "Tie"), lambda: page.choose(2)),
        KeyBinding("4", _tr("keys", "Both bad"), lambda: page.choose(3)),
        KeyBinding("Return", _tr("keys", "Confirm the vote"), page.confirm),
        KeyBinding("Enter", _tr("keys", "Confirm the vote"), page.confirm),
        KeyBinding("0", _tr("keys", "Skip with a reason"), page.ask_to_skip),
        KeyBinding("U", _tr("keys", "Take the vote back"), arena.undo),
        KeyBinding("N", _tr("keys", "New battle"), page.new_battle),
    )


class BattleKeys(QObject):
    """Hands keys to the battle page before widgets take them, except while something is typed or chosen."""

    def __init__(self, page: BattlePage, arena: Arena) -> None:
        super().__init__(page)
        self._page = page
        self._bindings = {QKeySequence(each.key).toString(): each for each in battle_keys(page, arena)}
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Act on a key of the battle page."""
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if not isinstance(watched, QWidget) or not self._listens(watched):
            return False
        focus = QApplication.focusWidget()
        if event.key() in _CONFIRMING and event.isAutoRepeat():
            return True
        if event.key() in _CONFIRMING and isinstance(focus, QAbstractButton):
            focus.click()
            return True
        binding = self._bindings.get(_sequence(event).toString())
        if binding is None or _takes(focus, event):
            return False
        if binding.repeats or not event.isAutoRepeat():
            binding.act()
        return True

    def _listens(self, watched: QWidget) -> bool:
        if not self._page.isVisible() or QApplication.activePopupWidget() or QApplication.activeModalWidget():
            return False
        return watched.window() is self._page.window()


def _takes(focus: QWidget | None, event: QKeyEvent) -> bool:
    """Whether the widget that has the focus needs this key itself."""
    if isinstance(focus, QComboBox):
        return event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Home, Qt.Key.Key_End)
    return isinstance(focus, QLineEdit | QAbstractItemView)


def _sequence(event: QKeyEvent) -> QKeySequence:
    """The keys pressed; those of the number pad count as the others."""
    combination = event.keyCombination()
    plain = combination.keyboardModifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return QKeySequence(plain.value | combination.key().value)
