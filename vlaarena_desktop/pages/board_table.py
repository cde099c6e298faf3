"""The board as a table: one row a model, its rating drawn with whiskers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct, structs
from PySide6.QtCore import QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from scenes import catalog
from scenes.models import ModelCard
from sync.ratings.board import Rating
from sync.ratings.intervals import Interval
from vlaarena_desktop import theme
from vlaarena_desktop.pages.board_words import flag_text
from vlaarena_desktop.pages.table_view import FittedTable
from vlaarena_desktop.pages.whiskers import Whisker, WhiskerDelegate
from vlaarena_desktop.standing import Place, Standings
from vlaarena_desktop.tables import Column, RecordTable

_tr = QCoreApplication.translate
_MODEL, _RATING, _ORGANIZATION, _LICENSE = 1, 2, 7, 8  # columns
WhichInterval = Literal["these", "general"]


class Row(Struct, frozen=True):
    """A place with its model's public facts, and the interval that is shown of it."""

    place: Place
    name: str
    organization: str
    license: str
    interval: Interval | None
    without_one: tuple[int, int] | None = None  # its ranks when any one evaluator is left out

    @property
    def rating(self) -> Rating | None:
        """None where nobody has yet called the model better, worse or as good."""
        return self.place.rating

    @property
    def provisional(self) -> bool:
        """Whether there are reasons not to act on this rank."""
        return self.rating is not None and bool(self.rating.flags)


class BoardTable(RecordTable[Row]):
    """Also answers what the whiskers need."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), parent)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's text, alignment, reasons or whisker."""
        if index.isValid() and role == WhiskerDelegate.WHISKER and index.column() == _RATING:
            return _whisker(self.record(index.row()))
        if index.isValid() and role == Qt.ItemDataRole.ToolTipRole and index.column() in (0, _MODEL, _RATING):
            return told_of(self.record(index.row()))
        if index.isValid() and role == Qt.ItemDataRole.AccessibleTextRole and index.column() == _RATING:
            return told_of(self.record(index.row()))
        return super().data(index, role)


class BoardView(FittedTable):
    """The table with its whiskers on one scale."""

    def __init__(self, table: BoardTable) -> None:
        super().__init__(table, _tr("board", "Leaderboard"), giving=(_MODEL, _ORGANIZATION, _LICENSE), lines=2)
        self._table, self._whiskers = table, WhiskerDelegate(self)
        self.setItemDelegateForColumn(_RATING, self._whiskers)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these, in the order that was chosen before."""
        ends = [end for row in rows if row.interval for end in (row.interval.low, row.interval.high)]
        if ends:
            self._whiskers.set_scale(min(ends), max(ends))
        self._table.set_records(rows)
        header = self.horizontalHeader()
        self._table.sort(header.sortIndicatorSection(), header.sortIndicatorOrder())

    def dress(self, colors: theme.Colors) -> None:
        """Draw the whiskers in these colours."""
        self._whiskers.colors = colors
        self.viewport().update()


def rows_of(found: Standings, cards: Mapping[str, ModelCard], which: WhichInterval) -> list[Row]:
    """By rank. Where there are too few evaluators to speak of others, the interval of these is shown."""
    rows = [_row(place, cards.get(place.model_id), which) for place in found.places]
    return [structs.replace(row, without_one=found.without_one.get(row.place.model_id)) for row in rows]


def told_of(row: Row) -> str:
    """One model's place in a sentence or three."""
    rating, name = row.rating, row.name
    if rating is None or row.interval is None:
        return _tr("board", "{name}: nobody has called it better, worse or as good yet.").format(name=name)
    told = _tr("board", "{name}: {rating:.0f}, between {low:.0f} and {high:.0f}; rank {ranks}.").format(
        name=name, rating=rating.rating, low=row.interval.low, high=row.interval.high, ranks=_ranks(row)
    )
    if rating.better_than_next is not None:
        chance = _tr("board", "Better than the next with a probability of {chance:.0%}.")
        told += " " + chance.format(chance=rating.better_than_next)
    if row.place.by_robot:
        told += " " + _on_robots(row.place)
    if row.without_one is not None:
        ranks = _tr("board", "Without any one evaluator: rank {ranks}.")
        told += " " + ranks.format(ranks=_range(*row.without_one))
    if rating.flags:
        reasons = "; ".join(map(flag_text, rating.flags))
        told += " " + _tr("board", "Provisional: {reasons}.").format(reasons=reasons)
    return told


