"""History: every battle of this store, newest first; names only where they were revealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from scenes import catalog
from scenes.models import ModelCard
from sync.records import Battle
from sync.store import Store
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.pages.choices import choice_text
from vlaarena_desktop.pages.table_view import TableCard, table_view
from vlaarena_desktop.tables import Column, RecordTable

_SHOWN = 500  # battles


class PastBattle(Struct, frozen=True):
    """A row of the history."""

    created_at: str
    robot: str
    scene: str
    instruction: str
    turns: int
    vote: str
    left: str
    right: str


class HistoryPage(QWidget):
    """Read from the store whenever it is shown."""

    def __init__(self, store: Store, daemon: DaemonLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._store, self._daemon = store, daemon
        self.table: RecordTable[PastBattle] = RecordTable(_columns(), self)
        self.view = table_view(self.table, self.tr("History"), wide=1)
        title = QLabel(self.tr("History"))
        title.setObjectName("title")
        self.card = TableCard(self.view, self.tr("No battles yet."))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(14)
        column.addWidget(title)
        column.addWidget(self.card, 1)

    @Slot()
    def refresh(self) -> None:
        """Read the battles anew."""
        cards = {card.id: card for card in self._daemon.cards}
        past = [_past(self._store, battle, cards) for battle in self._store.battles(limit=_SHOWN)]
        self.table.set_records(past)
        self.card.show_rows(filled=bool(past))


def _past(store: Store, battle: Battle, cards: Mapping[str, ModelCard]) -> PastBattle:
    session, turns = store.session(battle.session_id), store.turns(battle.battle_id)
    robot, scene = catalog.robots().get(session.robot_id), catalog.scenes().get(session.scene_id)

    def name(model_id: str | None) -> str:
        if model_id is None:
            return "?"
        card = cards.get(model_id)
        return card.name if card else model_id

    return PastBattle(
        created_at=battle.created_at,
        robot=robot.name if robot else session.robot_id,
        scene=scene.name if scene else session.scene_id,
        instruction=turns[0].instruction if turns else "",
        turns=len(turns),
        vote=_vote_text(store, battle),
        left=name(battle.left_model_id),
        right=name(battle.right_model_id),
    )


def _vote_text(store: Store, battle: Battle) -> str:
    tr = QCoreApplication.translate
    vote = store.live_vote(battle.battle_id)
    if vote is not None:
        return choice_text(vote.vote)
    return {
        "ongoing": tr("history", "open"),
        "voted": "",
        "abandoned": tr("history", "abandoned"),
        "void": tr("history", "skipped"),
    }[battle.status]


def _columns() -> tuple[Column[PastBattle], ...]:
    tr = QCoreApplication.translate
    return (
        Column(tr("history", "When"), lambda past: _local(past.created_at), lambda past: past.created_at),
        Column(tr("history", "Instruction"), lambda past: past.instruction),
        Column(tr("history", "Vote"), lambda past: past.vote),
        Column("A", lambda past: past.left),
        Column("B", lambda past: past.right),
        Column(tr("history", "Turns"), lambda past: str(past.turns), lambda past: past.turns, numeric=True),
        Column(tr("history", "Robot"), lambda past: past.robot),
        Column(tr("history", "Scene"), lambda past: past.scene),
    )


def _local(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")
