"""Tags for a vote: a few that come back in every lab, and free ones."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QPushButton, QWidget

from vlaarena_desktop.pages.line import Line

TAGS = ("wrong object", "missed grasp", "dropped it", "collision", "jerky", "hesitant", "unsafe", "almost")
MAX_TAG, MAX_TAGS = 40, 12  # characters; tags of one vote


def tag_text(tag: str) -> str:
    """A tag in the evaluator's language; a free one as it was typed."""
    tr = QCoreApplication.translate
    return {
        "wrong object": tr("tags", "wrong object"),
        "missed grasp": tr("tags", "missed grasp"),
        "dropped it": tr("tags", "dropped it"),
        "collision": tr("tags", "collision"),
        "jerky": tr("tags", "jerky"),
        "hesitant": tr("tags", "hesitant"),
        "unsafe": tr("tags", "unsafe"),
        "almost": tr("tags", "almost"),
    }.get(tag, tag)


class TagRow(QWidget):
    """Buttons to press, and a line in which a typed beginning completes itself; Enter adds it."""

    changed = Signal()
    left = Signal()  # the line gives the keys back

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QPushButton] = {}
        self.line = Line()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        for tag in TAGS:
            self._add_button(tag)
        self._row.addStretch(1)
        self._row.addWidget(self.line)
        self._make_line()

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
                self._row.removeWidget(button)
                del self._buttons[tag]
                button.deleteLater()

    def _make_line(self) -> None:
        self.line.setMaxLength(MAX_TAG)
        self.line.setFixedWidth(150)
        self.line.setPlaceholderText(self.tr("Add a tag"))
        self.line.setAccessibleName(self.tr("Add a tag"))
        completer = QCompleter([tag_text(tag) for tag in TAGS], self)
        completer.setCompletionMode(QCompleter.CompletionMode.InlineCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.line.setCompleter(completer)
        self.line.returnPressed.connect(self._enter)
        self.line.left.connect(self.left)

    def _add_button(self, tag: str) -> QPushButton:
        button = QPushButton(tag_text(tag))
        button.setObjectName("tag")
        button.setCheckable(True)
        button.setAccessibleName(self.tr("Tag: {tag}").format(tag=tag_text(tag)))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.toggled.connect(self.changed)
        self._row.insertWidget(len(self._buttons), button)
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
        elif len(self.tags) < MAX_TAGS:
            self._add_button(tag).setChecked(True)
