"""Whole battles in the real window, on a real store and a real daemon process."""

from __future__ import annotations

import pytest
from desktop.evaluator import MAX_STEPS, PATIENCE, play_a_turn, press, visible_words, watch_everything
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from sync.records import CHOICES, CheckKind
from sync.store import Store
from vlaarena_desktop.app import Room, make_room
from vlaarena_desktop.notices import Notice
from vlaarena_desktop.outcome import Outcome, Performance, SideOutcome
from vlaarena_desktop.pages.verdict import RevealPanel


def test_a_battle_is_played_watched_and_voted_with_keys_alone(qtbot: QtBot, room: Room, store: Store) -> None:
    box = room.window.battle.setting_bar.instruction
    box.setFocus()
    box.clear()
    qtbot.keyClicks(box, "lift the red cube")
    play_a_turn(qtbot, room)
    watch_everything(qtbot, room)
    press(qtbot, room, Qt.Key.Key_1, Qt.Key.Key_3, Qt.Key.Key_Return)
    assert room.arena.state == "voted"
    with qtbot.waitSignal(room.arena.revealed):
        press(qtbot, room, Qt.Key.Key_Return)
    assert [vote.vote for vote in store.votes()] == ["tie"]
    room.window.show_page(2)
    assert room.window.history.table.rowCount() == 1
    room.window.show_page(1)
    qtbot.waitUntil(lambda: room.window.leaderboard.table.rowCount() == 2)
    names = {panel.name.text() for panel in room.window.battle.reveal_panel.sides}
    assert names <= {card.name for card in room.daemon.cards}


def test_a_vote_stays_locked_until_both_replays_were_watched(qtbot: QtBot, room: Room, store: Store) -> None:
    shown: list[Notice] = []
    room.notices.shown.connect(shown.append)
    play_a_turn(qtbot, room)
    room.window.battle.playhead.pause()
    missing = room.arena.missing_percent
    press(qtbot, room, Qt.Key.Key_1, Qt.Key.Key_Return)
    assert room.arena.state == "watching"
    assert f"{missing} %" in shown[-1].text
    watch_everything(qtbot, room)
    assert room.arena.unlocked
    for index, choice in enumerate(CHOICES):
        press(qtbot, room, Qt.Key(Qt.Key.Key_1.value + index))
        assert room.window.battle.vote_bar.chosen == choice
    assert store.live_vote(room.arena.battle.battle_id if room.arena.battle else "") is None


def test_a_vote_is_taken_back_and_cast_anew_before_the_names_are_told(qtbot: QtBot, room: Room, store: Store) -> None:
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    press(qtbot, room, Qt.Key.Key_1, Qt.Key.Key_Return)
    assert room.arena.battle is not None
    battle_id = room.arena.battle.battle_id
    vote = store.live_vote(battle_id)
    assert vote is not None
    assert (vote.vote, vote.watched.seen_enough) == ("left_better", True)
    press(qtbot, room, Qt.Key.Key_U)
    assert store.live_vote(battle_id) is None
    press(qtbot, room, Qt.Key.Key_2, Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert [vote.vote for vote in store.votes()] == ["right_better"]


def test_before_the_vote_no_widget_names_a_model(qtbot: QtBot, room: Room) -> None:
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    press(qtbot, room, Qt.Key.Key_4, Qt.Key.Key_Return)
    words = visible_words(room.window)
    for card in room.daemon.cards:
        assert card.id not in words
        assert card.name not in words


def test_skipping_ends_the_battle_without_a_vote(qtbot: QtBot, room: Room, store: Store) -> None:
    play_a_turn(qtbot, room)
    with qtbot.waitSignal(room.arena.revealed):
        room.arena.skip("scene_broken")
    assert store.votes() == []
    assert room.arena.battle is not None
    assert store.battle(room.arena.battle.battle_id).status == "void"


def test_closing_the_window_keeps_a_vote_that_could_still_be_taken_back(qtbot: QtBot, room: Room, store: Store) -> None:
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    room.arena.vote("left_better")
    room.window.close()
    assert [vote.vote for vote in store.votes()] == ["left_better"]


def test_the_names_are_told_when_the_time_to_undo_is_over(qtbot: QtBot, store: Store, address: str) -> None:
    room = make_room(store, daemon_address=address, max_steps=MAX_STEPS, tier="plain", undo_seconds=0.5)
    room.window.show()
    room.daemon.connect_now()
    qtbot.waitUntil(lambda: room.daemon.state == "idle", timeout=PATIENCE)
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    left: list[float] = []
    room.arena.undo_ticked.connect(left.append)
    with qtbot.waitSignal(room.arena.revealed):
        room.arena.vote("both_bad")
    assert left[0] == 0.5
    assert left == sorted(left, reverse=True)
    room.window.close()


def test_turns_that_ended_alike_are_told_in_one_breath(qtbot: QtBot) -> None:
    turns = (Performance(34, True), Performance(23, True), Performance(50, False), Performance(7, None))
    side = SideOutcome("m", "Model", "Lab", turns)
    panel = RevealPanel()
    qtbot.addWidget(panel)
    panel.show_outcome(Outcome("b", "tie", side, side))
    assert panel.sides[0].result.text() == "succeeded in 34, 23 steps · no success in 50 steps · 7 steps"


@pytest.mark.parametrize(("check", "what"), [("aa", "twice"), ("swapped", "mirrored"), ("noop", "idle on purpose")])
def test_after_the_reveal_a_hidden_check_is_kindly_told(qtbot: QtBot, check: CheckKind, what: str) -> None:
    side = SideOutcome("m", "Model", "Lab", ())
    panel = RevealPanel()
    qtbot.addWidget(panel)
    panel.show_outcome(Outcome("b", "tie", side, side, check))
    vote, told, thanks = panel.said.text().splitlines()
    assert (vote, what in told) == ("Your vote: Tie", True)
    assert thanks == "It counts for no rating. Thank you!"
    panel.show_outcome(Outcome("b", "tie", side, side))
    assert panel.said.text() == "Your vote: Tie"
