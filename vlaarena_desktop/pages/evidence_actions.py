"""What can be done from a frame of a closed battle, as buttons and as commands."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from vlaarena_desktop.commands import Command
from vlaarena_desktop.sides import SIDE_LETTERS, SIDES


class EvidenceActions(QWidget):
    """It only asks; who gave it the battle answers."""

    difference_requested = Signal()
    branch_requested = Signal(str)  # "left" or "right"
    reproduce_requested = Signal(str)  # "left" or "right"
    save_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.difference = quiet_button(self.tr("Difference   D"), self.tr("To the first difference between A and B"))
        self.branch = quiet_button(self.tr("Branch…"), self.tr("Branch from here: let a model play on from this frame"))
        self.reproduce = quiet_button(self.tr("Reproduce"), self.tr("Play an episode again and compare it bit for bit"))
        self.save = quiet_button(self.tr("Save…"), self.tr("Save pictures or a video"))
        self.branch.setMenu(self._menu(self.tr("From {side}'s frame"), self.branch_requested.emit))
        self.reproduce.setMenu(self._menu(self.tr("{side}'s episode"), self.reproduce_requested.emit))
        self.more = quiet_button(self.tr("More"), self.tr("More that can be done"))
        self.more.setMenu(QMenu(self))
        self.more.menu().aboutToShow.connect(self._fill_more)
        self.difference.clicked.connect(self.difference_requested)
        self.save.clicked.connect(self.save_requested)
        self._lay_out()

    def minimumSizeHint(self) -> QSize:
        """The first, and the menu of the others."""
        least = self.difference.sizeHint().width() + self.more.sizeHint().width()
        return QSize(least, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What finds no room goes into a menu, the last first."""
        self._fold(self.width())

    def _fold(self, room: int) -> None:
        widths = [button.sizeHint().width() for button in self._row]
        shown = len(widths)
        while shown > 1 and sum(widths[:shown]) + (self.more.sizeHint().width() if shown < len(widths) else 0) > room:
            shown -= 1
        for place, button in enumerate(self._row):
            button.setVisible(place < shown)
        self.more.setVisible(shown < len(widths))

    @Slot()
    def _fill_more(self) -> None:
        menu = self.more.menu()
        menu.clear()
        for button in self._row:
            if button.isHidden() and button.menu() is not None:
                menu.addMenu(button.menu()).setText(button.text())
            elif button.isHidden():
                menu.addAction(button.text()).triggered.connect(button.click)

    def _lay_out(self) -> None:
        self._row = (self.difference, self.branch, self.reproduce, self.save)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for button in (*self._row, self.more):
            button.setObjectName("link")
            row.addWidget(button)
        row.addStretch(1)

    def commands(self) -> tuple[Command, ...]:
        """The same for the keyboard."""
        branches = self._for_sides("branch", self.tr("Branch from this frame of {side}"), self.branch_requested.emit)
        again = self._for_sides("reproduce", self.tr("Reproduce {side}"), self.reproduce_requested.emit)
        difference = Command(
            "evidence.difference",
            self.difference.accessibleName(),
            ("D",),
            self.difference_requested.emit,
            group=evidence_group(),
        )
        save = Command("evidence.save", self.save.accessibleName(), (), self.save.click, group=evidence_group())
        return (difference, *branches, *again, save)

    def _for_sides(self, name: str, title: str, act: Callable[[str], object]) -> tuple[Command, ...]:
        group = evidence_group()
        return tuple(
            Command(f"evidence.{name}_{side}", title.format(side=letter), (), partial(act, side), group=group)
            for side, letter in zip(SIDES, SIDE_LETTERS, strict=True)
        )

    def _menu(self, title: str, act: Callable[[str], object]) -> QMenu:
        menu = QMenu(self)
        for side, letter in zip(SIDES, SIDE_LETTERS, strict=True):
            chosen = partial(act, side)
            menu.addAction(title.format(side=letter)).triggered.connect(lambda _=False, chosen=chosen: chosen())
        return menu


def evidence_group() -> str:
    """The heading of all commands of the drawer."""
    return QCoreApplication.translate("evidence", "After the vote")


def quiet_button(title: str, told: str) -> QPushButton:
    """A button that takes the focus by Tab alone; `told` says in full what it does."""
    button = QPushButton(title)
    button.setAccessibleName(told)
    button.setToolTip(told)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
