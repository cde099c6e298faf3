from __future__ import annotations

import pytest
from arena_samples import Arena, ballot
from pytestqt.qtbot import QtBot

from sync.records import BattleKind, Origin
from sync.store import Store
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.pages.leaderboard import LeaderboardPage

OTHERS: list[tuple[BattleKind, Origin]] = [
    ("rated", "simulated"),
    ("rated", "cli"),
    ("chosen", "window"),
    ("experiment", "cli"),
]


def vote(store: Store, kind: BattleKind, origin: Origin) -> None:
    battle_id = Arena(store).played_battle(kind=kind)
    store.cast_vote(battle_id, ballot(origin=origin))
    store.close_battle(battle_id)


@pytest.fixture
def board(qtbot: QtBot, store: Store) -> LeaderboardPage:
    page = LeaderboardPage(store, DaemonLink(Notices()))
    qtbot.addWidget(page)
    return page


@pytest.mark.parametrize(("kind", "origin"), OTHERS)
def test_only_rated_votes_of_the_window_count_unless_the_others_are_asked_for(
    board: LeaderboardPage, store: Store, kind: BattleKind, origin: Origin
) -> None:
    vote(store, kind, origin)
    board.refresh()
    assert board.table.rowCount() == 0
    vote(store, "rated", "window")
    board.refresh()
    assert [board.table.record(row).standing.votes for row in range(2)] == [1, 1]
    board.unrated.setChecked(True)
    assert [board.table.record(row).standing.votes for row in range(2)] == [2, 2]


def test_the_board_says_how_many_votes_it_leaves_out(board: LeaderboardPage, store: Store) -> None:
    vote(store, "rated", "window")
    board.refresh()
    assert "not counted" not in board.summary.text()
    for kind, origin in OTHERS:
        vote(store, kind, origin)
    board.refresh()
    assert board.summary.text().startswith("Votes: 1 · not counted: 4 ·")
    board.unrated.setChecked(True)
    assert board.summary.text().startswith("Votes: 5 ·")
    assert "not counted" not in board.summary.text()
