"""The step number of the replay: read while it plays, typed to go there."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFocusEvent, QIntValidator, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from vlaarena_desktop.playhead import Playhead

_STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}


class StepField(QLineEdit):
    """Type a number and press Enter; Up and Down step, Esc leaves the playhead where it is."""

    def __init__(self, playhead: Playhead, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playhead = playhead
        self._home: QWidget | None = None  # what had the focus before
        self._numbers = QIntValidator(0, 0, self)
        self.setValidator(self._numbers)
        self.setAccessibleName(self.tr("Step number"))
        self.setToolTip(self.tr("Type a step and press Enter (G)"))
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setMaxLength(6)
        self.setFixedWidth(self.fontMetrics().horizontalAdvance("0000") + 24)
        playhead.moved.connect(self._show_step)
        playhead.length_changed.connect(self._show_length)
        self._show_length()

    @Slot()
    def begin(self) -> None:
        """Take the focus, ready to be overwritten; it goes back afterwards."""
        if self.isEnabled():
            self._home = self.window().focusWidget()
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go there, step, or leave; no other key of the window acts on these."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go()
            self._leave()
        elif key == Qt.Key.Key_Escape:
            self._leave()
        elif key in _STEPS:
            self._playhead.step_by(_STEPS[key])
            self._show_step(force=True)
            self.selectAll()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What was typed and not confirmed is forgotten."""
        super().focusOutEvent(event)
        self._show_step(force=True)

    def _go(self) -> None:
        if self.text():
            self._playhead.seek_step(min(int(self.text()), self._playhead.steps))

    def _leave(self) -> None:
        home, self._home = self._home, None
        if home is not None and home is not self:
            home.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.clearFocus()

    @Slot()
    def _show_length(self) -> None:
        self._numbers.setTop(10 ** self.maxLength())
        self.setEnabled(self._playhead.duration > 0)
        self._show_step(force=True)

    @Slot()
    def _show_step(self, _: float = 0.0, *, force: bool = False) -> None:
        text = str(self._playhead.step)
        if text != self.text() and (force or not self.hasFocus()):
            self.setText(text)
