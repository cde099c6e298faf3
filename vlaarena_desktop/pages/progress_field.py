"""How far one side came, as the evaluator judges it: a slider that says nothing until it is used."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from vlaarena_desktop.sides import SIDE_LETTERS
from vlaarena_desktop.viewing.badge import SideMark

_STEP, _LEAP = 5, 25  # percent


class _Slider(QSlider):
    cleared = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.cleared.emit()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling past must not judge."""
        event.ignore()


class ProgressField(QWidget):
    """0 .. 100 %, or nothing. The arrow keys change it, Delete empties it."""

    changed = Signal()

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider, self._said = _Slider(Qt.Orientation.Horizontal), QLabel()
        self._given = False
        self.slider.setRange(0, 100)
        self.slider.setSingleStep(_STEP)
        self.slider.setPageStep(_LEAP)
        self.slider.setMinimumSize(96, 26)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.setAccessibleName(self.tr("How far {letter} came").format(letter=SIDE_LETTERS[side]))
        self.slider.setToolTip(self.tr("How far it came: arrow keys change it, Delete empties it"))
        self._said.setObjectName("quiet")
        self._said.setMinimumWidth(self._said.fontMetrics().horizontalAdvance(self.tr("not said")) + 6)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(SideMark(side, 22))
        row.addWidget(self.slider, 1)
        row.addWidget(self._said)
        self.slider.actionTriggered.connect(self._give)
        self.slider.valueChanged.connect(self._show)
        self.slider.cleared.connect(self.clear)
        self._show()

    @property
    def percent(self) -> int | None:
        """What was judged, if anything."""
        return self.slider.sliderPosition() if self._given else None

    @Slot()
    def clear(self) -> None:
        """Say nothing."""
        self._given = False
        self.slider.setValue(0)
        self._show()

    @Slot()
    def _give(self) -> None:
        self._given = True
        self._show()

    @Slot()
    def _show(self) -> None:
        text = self.tr("not said") if self.percent is None else self.tr("{percent} %").format(percent=self.percent)
        self._said.setText(text)
        self.slider.setAccessibleDescription(text)
        self.changed.emit()
