"""History finds battles again, hides what an open one hides, and opens closed ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from arena_samples import Arena, ballot
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from sync.records import Choice
from sync.store import Store
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.notices import Notice, Notices
from vlaarena_desktop.pages.history import HistoryPage


def closed(store: Store, choice: Choice = "left_better", comment: str = "", **pair: str) -> str:
    battle_id = Arena(store).played_battle(**pair)
    store.cast_vote(battle_id, ballot(choice, comment=comment or None))
    store.close_battle(battle_id)
    return battle_id


@pytest.fixture
def page(qtbot: QtBot, store: Store) -> Iterator[HistoryPage]:
    made = HistoryPage(store, DaemonLink(Notices()))
    qtbot.addWidget(made)
    made.resize(1024, 640)
    made.show()
    yield made
    made.close()


def listed(page: HistoryPage) -> list[str]:
    return [page.table.record(row).past.battle.battle_id for row in range(page.table.rowCount())]


def test_the_newest_battle_stands_first(page: HistoryPage, store: Store) -> None:
    battles = [closed(store), closed(store)]
    page.refresh()
    assert listed(page) == battles[::-1]
    assert page.filters.summary.text() == "2 battles"


def test_an_open_battle_shows_no_names_and_is_found_by_none(page: HistoryPage, store: Store) -> None:
    battle_id = Arena(store).played_battle("alpha", "beta")
    page.refresh()
    row = page.table.record(0)
    assert (row.left, row.right, row.vote) == ("?", "?", "open")
    page.filters.model.addItem("Alpha", "alpha")
    page.filters.model.setCurrentIndex(1)
    assert listed(page) == []
    store.cast_vote(battle_id, ballot())
    store.close_battle(battle_id)
    page.refresh()
    assert listed(page) == [battle_id]


def test_an_open_battle_is_not_opened_but_pointed_to(qtbot: QtBot, page: HistoryPage, store: Store) -> None:
    battle_id = Arena(store).played_battle()
    page.refresh()
    page.list.focus_table()
    told: list[Notice] = []
    page.notices.shown.connect(told.append)
    with qtbot.assertNotEmitted(page.opened), qtbot.waitSignal(page.open_battle_chosen) as chosen:
        page.list.open_current()
    assert chosen.args == [battle_id]
    assert "still open" in told[-1].text
    assert "Battle" in told[-1].hint


def test_typing_searches_after_a_moment_and_enter_at_once(qtbot: QtBot, page: HistoryPage, store: Store) -> None:
    wanted = closed(store, comment="gripper slipped")
    closed(store)
    page.refresh()
    with qtbot.waitSignal(page.filters.changed):
        qtbot.keyClicks(page.filters.search, "slipped")
        assert len(listed(page)) == 2
    assert listed(page) == [wanted]
    page.filters.search.setText("")
    qtbot.keyClick(page.filters.search, Qt.Key.Key_Return)
    assert len(listed(page)) == 2
    assert page.list.current is not None


def test_each_filter_narrows_and_clearing_shows_everything_again(page: HistoryPage, store: Store) -> None:
    first, second = closed(store, "tie"), closed(store, "both_bad")
    skipped = Arena(store).played_battle()
    store.void_battle(skipped, "other")
    filters = page.filters
    page.refresh()
    for box, text, found in (
        (filters.vote, "Tie", [first]),
        (filters.vote, "Both bad", [second]),
        (filters.standing, "Skipped", [skipped]),
        (filters.standing, "Practice", []),
        (filters.robot, "Franka Panda", [skipped, second, first]),
        (filters.evaluator, store.evaluator().name, [skipped, second, first]),
        (filters.period, "Today", [skipped, second, first]),
    ):
        assert box.findText(text) > 0, text
        box.setCurrentIndex(box.findText(text))
        assert listed(page) == found, text
        assert filters.summary.text() == f"{len(found)} found"
        filters.clear_all.click()
        assert not filters.narrowed
    assert listed(page) == [skipped, second, first]


def test_battles_are_found_between_two_days_in_either_order(page: HistoryPage, store: Store) -> None:
    battle_id, filters, today = closed(store), page.filters, QDate.currentDate()
    filters.period.setCurrentIndex(filters.period.findText("Between…"))
    assert filters.since.isVisible()
    for since, until, found in ((0, 0, [battle_id]), (0, -3, [battle_id]), (-9, -3, [])):
        filters.since.setDate(today.addDays(since))
        filters.until.setDate(today.addDays(until))
        assert listed(page) == found


def test_an_empty_list_says_why(page: HistoryPage, store: Store) -> None:
    page.refresh()
    assert "No battles yet" in page.list.nothing.text()
    assert page.list.nothing.isVisible()
    closed(store)
    page.filters.vote.setCurrentIndex(3)
    assert "these filters" in page.list.nothing.text()
    page.filters.clear()
    assert page.view.isVisible()


def test_a_comment_on_the_sitting_is_written_in_its_place_and_found(
    qtbot: QtBot, page: HistoryPage, store: Store
) -> None:
    battle_id = closed(store)
    page.refresh()
    page.list.focus_table()
    (write,) = [command for command in page.commands() if command.keys == ("F2",)]
    write.act()
    editor = page.view.findChild(QLineEdit)
    assert editor is not None
    assert editor.accessibleName()
    qtbot.keyClicks(editor, "new lamp")
    with qtbot.waitSignal(page.list.commented):
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    session_id = store.battle(battle_id).session_id
    assert store.session(session_id).comment == "new lamp"
    page.filters.search.setText("lamp")
    page.refresh()
    assert listed(page) == [battle_id]


def test_a_comment_being_written_outlives_a_list_that_is_read_anew(
    qtbot: QtBot, page: HistoryPage, store: Store
) -> None:
    battle_id = closed(store)
    page.refresh()
    page.list.focus_table()
    page.list.edit_comment()
    editor = page.view.findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClicks(editor, "new")
    closed(store)
    page.refresh()
    qtbot.keyClicks(editor, " lamp")
    assert len(listed(page)) == 1
    with qtbot.waitSignal(page.list.commented):
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert store.session(store.battle(battle_id).session_id).comment == "new lamp"
    assert len(listed(page)) == 2


def test_what_came_while_a_comment_was_written_is_listed_once_it_is_given_up(
    qtbot: QtBot, page: HistoryPage, store: Store
) -> None:
    closed(store)
    page.refresh()
    page.list.focus_table()
    page.list.edit_comment()
    closed(store)
    page.refresh()
    editor = page.view.findChild(QLineEdit)
    assert editor is not None
    with qtbot.waitSignal(page.list.overdue):
        qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert len(listed(page)) == 2


def test_the_selected_battle_stays_selected_when_others_come(page: HistoryPage, store: Store) -> None:
    battle_id = closed(store)
    page.refresh()
    page.list.focus_table()
    closed(store)
    page.refresh()
    assert page.list.current is not None
    assert page.list.current.battle.battle_id == battle_id
    page.table.sort(0)
    assert listed(page)[0] == battle_id


def test_a_store_that_fails_is_told_and_the_list_stays(page: HistoryPage, store: Store, tmp_path: Path) -> None:
    closed(store)
    page.refresh()
    told: list[Notice] = []
    page.notices.shown.connect(told.append)
    page.filters.search.setText("x" * 500)
    page.filters.search.setMaxLength(501)
    page.filters.search.setText("x" * 501)
    page.refresh()
    assert "at most" in told[-1].text
    assert len(listed(page)) == 1
