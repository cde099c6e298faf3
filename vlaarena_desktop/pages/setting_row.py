"""One setting on the page: its name, its field, and beside it why a value was refused or what overrides it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QLabel, QLineEdit, QSpinBox, QWidget

from scenes.errors import ArenaError
from vlaarena_desktop.live_settings import LiveSettings

Field = QLineEdit | QSpinBox | QComboBox | QCheckBox
FIELD_WIDTH, TITLE_WIDTH = 280, 190  # [px]
_NUMBER_INSET = 10  # [px] so that numbers stand below words


class SettingRow(QWidget):
    """Writes its setting as soon as the field is left or chosen; never keeps a value that was refused."""

    def __init__(self, name: str, title: str, field: Field, live: LiveSettings, about: str = "") -> None:
        super().__init__()
        self.name, self.field, self._live, self._about = name, field, live, about
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.prepare: Callable[[Any], Mapping[str, Any]] = lambda value: {name: value}
        field.setAccessibleName(title)
        line = _line(field)
        if line is not None:
            line.setAccessibleName(title)
        field.setFixedWidth(FIELD_WIDTH)
        label = QLabel(title)
        label.setBuddy(field)
        label.setFixedWidth(TITLE_WIDTH)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.addWidget(label, 0, 0)
        grid.addWidget(field, 0, 1)
        grid.addWidget(self.said, 0, 2)
        grid.setColumnStretch(2, 1)
        _on_change(field, self.take_over)
        live.filed_changed.connect(self.show_value)
        self.show_value()

    @property
    def typing(self) -> bool:
        """Whether something is typed here that was not taken over yet."""
        line = _line(self.field)
        return line is not None and line.hasFocus() and line.isModified()

    @Slot()
    def show_value(self) -> None:
        """Show what is in force, unless something else is being typed."""
        if self.typing:
            return
        overriding = self._live.overridden(self.name)
        _set(self.field, getattr(self._live.now, self.name))
        self.field.setEnabled(not overriding)
        self._say(self.tr("Set by {source}").format(source=overriding) if overriding else self._about, refused=False)

    @Slot()
    def take_over(self) -> None:
        """Put what the field holds in force, or say why that cannot be."""
        value = _get(self.field)
        self._settle(settled=True)
        try:
            if value != getattr(self._live.now, self.name):
                self._live.change_together(self.prepare(value))
        except ArenaError as error:
            self._settle(settled=False)
            self._say(str(error), refused=True)
            return
        self.show_value()

    def _settle(self, *, settled: bool) -> None:
        """Whether nothing stands here that has still to be taken over."""
        line = _line(self.field)
        if line is not None:
            line.setModified(not settled)

    def _say(self, text: str, *, refused: bool) -> None:
        self.said.setText(text)
        self.said.setObjectName("bad" if refused else "quiet")
        self.said.style().polish(self.said)
        self.field.setAccessibleDescription(text)


def section(title: str, rows: Sequence[QWidget]) -> QFrame:
    """Rows on a card under a heading."""
    card, head = QFrame(), QLabel(title)
    card.setObjectName("card")
    head.setObjectName("lead")
    grid = QGridLayout(card)
    grid.setContentsMargins(18, 14, 18, 16)
    grid.setVerticalSpacing(10)
    for widget in (head, *rows):
        grid.addWidget(widget, grid.rowCount(), 0)
    return card


def text_field(placeholder: str = "") -> QLineEdit:
    """A line of text; taken over with Enter, or when the field is left."""
    field = QLineEdit()
    field.setPlaceholderText(placeholder)
    return field


def number_field(least: int, most: int) -> QSpinBox:
    """A whole number between two."""
    field = QSpinBox()
    field.lineEdit().setTextMargins(_NUMBER_INSET, 0, 0, 0)
    field.setRange(least, most)
    field.setKeyboardTracking(False)
    return field


def choice_field(choices: Mapping[Any, str]) -> QComboBox:
    """One of several values, each with its name."""
    field = QComboBox()
    for value, name in choices.items():
        field.addItem(name, value)
    return field


def tick_field(title: str) -> QCheckBox:
    """Yes or no."""
    return QCheckBox(title)


def _on_change(field: Field, act: Callable[[], None]) -> None:
    if isinstance(field, QComboBox):
        field.activated.connect(act)
        line = field.lineEdit()
        if line is not None:
            line.editingFinished.connect(act)
    elif isinstance(field, QLineEdit):
        field.editingFinished.connect(act)
    elif isinstance(field, QSpinBox):
        field.valueChanged.connect(act)
    else:
        field.clicked.connect(act)


def _line(field: Field) -> QLineEdit | None:
    """Where one types in a field."""
    if isinstance(field, QSpinBox | QComboBox):
        return field.lineEdit()
    return field if isinstance(field, QLineEdit) else None


def _get(field: Field) -> Any:
    if isinstance(field, QComboBox):
        return field.currentText().strip() if field.isEditable() else field.currentData()
    if isinstance(field, QLineEdit):
        return field.text().strip()
    return field.value() if isinstance(field, QSpinBox) else field.isChecked()


def _set(field: Field, value: Any) -> None:
    field.blockSignals(True)
    if isinstance(field, QComboBox):
        field.setCurrentIndex(field.findData(value))
        if field.isEditable():
            field.setEditText(value)
    elif isinstance(field, QLineEdit):
        field.setText(value)
    elif isinstance(field, QSpinBox):
        field.setValue(value)
    else:
        field.setCheckState(Qt.CheckState.Checked if value else Qt.CheckState.Unchecked)
    field.blockSignals(False)
