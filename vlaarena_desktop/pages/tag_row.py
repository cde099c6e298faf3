"""Tags for a vote: a few that come back in every lab, and free ones."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from vlaarena_desktop.pages.line import Line

_tr = QCoreApplication.translate
TAGS = ("wrong object", "missed grasp", "dropped it", "collision", "jerky", "hesitant", "unsafe", "almost")
MAX_TAG, MAX_FREE = 40, 4  # characters of a tag; free tags of one vote
_SHOWN = 18  # characters of a free tag on its button


def tag_text(tag: str) -> str:
    """A tag in the evaluator's language; a free one as it was typed."""
    return {
        "wrong object": _tr("tags", "wrong object"),
        "missed grasp": _tr("tags", "missed grasp"),
        "dropped it": _tr("tags", "dropped it"),
        "collision": _tr("tags", "collision"),
        "jerky": _tr("tags", "jerky"),
        "hesitant": _tr("tags", "hesitant"),
        "unsafe": _tr("tags", "unsafe"),
        "almost": _tr("tags", "almost"),
    }.get(tag, tag)


class TagRow(QWidget):
    """Buttons to press, and a line in which a typed beginning completes itself; Enter adds it."""

    changed = Signal()
    left = Signal()  # the line gives the keys back

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QPushButton] = {}
        self.line = Line()
        self._make_line()
        column, self._known, self._free = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for row in (self._known, self._free):
            row.setSpacing(6)
            column.addLayout(row)
        self._known.addWidget(self.line)
        for row in (self._known, self._free):
            row.addStretch(1)
        for tag in TAGS:
            self._add_button(tag, self._known)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags given: the known ones first."""
        return tuple(tag for tag, button in self._buttons.items() if button.isChecked())

    def button(self, tag: str) -> QPushButton:
        """The button of a tag."""
        return self._buttons[tag]

    def clear(self) -> None:
        """No tags, and none but the known ones offered."""
        self.line.clear()
        for tag, button in list(self._buttons.items()):
            button.setChecked(False)
            if tag not in TAGS:
                self._free.removeWidget(button)
                del self._buttons[tag]
                button.deleteLater()

    def _make_line(self) -> None:
        self.line.setMaxLength(MAX_TAG)
        self.line.setFixedWidth(120)
        self.line.setPlaceholderText(self.tr("Add a tag"))
        self.line.setAccessibleName(self.tr("Add a tag"))
        completer = QCompleter([tag_text(tag) for tag in TAGS], self)
        completer.setCompletionMode(QCompleter.CompletionMode.InlineCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.line.setCompleter(completer)
        self.line.returnPressed.connect(self._enter)
        self.line.left.connect(self.left)

    def _add_button(self, tag: str, row: QHBoxLayout) -> QPushButton:
        text = tag_text(tag)
        button = QPushButton(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
        button.setObjectName("tag")
        button.setCheckable(True)
        button.setAccessibleName(self.tr("Tag: {tag}").format(tag=text))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.toggled.connect(self.changed)
        row.insertWidget(row.count() - (2 if row is self._known else 1), button)
        self._buttons[tag] = button
        return button

    @Slot()
    def _enter(self) -> None:
        typed = " ".join(self.line.text().split())
        self.line.clear()
        if not typed:
            self.left.emit()
            return
        known = {tag_text(tag).casefold(): tag for tag in self._buttons}
        tag = known.get(typed.casefold(), typed)
        if tag in self._buttons:
            self._buttons[tag].setChecked(True)
        elif len(self._buttons) < len(TAGS) + MAX_FREE:
            self._add_button(tag, self._free).setChecked(True)
