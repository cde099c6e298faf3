"""Curtain: a card in front of the whole window. Esc closes it, the focus stays on it and then goes back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from vlaarena_desktop.pages.focus import FocusBefore, tab_round

_SHADE = QColor(8, 12, 16, 150)
_MARGIN = 48  # [px] between the card and the window's edges, at least


class Curtain(QWidget):
    """Not a window of its own: nothing can get lost behind it."""

    closed = Signal()

    def __init__(self, window: QWidget, size: QSize) -> None:
        super().__init__(window)
        self._wanted = size
        self._before = FocusBefore(self)
        self.card = QFrame(self)
        self.card.setObjectName("curtaincard")
        self.column = QVBoxLayout(self.card)
        self.column.setContentsMargins(18, 16, 18, 16)
        self.column.setSpacing(10)
        window.installEventFilter(self)
        self.hide()

    def rise(self, first: QWidget) -> None:
        """Cover the window; the focus goes to `first`."""
        if not self.isVisible():
            self._before.remember(self.window())
        self._cover()
        self.show()
        self.raise_()
        first.setFocus()

    def close_down(self) -> None:
        """Uncover the window and give the focus back."""
        if not self.isVisible():
            return
        self._before.give_back(self.window())
        self.hide()
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the window."""
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self._cover()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; no key reaches what is behind."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_down()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the card closes."""
        if not self.card.geometry().contains(event.position().toPoint()):
            self.close_down()
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round on the card."""
        return self.isVisible() and tab_round(self.card, forward)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Darken what is behind."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), _SHADE)
        painter.end()

    def _cover(self) -> None:
        window = self.parentWidget()
        assert window is not None
        self.setGeometry(window.rect())
        room = window.size() - QSize(2 * _MARGIN, 2 * _MARGIN)
        size = self._wanted.boundedTo(room)
        self.card.resize(size)
        self.card.move((self.width() - size.width()) // 2, max(_MARGIN, (self.height() - size.height()) // 3))
