from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from vlaarena_desktop.tables import Column, RecordTable

COLUMNS: tuple[Column[tuple[str, int]], ...] = (
    Column("Name", lambda row: row[0]),
    Column("Count", lambda row: str(row[1]), lambda row: row[1], numeric=True),
)


def names(table: RecordTable[tuple[str, int]]) -> list[str]:
    return [table.record(row)[0] for row in range(table.rowCount())]


def test_a_table_shows_its_records_in_their_order(qtbot: QtBot) -> None:
    table: RecordTable[tuple[str, int]] = RecordTable(COLUMNS)
    table.set_records([("b", 10), ("a", 9)])
    assert (table.rowCount(), table.columnCount()) == (2, 2)
    assert table.data(table.index(0, 1)) == "10"
    assert table.headerData(1, Qt.Orientation.Horizontal) == "Count"


def test_numbers_are_sorted_as_numbers(qtbot: QtBot) -> None:
    table: RecordTable[tuple[str, int]] = RecordTable(COLUMNS)
    table.set_records([("b", 10), ("a", 9), ("c", 100)])
    table.sort(1, Qt.SortOrder.DescendingOrder)
    assert names(table) == ["c", "b", "a"]
    table.sort(0)
    assert names(table) == ["a", "b", "c"]


def test_the_model_keeps_qt_s_own_rules(qtbot: QtBot, qtmodeltester: object) -> None:
    table: RecordTable[tuple[str, int]] = RecordTable(COLUMNS)
    table.set_records([("b", 10)])
    qtmodeltester.check(table)  # type: ignore[attr-defined]
