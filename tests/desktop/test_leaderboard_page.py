from __future__ import annotations

import pytest
from arena_samples import Arena, ballot
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from sync.records import BattleKind, Choice, Origin
from sync.store import Store
from vlaarena_desktop.app import make_room
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.pages.leaderboard import LeaderboardPage

OTHERS: list[tuple[BattleKind, Origin]] = [
    ("rated", "simulated"),
    ("rated", "cli"),
    ("chosen", "window"),
    ("experiment", "cli"),
]


def vote(store: Store, kind: BattleKind, origin: Origin, choice: Choice = "left_better") -> str:
    battle_id = Arena(store).played_battle(kind=kind)
    store.cast_vote(battle_id, ballot(choice, origin=origin))
    store.close_battle(battle_id)
    return battle_id


def refresh(qtbot: QtBot, board: LeaderboardPage) -> None:
    with qtbot.waitSignal(board.computed):
        board.refresh()


def shown(board: LeaderboardPage, title: str) -> list[str]:
    """A column from top to bottom."""
    across, display = Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole
    titles = [board.table.headerData(column, across, display) for column in range(board.table.columnCount())]
    column = titles.index(title)
    return [board.table.data(board.table.index(row, column)) for row in range(board.table.rowCount())]


@pytest.fixture
def board(qtbot: QtBot, store: Store) -> LeaderboardPage:
    page = LeaderboardPage(store, DaemonLink(Notices()))
    qtbot.addWidget(page)
    return page


@pytest.mark.parametrize(("kind", "origin"), OTHERS)
def test_only_rated_votes_of_the_window_count_unless_the_others_are_asked_for(
    qtbot: QtBot, board: LeaderboardPage, store: Store, kind: BattleKind, origin: Origin
) -> None:
    vote(store, kind, origin)
    refresh(qtbot, board)
    assert board.table.rowCount() == 0
    vote(store, "rated", "window")
    refresh(qtbot, board)
    assert shown(board, "Votes") == ["1", "1"]
    with qtbot.waitSignal(board.computed):
        board.unrated.setChecked(True)
    assert shown(board, "Votes") == ["2", "2"]


def test_the_board_says_how_many_votes_it_leaves_out(qtbot: QtBot, board: LeaderboardPage, store: Store) -> None:
    vote(store, "rated", "window")
    refresh(qtbot, board)
    assert board.summary.text() == "Votes: 1"
    for kind, origin in OTHERS:
        vote(store, kind, origin)
    refresh(qtbot, board)
    assert board.summary.text() == "Votes: 1 · not counted: 4"
    with qtbot.waitSignal(board.computed):
        board.unrated.setChecked(True)
    assert board.summary.text() == "Votes: 5"


def test_a_model_stands_by_its_rating_with_an_interval_and_the_ranks_it_may_have(
    qtbot: QtBot, board: LeaderboardPage, store: Store
) -> None:
    for _ in range(3):
        vote(store, "rated", "window", "right_better")
    refresh(qtbot, board)
    assert (shown(board, "Model"), shown(board, "Rank")) == (["beta", "alpha"], ["1–2", "1–2"])
    (first, interval), (second, _) = (text.split(" ± ") for text in shown(board, "Rating"))
    assert int(first) + int(second) == 3000
    assert int(interval) > 100
    assert shown(board, "Elo") == ["1544", "1456"]


def test_models_of_which_nobody_was_preferred_have_no_rating_yet(
    qtbot: QtBot, board: LeaderboardPage, store: Store
) -> None:
    vote(store, "rated", "window", "both_bad")
    refresh(qtbot, board)
    for title in ("Rank", "Rating"):
        assert shown(board, title) == ["–", "–"]
    assert shown(board, "Accept\u00adable") == ["0%", "0%"]


def test_the_board_is_kept_until_other_votes_count(qtbot: QtBot, board: LeaderboardPage, store: Store) -> None:
    closed = vote(store, "rated", "window")
    refresh(qtbot, board)
    kept = board.table.record(0).place
    Arena(store).voted_battle()
    refresh(qtbot, board)
    assert board.table.record(0).place is kept
    store.retract_vote(closed)
    refresh(qtbot, board)
    assert board.table.rowCount() == 0


def test_a_page_is_read_anew_when_it_is_shown_and_not_before(qtbot: QtBot, store: Store) -> None:
    room = make_room(store, tier="plain")
    vote(store, "rated", "window")
    room.window.show_page(0)
    board, history = room.window.leaderboard, room.window.history
    assert (board.table.rowCount(), history.table.rowCount()) == (0, 0)
    with qtbot.waitSignal(board.computed):
        room.window.show_page(1)
    room.window.show_page(2)
    assert (board.table.rowCount(), history.table.rowCount()) == (2, 1)
    room.window.close()
    room.window.deleteLater()
