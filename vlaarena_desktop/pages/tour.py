"""The first-run tour: a few callouts beside the real widgets, then a practice battle is offered."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from vlaarena_desktop.daemon_link import DaemonState
from vlaarena_desktop.pages.focus import FocusBefore, tab_round
from vlaarena_desktop.theme import Colors

_SHADE = QColor(8, 12, 16, 150)
_WIDTH, _GAP, _ROUND = 380, 14, 10  # [px]


class Stop(Struct, frozen=True):
    """A callout: what it says, and beside what."""

    title: str
    text: str
    widget: QWidget


class Tour(QWidget):
    """Enter goes on, Esc ends it at any time."""

    ended = Signal()
    practice_requested = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._stops: tuple[Stop, ...] = ()
        self._place = 0
        self._before = FocusBefore(self)
        self._ring = QColor("white")
        self.card, self.title, self.text, self.count = QFrame(self), QLabel(), QLabel(), QLabel()
        self.reason = QLabel()  # why there is no practice battle yet
        self.skip, self.practice = QPushButton(self.tr("Skip")), QPushButton(self.tr("Practice battle"))
        self.next = QPushButton(self.tr("Next"))
        self._lay_out()
        self.skip.clicked.connect(self.finish)
        self.next.clicked.connect(self.go_on)
        self.practice.clicked.connect(self._practise)
        self.follow_daemon("offline")
        window.installEventFilter(self)
        self.hide()

    def dress(self, colors: Colors) -> None:
        """Follow the colour scheme."""
        self._ring = QColor(colors.link)

    @Slot(str)
    def follow_daemon(self, state: DaemonState) -> None:
        """A practice battle may begin as soon as the daemon is idle; until then say why it may not."""
        gone = state in ("offline", "version")
        wait = self.tr("No daemon is there to play.") if gone else self.tr("The daemon is not ready yet: one moment.")
        reason = "" if state == "idle" else wait
        self.practice.setEnabled(not reason)
        self.practice.setAccessibleDescription(reason)
        self.reason.setText(reason)
        if self.isVisible():
            self._show_offer()

    def begin(self, stops: Sequence[Stop]) -> None:
        """Lead past these; at the end a practice battle is offered."""
        self._stops, self._place = tuple(stops), 0
        if not self.isVisible():
            self._before.remember(self.window())
        self.show()
        self.raise_()
        self._show_stop()

    @Slot()
    def go_on(self) -> None:
        """To the next callout; after the last one the tour is over."""
        self._place += 1
        if self._place >= len(self._stops):
            self.finish()
        else:
            self._show_stop()

    @Slot()
    def finish(self) -> None:
        """Leave the tour."""
        if self.isVisible():
            self._before.give_back(self.window())
            self.hide()
            self.ended.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay beside what is shown when the window changes its size."""
        if self.isVisible() and event.type() is QEvent.Type.Resize:
            self._place_card()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc skips, Enter and Right go on; nothing reaches what is behind."""
        if event.key() == Qt.Key.Key_Escape:
            self.finish()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right) and not event.isAutoRepeat():
            focus = QApplication.focusWidget()
            going_on = focus.click if isinstance(focus, QPushButton) and event.key() != Qt.Key.Key_Right else self.go_on
            going_on()
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round on the card."""
        return self.isVisible() and tab_round(self.card, forward)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Darken everything but what is spoken of, which gets a ring."""
        shown = QRectF(self._shown_rect())
        shade, hole = QPainterPath(), QPainterPath()
        shade.addRect(QRectF(self.rect()))
        hole.addRoundedRect(shown, _ROUND, _ROUND)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(shade.subtracted(hole), _SHADE)
        painter.setPen(QPen(self._ring, 3))
        painter.drawRoundedRect(shown, _ROUND, _ROUND)
        painter.end()

    def _show_stop(self) -> None:
        stop = self._stops[self._place]
        last = self._place == len(self._stops) - 1
        self.title.setText(stop.title)
        self.text.setText(stop.text)
        self.count.setText(self.tr("{place} of {all}").format(place=self._place + 1, all=len(self._stops)))
        self.next.setText(self.tr("Start") if last else self.tr("Next"))
        self.next.setAccessibleName(self.next.text())
        self.card.setAccessibleName(f"{stop.title} {stop.text}")
        self.skip.setVisible(not last)
        self._show_offer()
        self.next.setFocus()

    def _show_offer(self) -> None:
        last = self._place == len(self._stops) - 1
        self.practice.setVisible(last)
        self.reason.setVisible(last and not self.practice.isEnabled())
        self._place_card()

    def _shown_rect(self) -> QRect:
        widget = self._stops[self._place].widget
        corner = widget.mapTo(self.window(), QPoint(0, 0))
        return QRect(corner, widget.size()).adjusted(-5, -5, 5, 5).intersected(self.rect().adjusted(2, 2, -2, -2))

    def _place_card(self) -> None:
        """Below what is shown if there is room, else above it, else in its middle."""
        self.setGeometry(self.window().rect())
        self.card.setFixedWidth(_WIDTH)
        height = self.card.heightForWidth(_WIDTH) if self.card.hasHeightForWidth() else self.card.sizeHint().height()
        self.card.resize(_WIDTH, height)
        shown = self._shown_rect()
        below, above = shown.bottom() + _GAP, shown.top() - _GAP - height
        middle = shown.center().y() - height // 2
        top = below if below + height < self.height() else above if above > 0 else middle
        left = min(max(_GAP, shown.center().x() - _WIDTH // 2), self.width() - _WIDTH - _GAP)
        self.card.move(left, top)
        self.update()

    def _lay_out(self) -> None:
        self.card.setObjectName("curtaincard")
        self.title.setObjectName("lead")
        self.count.setObjectName("quiet")
        self.next.setObjectName("primary")
        self.text.setWordWrap(True)
        self.reason.setObjectName("quiet")
        self.reason.setWordWrap(True)
        for button in (self.skip, self.practice, self.next):
            button.setAccessibleName(button.text())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        buttons = QHBoxLayout()
        buttons.addWidget(self.count)
        buttons.addStretch(1)
        for button in (self.skip, self.practice, self.next):
            buttons.addWidget(button)
        column = QVBoxLayout(self.card)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addWidget(self.reason)
        column.addLayout(buttons)

    @Slot()
    def _practise(self) -> None:
        self.finish()
        self.practice_requested.emit()
