"""Keys become commands before widgets take them: those of the visible page, and those of the window everywhere."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from vlaarena_desktop.commands import Command

_CONFIRMING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TYPED_INTO = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)
_MOVING = (  # through a list or a table
    *_CONFIRMING,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
)
_EDITING = (  # a key of these, whatever is held with it, moves the cursor or deletes
    *_MOVING,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Insert,
    Qt.Key.Key_Space,
    Qt.Key.Key_Tab,
    Qt.Key.Key_Backtab,
)
_STANDARD = tuple(
    getattr(QKeySequence.StandardKey, name)
    for name in ("Copy", "Cut", "Paste", "Undo", "Redo", "SelectAll", "DeleteEndOfLine", "DeleteCompleteLine")
)


class Keys(QObject):
    """Hands keys of one window to its commands, except while something is typed or chosen.

    `everywhere` act also while something is typed; `here` are those of the visible page, of which only those with
    Ctrl that edit no text do so, and none while `covered` says that something lies over it.
    """

    def __init__(
        self,
        window: QWidget,
        everywhere: Callable[[], tuple[Command, ...]],
        here: Callable[[], tuple[Command, ...]],
        covered: Callable[[], bool],
    ) -> None:
        super().__init__(window)
        self._window, self._everywhere, self._here, self._covered = window, everywhere, here, covered
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Act on a key."""
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if not isinstance(watched, QWidget) or not self._listens(watched):
            return False
        if self._acted_on(self._everywhere(), event):
            return True
        return not self._covered() and self._hears(event)

    def _hears(self, event: QKeyEvent) -> bool:
        focus = QApplication.focusWidget()
        if event.key() in _CONFIRMING and event.isAutoRepeat():
            return True
        if event.key() in _CONFIRMING and isinstance(focus, QAbstractButton):
            focus.click()
            return True
        return not _takes(focus, event) and self._acted_on(self._here(), event)

    def _acted_on(self, commands: tuple[Command, ...], event: QKeyEvent) -> bool:
        for pressed in _sequences(event):
            for command in commands:
                if any(QKeySequence(keys) == pressed for keys in command.keys):
                    if command.repeats or not event.isAutoRepeat():
                        command.act()
                    return True
        return False

    def _listens(self, watched: QWidget) -> bool:
        if not self._window.isVisible() or QApplication.activePopupWidget() or QApplication.activeModalWidget():
            return False
        return watched.window() is self._window


def _takes(focus: QWidget | None, event: QKeyEvent) -> bool:
    """Whether the widget that has the focus needs this key itself: where one types, every key but Ctrl with some."""
    if isinstance(focus, QComboBox) and not focus.isEditable():
        return event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Home, Qt.Key.Key_End)
    if isinstance(focus, QAbstractItemView):
        return event.key() in _MOVING
    return isinstance(focus, (*_TYPED_INTO, QComboBox)) and (_edits(event) or not _with_control(event))


def _edits(event: QKeyEvent) -> bool:
    """Whether a key does something to text on any system, or in this one."""
    pressed = QKeySequence(event.keyCombination())
    return event.key() in _EDITING or any(pressed in QKeySequence.keyBindings(standard) for standard in _STANDARD)


def _with_control(event: QKeyEvent) -> bool:
    """Whether Ctrl is down, and not as a part of AltGr."""
    held = event.modifiers()
    return bool(held & Qt.KeyboardModifier.ControlModifier) and not held & Qt.KeyboardModifier.AltModifier


def _sequences(event: QKeyEvent) -> tuple[QKeySequence, ...]:
    """The keys pressed; those of the number pad count as the others.

    A sign or digit that a layout has above another one is meant by itself, too: the Shift only reaches it.
    """
    combination = event.keyCombination()
    plain = combination.keyboardModifiers() & ~Qt.KeyboardModifier.KeypadModifier
    pressed = QKeySequence(plain.value | combination.key().value)
    sign = event.text().strip()
    if not plain & Qt.KeyboardModifier.ShiftModifier or not sign.isprintable() or not sign or sign.isalpha():
        return (pressed,)
    unshifted = plain & ~Qt.KeyboardModifier.ShiftModifier
    return pressed, QKeySequence(unshifted.value | combination.key().value)
