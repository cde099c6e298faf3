"""The ballot: what may be said beside the choice. A vote needs nothing of it."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from sync.records import MAX_COMMENT
from vlaarena_desktop.pages.line import Line
from vlaarena_desktop.pages.progress_field import ProgressField
from vlaarena_desktop.pages.tag_row import TagRow, tag_text
from vlaarena_desktop.sides import SIDE_LETTERS
from vlaarena_desktop.theme import Colors
from vlaarena_desktop.voting import Remarks

_TOLD_TAGS = 2  # in the summary


class BallotPanel(QFrame):
    """Comment, tags and progress of each side. Tab goes through them; Enter or Esc gives the keys back."""

    changed = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.comment, self.tags = Line(), TagRow()
        self.progress = (ProgressField(0), ProgressField(1))
        self.comment.setMaxLength(MAX_COMMENT)
        self.comment.setPlaceholderText(self.tr("Comment: what made the difference?"))
        self.comment.setAccessibleName(self.tr("Comment"))
        self._lay_out()
        for field in self.progress:
            field.changed.connect(self.changed)
        self.tags.changed.connect(self.changed)
        self.comment.textChanged.connect(self.changed)
        self.comment.returnPressed.connect(self.left)
        self.comment.left.connect(self.left)
        self.tags.left.connect(self.left)
        self.hide()

    def dress(self, colors: Colors) -> None:
        """Follow the colour scheme."""
        self.setStyleSheet(
            f"QPushButton#tag {{ background: {colors.raised}; padding: 3px 9px; border-radius: 13px; }}"
            f"QPushButton#tag:checked {{ background: {colors.notice}; color: {colors.link};"
            f" border-color: {colors.accent}; }}"
            f"QPushButton#tag:focus {{ padding: 2px 8px; }}"
        )

    @property
    def remarks(self) -> Remarks:
        """What was said."""
        return Remarks(
            comment=self.comment.text().strip() or None,
            tags=self.tags.tags,
            left_progress=self.progress[0].percent,
            right_progress=self.progress[1].percent,
        )

    @property
    def sliding(self) -> bool:
        """Whether one of the sliders has the focus and needs the arrow keys."""
        return QApplication.focusWidget() in [field.slider for field in self.progress]

    @property
    def has_focus(self) -> bool:
        """Whether the keys belong to something in here."""
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def summary(self) -> str:
        """What was said, in few words; empty when nothing was."""
        said = self.remarks
        parts = [self.tr("a comment")] if said.comment else []
        parts += [tag_text(tag) for tag in said.tags[:_TOLD_TAGS]]
        if len(said.tags) > _TOLD_TAGS:
            parts.append(self.tr("{count} more").format(count=len(said.tags) - _TOLD_TAGS))
        for letter, percent in zip(SIDE_LETTERS, (said.left_progress, said.right_progress), strict=True):
            if percent is not None:
                parts.append(self.tr("{letter} {percent} %").format(letter=letter, percent=percent))
        return ", ".join(parts)

    @Slot()
    def open(self) -> None:
        """Show it with the comment ready to be typed."""
        self.show()
        self.comment.setFocus()

    def clear(self) -> None:
        """Say nothing: another battle begins."""
        self.comment.clear()
        self.tags.clear()
        for field in self.progress:
            field.clear()

    def _lay_out(self) -> None:
        column, above, below = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        column.setContentsMargins(14, 9, 14, 9)
        column.setSpacing(8)
        above.setSpacing(14)
        above.addWidget(self.comment, 3)
        for field in self.progress:
            above.addWidget(field, 1)
        self.done = QPushButton(self.tr("Done"))
        self.done.setObjectName("link")
        self.done.setAccessibleName(self.tr("Done: back to the vote"))
        self.done.clicked.connect(self.left)
        below.addWidget(self.tags, 1)
        below.addWidget(self.done, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(above)
        column.addLayout(below)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Comment, tags as typed, progress, tags as buttons, done."""
        stops: list[QWidget] = [self.comment, self.tags.line, *(field.slider for field in self.progress)]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)
