"""The turn strip: one button per turn of a battle, shown from the second turn on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from sync.records import Turn
from vlaarena_desktop.theme import LIGHT, Colors

_WIDEST, _NARROWEST = 400, 72  # [px] of a button
_ROOM = 40  # [px] of a button beside its text
_DOT = 3.5  # [px] radius


class TurnButton(QPushButton):
    """A turn: its number, as much of its instruction as fits, and a dot until both sides were watched."""

    def __init__(self, turn: Turn, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.turn = turn
        self._unwatched, self._colors = False, LIGHT
        self.setObjectName("tab")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(_NARROWEST)
        self.setMaximumWidth(_WIDEST)
        self.set_unwatched(unwatched=False)

    @property
    def unwatched(self) -> bool:
        """Whether it carries the dot."""
        return self._unwatched

    def dress(self, colors: Colors) -> None:
        """Draw the dot in a scheme's colours."""
        self._colors = colors
        self.update()

    def set_unwatched(self, *, unwatched: bool) -> None:
        """Show the dot, or take it away."""
        self._unwatched = unwatched
        name = (
            self.tr("Turn {number}: {instruction}")
            if not unwatched
            else self.tr("Turn {number}: {instruction} (not watched to the end yet)")
        )
        told = name.format(number=self.turn.seq, instruction=self.turn.instruction)
        self.setAccessibleName(told)
        self.setToolTip(told)
        self._fit()

    def sizeHint(self) -> QSize:
        """As wide as its whole text, if there is room."""
        self.ensurePolished()  # only then it has its font
        wanted = ceil(QFontMetricsF(self.font()).horizontalAdvance(self._whole())) + _ROOM + 1
        return QSize(min(wanted, _WIDEST), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much of the instruction as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button and its dot."""
        super().paintEvent(event)
        if self._unwatched:
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(self._colors.warn))
                painter.drawEllipse(QRectF(self.rect()).topRight() + QPointF(-9, 9), _DOT, _DOT)

    def _whole(self) -> str:
        whole = self.tr("Turn {number} · {instruction}")
        return whole.format(number=self.turn.seq, instruction=self.turn.instruction.replace("&", "&&"))

    def _fit(self) -> None:
        elided = self.fontMetrics().elidedText(self._whole(), Qt.TextElideMode.ElideRight, max(0, self.width() - _ROOM))
        short = self.tr("Turn {number}").format(number=self.turn.seq)
        self.setText(elided if len(elided) > len(short) + 4 else short)


class TurnStrip(QWidget):
    """Chooses among turns by their index."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons, self._colors = QButtonGroup(self), LIGHT
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self._row.addStretch(1)
        self._buttons.idClicked.connect(self.chosen)
        self.hide()

    @property
    def buttons(self) -> tuple[TurnButton, ...]:
        """One per turn."""
        return tuple(button for button in self._buttons.buttons() if isinstance(button, TurnButton))

    def dress(self, colors: Colors) -> None:
        """Follow a change of the colour scheme."""
        self._colors = colors
        for button in self.buttons:
            button.dress(colors)

    def set_turns(self, turns: Sequence[Turn]) -> None:
        """Offer these; a single one needs no choosing."""
        for old in self.buttons:
            self._buttons.removeButton(old)
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        for index, turn in enumerate(turns):
            button = TurnButton(turn)
            button.dress(self._colors)
            self._buttons.addButton(button, index)
            self._row.insertWidget(index, button)
        self.setVisible(len(turns) > 1)

    def show_current(self, index: int | None) -> None:
        """Mark the turn on the stage."""
        for place, button in enumerate(self.buttons):
            button.setChecked(place == index)

    def show_unwatched(self, indices: Collection[int]) -> None:
        """Give these turns a dot."""
        for place, button in enumerate(self.buttons):
            if button.unwatched != (place in indices):
                button.set_unwatched(unwatched=place in indices)
