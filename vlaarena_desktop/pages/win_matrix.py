"""Who beat whom, with counts; and the votes behind a cell, each a way to its battle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLabel, QPushButton, QTableView, QVBoxLayout, QWidget

from scenes import catalog
from sync.records import Vote
from vlaarena_desktop import theme
from vlaarena_desktop.pages.choices import choice_text
from vlaarena_desktop.pages.table_view import FittedTable, TableCard
from vlaarena_desktop.standing import BoardQuery, Pairing, Standings
from vlaarena_desktop.tables import Column, RecordTable

_tr = QCoreApplication.translate
_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_ROW = 40  # [px]
_FULL = 20  # votes from which a cell has its full colour
_STRONGEST = 0.34  # of the colour
_NO_QUERY = BoardQuery()


class MatrixModel(QAbstractTableModel):
    """Models by rank, down and across."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.models: tuple[str, ...] = ()
        self._pairings: Mapping[tuple[str, str], Pairing] = {}
        self._names: Mapping[str, str] = {}
        self.colors = theme.LIGHT

    def show_pairings(self, found: Standings, names: Mapping[str, str]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self.models = tuple(place.model_id for place in found.places)
        self._pairings, self._names = found.pairings, names
        self.endResetModel()

    def name(self, place: int) -> str:
        """What the model of a row or column is called."""
        return self._names.get(self.models[place], self.models[place])

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """How many models there are."""
        return 0 if parent.isValid() else len(self.models)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """How many models there are."""
        return 0 if parent.isValid() else len(self.models)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Wins to losses of the row's model; the rest in the tool tip."""
        if not index.isValid() or index.row() == index.column():
            return None
        met = self._pairings.get((self.models[index.row()], self.models[index.column()]))
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{met.wins} : {met.losses}" if met else "–"
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._told(index, met)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        return self._color(met) if role == Qt.ItemDataRole.BackgroundRole and met else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The model's name; its rank before it, across only that where it is long."""
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                f"{section + 1}  {self.name(section)}" if orientation is Qt.Orientation.Vertical else str(section + 1)
            )
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.name(section)
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation is Qt.Orientation.Vertical:
            return int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        return None

    def _told(self, index: _Index, met: Pairing | None) -> str:
        one, other = self.name(index.row()), self.name(index.column())
        if met is None:
            return _tr("board", "{one} and {other} have not met.").format(one=one, other=other)
        told = _tr(
            "board", "{one} against {other}: won {wins}, lost {losses}, ties {ties}, both bad {bad}; votes {votes}"
        )
        counts = {"wins": met.wins, "losses": met.losses, "ties": met.ties, "bad": met.both_bad, "votes": met.votes}
        return told.format(one=one, other=other, **counts)

    def _color(self, met: Pairing) -> QColor:
        """The accent where the row's model won more, the line's where it lost more; fainter with fewer votes."""
        decided = met.wins + met.losses
        share = met.wins / decided - 0.5 if decided else 0.0
        color = QColor(self.colors.accent if share > 0 else self.colors.edge)
        color.setAlphaF(2 * abs(share) * min(1.0, met.votes / _FULL) * _STRONGEST)
        return color


class _Line(Struct, frozen=True):
    """A vote as it is listed."""

    vote: Vote
    left: str
    right: str
    evaluator: str


