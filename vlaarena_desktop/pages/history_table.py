"""The rows of History: what is told of a past battle, and what stays hidden of an open one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from scenes import catalog
from scenes.models import ModelCard
from sync.records import Battle, PastBattle
from vlaarena_desktop.pages.choices import choice_text, retracted_text
from vlaarena_desktop.tables import Column, RecordTable

_tr = QCoreApplication.translate
WHEN, INSTRUCTION, LEFT, RIGHT, SITTING = 0, 1, 3, 4, 6  # columns
_Index = QModelIndex | QPersistentModelIndex


class PastRow(Struct, frozen=True):
    """A row: a past battle and the words for it."""

    past: PastBattle
    left: str
    right: str
    vote: str


class HistoryTable(RecordTable[PastRow]):
    """Its last column, the comment on the sitting, may be edited in place."""

    commented = Signal(str, str)  # session id, comment

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), parent)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """What may be done with a cell."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == SITTING else flags

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's text; long ones in full as a tooltip."""
        if role == Qt.ItemDataRole.EditRole and index.column() == SITTING:
            return self.record(index.row()).past.session_comment or ""
        if role == Qt.ItemDataRole.ToolTipRole and index.isValid():
            return self._told_in_full(index)
        return super().data(index, role)

    def _told_in_full(self, index: _Index) -> str:
        """What a cell may have no room for; of an instruction also where it was carried out."""
        row, text = self.record(index.row()), str(super().data(index, Qt.ItemDataRole.DisplayRole))
        if index.column() == WHEN:
            return _begun(row).strftime("%Y-%m-%d %H:%M:%S")
        return f"{text}\n{_place(row)}" if index.column() == INSTRUCTION else text

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Hand an edited comment on; the list is read anew when it was kept."""
        if role != Qt.ItemDataRole.EditRole or index.column() != SITTING:
            return False
        past, text = self.record(index.row()).past, str(value).strip()
        if text != (past.session_comment or ""):
            self.commented.emit(past.battle.session_id, text)
        return True


def rows_of(found: Iterable[PastBattle], cards: Iterable[ModelCard]) -> list[PastRow]:
    """Past battles in words; models whose card is unknown by their ids."""
    names = {card.id: card.name for card in cards}
    return [
        PastRow(
            past, _name(past.battle.left_model_id, names), _name(past.battle.right_model_id, names), _vote_text(past)
        )
        for past in found
    ]


def _name(model_id: str | None, names: Mapping[str, str]) -> str:
    return "?" if model_id is None else names.get(model_id, model_id)


def _vote_text(past: PastBattle) -> str:
    """The vote, or why there is none; after it, what kind of battle it was unless a rated one."""
    said = choice_text(past.choice) if past.choice else _status_text(past.battle)
    kind = {
        "rated": "",
        "practice": QCoreApplication.translate("history", "practice"),
        "check": QCoreApplication.translate("history", "hidden check"),
        "experiment": QCoreApplication.translate("history", "experiment"),
        "chosen": QCoreApplication.translate("history", "chosen"),
    }[past.battle.kind]
    return " · ".join(part for part in (said, kind) if part)


def _status_text(battle: Battle) -> str:
    return {
        "ongoing": _tr("history", "open"),
        "voted": retracted_text(),
        "abandoned": _tr("history", "abandoned"),
        "void": _tr("history", "skipped"),
    }[battle.status]


def _columns() -> tuple[Column[PastRow], ...]:
    return (
        Column(_tr("history", "When"), _when, lambda row: row.past.battle.created_at),
        Column(_tr("history", "Instruction"), lambda row: row.past.instruction),
        Column(_tr("history", "Vote"), lambda row: row.vote),
        Column("A", lambda row: row.left),
        Column("B", lambda row: row.right),
        Column(
            _tr("history", "Turns"),
            lambda row: _counted(row.past),
            lambda row: (row.past.turns, row.past.branches),
            numeric=True,
            hint=_tr("history", "Turns, and after the plus the branches made from their frames"),
        ),
        Column(
            _tr("history", "Sitting"),
            _sitting,
            hint=_tr("history", "Who evaluated, and a comment on the whole sitting: F2 writes it"),
        ),
    )


def _begun(row: PastRow) -> datetime:
    return datetime.fromisoformat(row.past.battle.created_at).astimezone()


def _when(row: PastRow) -> str:
    """Month, day and time; the year where it is another one than now."""
    begun = _begun(row)
    return begun.strftime("%m-%d %H:%M" if begun.year == datetime.now().year else "%Y-%m-%d %H:%M")


def _sitting(row: PastRow) -> str:
    return " · ".join(part for part in (row.past.evaluator_name, row.past.session_comment) if part)


def _counted(past: PastBattle) -> str:
    return f"{past.turns} + {past.branches}" if past.branches else str(past.turns)


def _place(row: PastRow) -> str:
    robot, scene = catalog.robots().get(row.past.robot_id), catalog.scenes().get(row.past.scene_id)
    return f"{robot.name if robot else row.past.robot_id}, {scene.name if scene else row.past.scene_id}"
