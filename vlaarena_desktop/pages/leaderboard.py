"""The leaderboard: every model's place, per robot and over all."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from scenes import catalog
from scenes.models import ModelCard
from sync.ratings import Standing, elo_board
from sync.records import BattleKind, Origin
from sync.store import Store
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.pages.table_view import table_view
from vlaarena_desktop.tables import Column, RecordTable


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
        self._empty = QLabel(self.tr("No votes yet. The board fills with your first battle."))
        self._lay_out()
        self.robot.currentIndexChanged.connect(self.refresh)
        self.unrated.toggled.connect(self.refresh)
        daemon.cards_changed.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Compute the board anew."""
        kinds: tuple[BattleKind, ...] = (
            ("rated", "chosen", "experiment") if self.unrated.isChecked() else ("rated",)
        )
        origins: tuple[Origin, ...] = ("window", "cli") if self.unrated.isChecked() else ("window",)
        votes = self._store.votes(self.robot.currentData(), kinds=kinds, origins=origins)
        board = _places(elo_board(votes), {card.id: card for card in self._daemon.cards})
        self.table.set_records(board)
        self._stack.setCurrentIndex(0 if board else 1)
        text = self.tr("Votes: {votes} · provisional, because Elo depends on their order")
        self.summary.setText(text.format(votes=len(votes)))

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Leaderboard"))
        title.setObjectName("title")
        self.summary.setObjectName("quiet")
        self.robot.setAccessibleName(self.tr("Robot"))
        self.unrated.setAccessibleName(self.unrated.text())
        self.unrated.setToolTip(
            self.tr("Battles with named models, given seeds, or votes from the command line")
        )
        self.robot.addItem(self.tr("All robots"), None)
        for robot in catalog.robots().values():
            self.robot.addItem(robot.name, robot.id)
        head = QHBoxLayout()
        head.setSpacing(14)
        for widget in (title, self.summary):
            head.addWidget(widget)
        head.addStretch(1)
        for field in (self.unrated, self.robot):
            head.addWidget(field)
        card = QFrame()
        card.setObjectName("card")
        self._stack = QStackedWidget()
        inside = QVBoxLayout(card)
        inside.setContentsMargins(10, 8, 10, 10)
        inside.addWidget(self._stack)
        self._stack.addWidget(self.view)
        self._empty.setObjectName("lead")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(14)
        column.addLayout(head)
        column.addWidget(card, 1)


def _places(standings: list[Standing], cards: Mapping[str, ModelCard]) -> list[Place]:
    places = []
    for rank, standing in enumerate(standings, start=1):
        card = cards.get(standing.model_id)
        places.append(
            Place(rank, standing, card.name if card else standing.model_id, card.organization if card else "")
        )
    return places


def _columns() -> tuple[Column[Place], ...]:
    tr = QCoreApplication.translate

    def count(title: str, field: str) -> Column[Place]:
        return Column(
            title,
            lambda place: str(getattr(place.standing, field)),
            lambda place: getattr(place.standing, field),
            numeric=True,
        )

    return (
        Column(
            tr("leaderboard", "Rank"), lambda place: str(place.rank), lambda place: place.rank, numeric=True
        ),
        Column(tr("leaderboard", "Model"), lambda place: place.name),
        Column(tr("leaderboard", "Organization"), lambda place: place.organization),
        Column(
            tr("leaderboard", "Elo (provisional)"),
            lambda place: f"{place.standing.elo:.0f}",
            lambda place: place.standing.elo,
            numeric=True,
        ),
        count(tr("leaderboard", "Votes"), "votes"),
        count(tr("leaderboard", "Wins"), "wins"),
        count(tr("leaderboard", "Losses"), "losses"),
        count(tr("leaderboard", "Ties"), "ties"),
        count(tr("leaderboard", "Both bad"), "both_bad"),
        Column(
            tr("leaderboard", "Win rate"),
            lambda place: f"{100 * place.standing.win_rate:.0f} %",
            lambda place: place.standing.win_rate,
            numeric=True,
        ),
    )