class WinMatrix(QWidget):
    """The matrix above, the votes of the chosen cell below."""

    battle_chosen = Signal(str)  # id of a battle to review

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found, self._names, self._people = Standings(query=_NO_QUERY), dict[str, str](), dict[str, str]()
        self.matrix, self.view = MatrixModel(self), QTableView()
        self.votes: RecordTable[_Line] = RecordTable(_columns(), self)
        self.list = FittedTable(self.votes, self.tr("Votes of the cell"), giving=(5, 1, 2))
        self.said, self.open = QLabel(), QPushButton(self.tr("Open the battle"))
        self.card = TableCard(self.list, self.tr("Choose a cell to see its votes, and a vote to see its battle."))
        self._dress_view()
        self._lay_out()
        self.view.selectionModel().currentChanged.connect(self._show_cell)
        self.list.activated.connect(self.open_current)
        self.list.selectionModel().currentChanged.connect(self._follow_choice)
        self.open.clicked.connect(self.open_current)
        self._follow_choice()

    def show_standings(self, found: Standings, names: Mapping[str, str], people: Mapping[str, str]) -> None:
        """Show these votes. `names` of models and of evaluators, by id."""
        self._found, self._names, self._people = found, dict(names), dict(people)
        self.matrix.show_pairings(found, names)
        here = found.provenance is None
        self.open.setVisible(here)
        choose = self.tr("Choose a cell to see its votes, and a vote to see its battle.")
        self.card.say(choose if here else self.tr("The votes themselves are at the central service, on its pages."))
        self.show_votes([], "")

    def show_model(self, model_id: str) -> None:
        """List all votes on one model."""
        votes = [vote for vote in self._found.votes if model_id in (vote.left_model_id, vote.right_model_id)]
        self.show_votes(votes, self._names.get(model_id, model_id))

    def show_votes(self, votes: Sequence[Vote], about: str) -> None:
        """List these, the newest first."""
        self.votes.set_records([self._line(vote) for vote in reversed(votes)])
        self.card.show_rows(filled=bool(votes))
        here = self._found.provenance is None
        self.said.setText(
            self.tr("{about} · votes: {count}").format(about=about, count=len(votes)) if about and here else about
        )
        self._follow_choice()

    def dress(self, colors: theme.Colors) -> None:
        """Follow the colour scheme."""
        self.matrix.colors = colors
        self.view.viewport().update()

    @Slot()
    def open_current(self) -> None:
        """Review the battle of the vote that is selected."""
        index = self.list.currentIndex()
        if index.isValid():
            self.battle_chosen.emit(self.votes.record(index.row()).vote.battle_id)

    @Slot()
    def _show_cell(self) -> None:
        index = self.view.currentIndex()
        if not index.isValid() or index.row() == index.column():
            self.show_votes([], "")
            return
        if self._found.provenance is not None:
            self.said.setText(str(self.matrix.data(index, Qt.ItemDataRole.ToolTipRole)))
            return
        pair = {self.matrix.models[index.row()], self.matrix.models[index.column()]}
        votes = [vote for vote in self._found.votes if {vote.left_model_id, vote.right_model_id} == pair]
        self.show_votes(votes, f"{self.matrix.name(index.row())} – {self.matrix.name(index.column())}")

    @Slot()
    def _follow_choice(self) -> None:
        self.open.setEnabled(self.list.currentIndex().isValid())

    def _line(self, vote: Vote) -> _Line:
        left, right = vote.left_model_id or "", vote.right_model_id or ""
        person = self._people.get(vote.evaluator_id, "?")
        return _Line(vote, self._names.get(left, left), self._names.get(right, right), person)

    def _dress_view(self) -> None:
        self.view.setModel(self.matrix)
        self.view.setAccessibleName(self.tr("Who beat whom"))
        self.view.setTabKeyNavigation(False)
        self.view.setShowGrid(False)
        self.view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        for header in (self.view.horizontalHeader(), self.view.verticalHeader()):
            header.setHighlightSections(False)
        self.view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.view.horizontalHeader().setMinimumSectionSize(56)
        self.view.verticalHeader().setDefaultSectionSize(_ROW)
        self.view.verticalHeader().setMaximumWidth(240)

    def _lay_out(self) -> None:
        above = TableCard(self.view, "")
        above.show_rows(filled=True)
        self.said.setObjectName("quiet")
        head = QHBoxLayout()
        head.addWidget(self.said)
        head.addStretch(1)
        head.addWidget(self.open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(above, 3)
        column.addLayout(head)
        column.addWidget(self.card, 2)


def _columns() -> tuple[Column[_Line], ...]:
    return (
        Column(_tr("board", "When"), _when, lambda line: line.vote.voted_at),
        Column("A", lambda line: line.left),
        Column("B", lambda line: line.right),
        Column(_tr("board", "Vote"), lambda line: choice_text(line.vote.vote)),
        Column(_tr("board", "Evaluator"), lambda line: line.evaluator),
        Column(_tr("board", "Task"), _task),
    )


def _when(line: _Line) -> str:
    return datetime.fromisoformat(line.vote.voted_at).astimezone().strftime("%Y-%m-%d %H:%M")


def _task(line: _Line) -> str:
    """What was to be done, or what was said about it."""
    scene = catalog.scenes().get(line.vote.scene_id)
    tasks = {task.id: task.instruction for task in scene.tasks} if scene else {}
    return line.vote.comment or tasks.get(line.vote.task_id or "", "–")
