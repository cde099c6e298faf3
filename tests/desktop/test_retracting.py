"""One's own vote on a past battle is retracted in the window: after a question, for good, and nobody else's."""

from __future__ import annotations

import pytest
from desktop.closed_battles import INSTRUCTION
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gpu_daemon.client import DaemonClient
from scenes.progress import finish
from sync.records import Ballot
from sync.store import Store
from vlaarena_desktop import turns
from vlaarena_desktop.app import Room
from vlaarena_desktop.pages.review import ReviewPage


@pytest.fixture
def voted(store: Store, address: str) -> str:
    """A rated battle of the window, closed."""
    setting = turns.Setting("panda", "table", INSTRUCTION)
    battle = turns.start_battle(store, DaemonClient(address).models(), setting)
    prepared = turns.prepare_turn(store, battle.battle_id, INSTRUCTION, "reset", 3)
    turns.record_turn(store, prepared, finish(turns.play_turn(address, prepared)))
    store.cast_vote(battle.battle_id, Ballot(vote="right_better", origin="window", comment="B was calmer"))
    store.close_battle(battle.battle_id)
    return battle.battle_id


def focused(room: Room) -> QWidget:
    return QApplication.focusWidget() or room.window


def opened(room: Room, battle_id: str) -> ReviewPage:
    room.window.show_page(2)
    assert room.window.history.open_battle(battle_id)
    review = room.window.history.review
    assert review is not None
    return review


def votes_on_the_board(qtbot: QtBot, room: Room) -> list[int]:
    with qtbot.waitSignal(room.window.leaderboard.computed):
        room.window.show_page(1)
    table = room.window.leaderboard.table
    return [table.record(row).place.record.votes for row in range(table.rowCount())]


def offered(review: ReviewPage) -> list[str]:
    return [command.title for command in review.commands() if command.id == "review.retract"]


def test_one_s_own_vote_is_retracted_with_keys_and_leaves_history_and_board(
    qtbot: QtBot, room: Room, store: Store, voted: str
) -> None:
    assert votes_on_the_board(qtbot, room) == [1, 1]
    review = opened(room, voted)
    assert offered(review) == ["Retract your vote…"]
    qtbot.keyClick(focused(room), Qt.Key.Key_U)
    question = review.header.question
    assert "“B is better”" in question.said.text()
    assert "Nothing is deleted" in question.said.text()
    qtbot.keyClick(focused(room), Qt.Key.Key_Tab)
    qtbot.keyClick(focused(room), Qt.Key.Key_Return)
    assert store.live_vote(voted) is None
    assert "counts no more" in room.window.banner.text.text()
    assert (review.header.vote.text(), review.header.retract.isVisible()) == ("retracted", False)
    assert focused(room) is review.room.viewers[0]
    assert offered(review) == []
    qtbot.keyClick(focused(room), Qt.Key.Key_U)
    assert not question.isVisible()
    assert votes_on_the_board(qtbot, room) == []
    rows = store._database.rows("SELECT rev, withdrawn, comment FROM vote WHERE battle_id = ? ORDER BY rev", [voted])
    assert [tuple(row.values()) for row in rows] == [(1, 0, "B was calmer"), (2, 1, "B was calmer")]


def test_the_question_changes_nothing_unless_it_is_answered_with_yes(
    qtbot: QtBot, room: Room, store: Store, voted: str
) -> None:
    review, vote = opened(room, voted), store.live_vote(voted)
    for answer in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        qtbot.keyClick(focused(room), Qt.Key.Key_U)
        assert review.header.question.isVisible()
        qtbot.keyClick(focused(room), answer)
        assert not review.header.question.isVisible()
        assert focused(room) is review.room.viewers[0]
    assert store.live_vote(voted) == vote
    assert review.header.retract.isVisible()


def test_nobody_can_retract_another_s_vote_in_the_window(qtbot: QtBot, room: Room, store: Store, voted: str) -> None:
    review, vote = opened(room, voted), store.live_vote(voted)
    assert review.header.retract.isVisible()
    qtbot.keyClick(focused(room), Qt.Key.Key_U)
    room.live.change("evaluator", "Somebody else")
    review.header.question.retract.click()
    assert "another evaluator's" in room.window.banner.text.text()
    room.window.show_page(3)
    room.window.show_page(2)
    assert room.window.history.reviewing
    assert not review.header.retract.isVisible()
    assert offered(review) == []
    qtbot.keyClick(focused(room), Qt.Key.Key_U)
    assert not review.header.question.isVisible()
    assert store.live_vote(voted) == vote


def test_a_retracted_vote_is_listed_and_found_as_such(room: Room, store: Store, voted: str) -> None:
    store.retract_vote(voted)
    history = room.window.history
    room.window.show_page(2)
    assert history.table.record(0).vote == "retracted"
    box = history.filters.vote
    box.setCurrentIndex(box.findText("Retracted"))
    assert history.table.rowCount() == 1
    box.setCurrentIndex(box.findText("B is better"))
    assert history.table.rowCount() == 0
    history.filters.clear()
    assert opened(room, voted).header.vote.text() == "retracted"