def _on_robots(place: Place) -> str:
    """Its rating on each robot, behind the mean over them."""
    known = catalog.robots()
    on = _tr("board", "{robot} {rating:.0f} ± {reach:.0f}")
    parts = [
        on.format(robot=known[name].name if name in known else name, rating=each.rating, reach=each.these.width / 2)
        for name, each in place.by_robot
    ]
    return _tr("board", "By robot: {ratings}.").format(ratings="; ".join(parts))


def _row(place: Place, card: ModelCard | None, which: WhichInterval) -> Row:
    told, rating = (card.name, card.organization, card.license) if card else (place.model_id, "", ""), place.rating
    interval = None if rating is None else (rating.general if which == "general" else None) or rating.these
    return Row(place, *told, interval)


def _whisker(row: Row) -> Whisker | None:
    if row.rating is None or row.interval is None:
        return None
    return Whisker(_rating_text(row), row.rating.rating, row.interval.low, row.interval.high, row.provisional)


def _columns() -> tuple[Column[Row], ...]:
    record = _tr("board", "Votes that did not call both bad; with its 95 % interval in the exports")
    elo = _tr("board", "For comparison: Elo depends on the order of the votes")
    return (
        Column(_tr("board", "Rank"), _ranks, _order, numeric=True),
        Column(_tr("board", "Model"), lambda row: row.name),
        Column(_tr("board", "Rating"), _rating_text, lambda row: row.rating.rating if row.rating else float("-inf")),
        Column(_tr("board", "Accept\u00adable"), _acceptable, _acceptable_rate, numeric=True, hint=record),
        Column(_tr("board", "Votes"), lambda row: str(_votes(row)), _votes, numeric=True),
        Column(_tr("board", "Battles"), lambda row: _told_count(_battles(row), row), _battles, numeric=True),
        Column(_tr("board", "Evalu\u00adators"), lambda row: _told_count(_people(row), row), _people, numeric=True),
        Column(_tr("board", "Organization"), lambda row: row.organization),
        Column(_tr("board", "Licence"), lambda row: row.license),
        Column(_tr("board", "Elo"), lambda row: f"{_elo(row):.0f}", _elo, numeric=True, hint=elo),
    )


def _ranks(row: Row) -> str:
    """The ranks it may have."""
    if row.rating is None:
        return "–"
    return _range(row.rating.rank_low, row.rating.rank_high)


def _range(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low}–{high}"


def _order(row: Row) -> float:
    return float("inf") if row.rating is None else row.rating.rank


def _rating_text(row: Row) -> str:
    if row.rating is None or row.interval is None:
        return "–"
    return f"{row.rating.rating:.0f} ± {row.interval.width / 2:.0f}"


def _acceptable(row: Row) -> str:
    return f"{row.place.record.acceptable.rate:.0%}" if row.place.record.acceptable.of else "–"


def _acceptable_rate(row: Row) -> float:
    return row.place.record.acceptable.rate


def _votes(row: Row) -> int:
    return row.place.record.votes


def _battles(row: Row) -> int:
    return row.place.record.battles


def _people(row: Row) -> int:
    return row.place.record.evaluators


def _told_count(count: int, row: Row) -> str:
    """A service of an earlier version does not tell of how many battles and evaluators its votes are."""
    return str(count) if count or not _votes(row) else "–"


def _elo(row: Row) -> float:
    return row.place.elo
