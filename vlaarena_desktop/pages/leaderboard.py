"""The leaderboard: every model's place, per robot and over all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from scenes import catalog
from scenes.models import ModelCard
from sync.ratings import Standing, elo_board
from sync.records import BattleKind, Origin
from sync.store import Store
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.pages.table_view import TableCard, table_view
from vlaarena_desktop.tables import Column, RecordTable

_tr = QCoreApplication.translate


class Place(Struct, frozen=True):
    """A row of the board."""

    rank: int
    standing: Standing
    name: str
    organization: str


class LeaderboardPage(QWidget):
    """Computed from the votes whenever it is shown."""

    def __init__(self, store: Store, daemon: DaemonLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._store, self._daemon = store, daemon
        self.table: RecordTable[Place] = RecordTable(_columns(), self)
        self.view = table_view(self.table, self.tr("Leaderboard"), wide=1)
        self.robot, self.unrated, self.summary = (
            QComboBox(),
            QCheckBox(self.tr("Include unrated battles")),
            QLabel(),
        )
        self.card = TableCard(self.view, self.tr("No votes yet. The board fills with your first battle."))
        self._fill_filters()
        self._lay_out()
        self.robot.currentIndexChanged.connect(self.refresh)
        self.unrated.toggled.connect(self.refresh)
        daemon.cards_changed.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Compute the board anew."""
        robot_id = self.robot.currentData()
        everything = self._store.votes(robot_id, get_args(BattleKind), get_args(Origin))
        votes = everything if self.unrated.isChecked() else self._store.votes(robot_id, ("rated",), ("window",))
        board = _places(elo_board(votes), {card.id: card for card in self._daemon.cards})
        self.table.set_records(board)
        self.card.show_rows(filled=bool(board))
        self.summary.setText(self._summed_up(len(votes), len(everything) - len(votes)))

    def _summed_up(self, counted: int, left_out: int) -> str:
        told = self.tr("Votes: {votes}").format(votes=counted)
        if left_out:
            told += self.tr(" · not counted: {votes}").format(votes=left_out)
        return told + self.tr(" · provisional, because Elo depends on their order")

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Leaderboard"))
        title.setObjectName("title")
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(title)
        head.addWidget(self.summary)
        head.addStretch(1)
        for field in (self.unrated, self.robot):
            head.addWidget(field)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(14)
        column.addLayout(head)
        column.addWidget(self.card, 1)

    def _fill_filters(self) -> None:
        self.summary.setObjectName("quiet")
        self.robot.setAccessibleName(self.tr("Robot"))
        self.unrated.setAccessibleName(self.unrated.text())
        self.unrated.setToolTip(
            self.tr("Battles with named models or given seeds, and votes from the command line or simulated")
        )
        self.robot.addItem(self.tr("All robots"), None)
        for robot in catalog.robots().values():
            self.robot.addItem(robot.name, robot.id)


def _places(standings: list[Standing], cards: Mapping[str, ModelCard]) -> list[Place]:
    places = []
    for rank, standing in enumerate(standings, start=1):
        card = cards.get(standing.model_id)
        places.append(
            Place(rank, standing, card.name if card else standing.model_id, card.organization if card else "")
        )
    return places


def _columns() -> tuple[Column[Place], ...]:
    return (
        Column(_tr("board", "Rank"), lambda place: str(place.rank), lambda place: place.rank, numeric=True),
        Column(_tr("board", "Model"), lambda place: place.name),
        Column(_tr("board", "Organization"), lambda place: place.organization),
        _number(_tr("board", "Elo (provisional)"), "{:.0f}", lambda standing: standing.elo),
        _number(_tr("board", "Votes"), "{}", lambda standing: standing.votes),
        _number(_tr("board", "Wins"), "{}", lambda standing: standing.wins),
        _number(_tr("board", "Losses"), "{}", lambda standing: standing.losses),
        _number(_tr("board", "Ties"), "{}", lambda standing: standing.ties),
        _number(_tr("board", "Both bad"), "{}", lambda standing: standing.both_bad),
        _number(_tr("board", "Win rate"), "{:.0%}", lambda standing: standing.win_rate),
    )


def _number(title: str, form: str, value: Callable[[Standing], float]) -> Column[Place]:
    return Column(
        title,
        lambda place: form.format(value(place.standing)),
        lambda place: value(place.standing),
        numeric=True,
    )
