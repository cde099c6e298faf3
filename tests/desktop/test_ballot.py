"""What may be said beside the choice, with keys alone."""

from __future__ import annotations

from desktop.evaluator import play_a_turn, press
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sync.records import Vote
from sync.store import Store
from vlaarena_desktop.app import Room
from vlaarena_desktop.pages.ballot import BallotPanel
from vlaarena_desktop.pages.progress_field import ProgressField
from vlaarena_desktop.pages.tag_row import MAX_FREE, TagRow
from vlaarena_desktop.voting import NOTHING_SAID

TAB, ENTER, UP = Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Up


def vote_of(room: Room, store: Store) -> Vote:
    assert room.arena.battle is not None
    vote = store.live_vote(room.arena.battle.battle_id)
    assert vote is not None
    return vote


def test_comment_tags_and_progress_go_with_the_vote(qtbot: QtBot, room: Room, store: Store) -> None:
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    playhead = room.window.battle.playhead
    playhead.pause()
    press(qtbot, room, Qt.Key.Key_C)
    qtbot.keyClicks(QApplication.focusWidget(), "B let go 1 s too early")
    press(qtbot, room, TAB)
    qtbot.keyClicks(QApplication.focusWidget(), "dropp")
    press(qtbot, room, ENTER)
    qtbot.keyClicks(QApplication.focusWidget(), "calm")
    press(qtbot, room, ENTER, TAB, UP, UP, TAB, UP, ENTER)
    before = playhead.step
    assert room.window.battle.viewers[0].hasFocus()
    press(qtbot, room, Qt.Key.Key_1, ENTER)
    vote = vote_of(room, store)
    assert (vote.comment, vote.tags) == ("B let go 1 s too early", ("dropped it", "calm"))
    assert (vote.left_progress, vote.right_progress) == (10, 5)
    assert playhead.step == before


def test_a_plain_vote_takes_three_keys_and_says_nothing_more(qtbot: QtBot, room: Room, store: Store) -> None:
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    press(qtbot, room, Qt.Key.Key_2, ENTER, Qt.Key.Key_N)
    (vote,) = store.votes()
    assert (vote.vote, vote.comment, vote.tags) == ("right_better", None, ())
    assert (vote.left_progress, vote.right_progress) == (None, None)
    assert room.arena.state == "playing"
    room.arena.cancel()


def test_what_was_said_outlives_an_undo_but_not_the_battle(qtbot: QtBot, room: Room, store: Store) -> None:
    ballot = room.window.battle.ballot
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    press(qtbot, room, Qt.Key.Key_C)
    qtbot.keyClicks(ballot.comment, "close")
    press(qtbot, room, Qt.Key.Key_Escape, Qt.Key.Key_3, ENTER, Qt.Key.Key_U)
    assert not ballot.isVisible()
    assert "a comment" in room.window.battle.vote_bar.ballot.text()
    press(qtbot, room, Qt.Key.Key_4, ENTER)
    vote = vote_of(room, store)
    assert (vote.vote, vote.comment, vote.rev) == ("both_bad", "close", 3)
    press(qtbot, room, ENTER)
    assert ballot.remarks == NOTHING_SAID


def test_arrows_on_a_progress_slider_leave_the_replay_alone(qtbot: QtBot, room: Room) -> None:
    play_a_turn(qtbot, room)
    page = room.window.battle
    qtbot.waitUntil(lambda: page.playhead.playing)
    page.playhead.pause()
    page.playhead.seek_step(2)
    press(qtbot, room, Qt.Key.Key_C)
    page.ballot.progress[1].slider.setFocus()
    press(qtbot, room, Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_End, Qt.Key.Key_Left)
    assert page.playhead.step == 2
    assert page.ballot.remarks.right_progress == 95


def test_progress_says_nothing_until_a_key_gives_it(qtbot: QtBot) -> None:
    field = ProgressField(0)
    qtbot.addWidget(field)
    assert field.percent is None
    qtbot.keyClick(field.slider, Qt.Key.Key_Down)
    assert field.percent == 0
    qtbot.keyClick(field.slider, Qt.Key.Key_End)
    assert field.percent == 100
    qtbot.keyClick(field.slider, Qt.Key.Key_Delete)
    assert field.percent is None


def test_a_tag_is_given_once_and_free_ones_are_few(qtbot: QtBot) -> None:
    row = TagRow()
    qtbot.addWidget(row)
    for typed in ("Collision", "collision", "  too   slow ", "TOO SLOW", "a", "b", "c", "d"):
        row.line.setText(typed)
        qtbot.keyClick(row.line, ENTER)
    assert row.tags[:2] == ("collision", "too slow")
    assert len(row.tags) == 1 + MAX_FREE
    row.clear()
    assert row.tags == ()


def test_an_empty_line_of_the_ballot_gives_the_keys_back(qtbot: QtBot) -> None:
    panel = BallotPanel()
    qtbot.addWidget(panel)
    for line, key in ((panel.tags.line, ENTER), (panel.comment, ENTER), (panel.comment, Qt.Key.Key_Escape)):
        with qtbot.waitSignal(panel.left):
            qtbot.keyClick(line, key)
