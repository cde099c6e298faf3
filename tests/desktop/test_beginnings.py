"""Battles that begin by surprise, for practice, or where they were left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from desktop.evaluator import MAX_STEPS, PATIENCE, play_a_turn, press, visible_words, watch_everything
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from scenes.catalog import scenes
from scenes.errors import NotFound
from scenes.models import read_cards
from sync.store import Store
from vlaarena_desktop import beginnings
from vlaarena_desktop.app import Room, make_room

CARDS = Path(__file__).parents[2] / "gpu_daemon" / "cards"


def test_a_surprise_is_any_other_task_that_two_models_can_play() -> None:
    cards = list(read_cards([CARDS]).values())
    tasks = {task.instruction for scene in scenes().values() for task in scene.tasks}
    generator = np.random.default_rng(3)
    drawn = {beginnings.surprise(cards, "panda", generator, "reach the bowl").instruction for _ in range(800)}
    assert drawn == tasks - {"reach the bowl"}
    with pytest.raises(NotFound):
        beginnings.surprise(cards[:1], "panda", generator)


def test_surprise_me_fills_the_instruction_and_enter_plays_it(qtbot: QtBot, room: Room) -> None:
    page = room.window.battle
    before = page.setting_bar.setting.instruction
    page.viewers[0].setFocus()
    press(qtbot, room, Qt.Key.Key_R)
    surprise = page.setting_bar.setting.instruction
    assert surprise != before
    play_a_turn(qtbot, room)
    assert room.arena.turns[0].turn.instruction == surprise


def test_a_practice_battle_is_said_to_be_one_and_never_counts(qtbot: QtBot, room: Room, store: Store) -> None:
    page = room.window.battle
    with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
        page.welcome.practice.click()
    assert page.setting_bar.practice.isVisible()
    room.arena.see_enough()
    press(qtbot, room, Qt.Key.Key_1, Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert "does not count" in page.reveal_panel.said.text()
    assert room.arena.outcome is not None
    practised = {card.id for card in beginnings.practice_cards(room.daemon.cards)}
    assert {room.arena.outcome.left.model_id, room.arena.outcome.right.model_id} <= practised
    assert [battle.kind for battle in store.battles()] == ["practice"]
    assert store.votes() == []


def test_after_practice_every_way_to_begin_says_that_the_battle_counts(qtbot: QtBot, room: Room, store: Store) -> None:
    page, said = room.window.battle, list[str]()
    room.notices.shown.connect(lambda notice: said.append(notice.text))
    with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
        page.practise()
    room.arena.skip("other")
    press(qtbot, room, Qt.Key.Key_T)
    assert said == []
    play_a_turn(qtbot, room)
    assert said == ["The practice is over: this battle counts."]
    assert [battle.kind for battle in store.battles()] == ["rated", "practice"]


def test_an_empty_instruction_leaves_a_battle_without_a_turn_as_it_is(qtbot: QtBot, room: Room, store: Store) -> None:
    room.window.battle.play()
    room.arena.cancel()
    room.window.battle.setting_bar.instruction.setText("  ")
    room.window.battle.viewers[0].setFocus()
    press(qtbot, room, Qt.Key.Key_N)
    assert room.arena.state == "waiting"
    assert [battle.status for battle in store.battles()] == ["ongoing"]
    assert room.window.banner.isVisible()


@pytest.fixture
def left(qtbot: QtBot, room: Room) -> Room:
    """A window that was closed while its battle of two turns waited for the vote."""
    play_a_turn(qtbot, room)
    watch_everything(qtbot, room)
    with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
        room.arena.next_turn("reach the bowl", "continue")
    room.window.close()
    return room


def test_a_battle_left_open_is_offered_again_and_watched_anew(
    qtbot: QtBot, left: Room, store: Store, address: str
) -> None:
    room = make_room(store, daemon_address=address, max_steps=MAX_STEPS, tier="plain")
    room.window.show()
    page = room.window.battle
    assert page.welcome.go_on.isVisible()
    page.viewers[0].setFocus()
    press(qtbot, room, Qt.Key.Key_B)
    assert room.arena.state == "watching"
    assert [replay.turn for replay in room.arena.turns] == [replay.turn for replay in left.arena.turns]
    assert page.room.turns == room.arena.turns
    assert (room.arena.unlocked, room.arena.voting.unwatched_turns) == (False, (1, 2))
    words = visible_words(room.window)
    assert not [card.name for card in left.daemon.cards if card.name in words or card.id in words]
    room.arena.see_enough()
    press(qtbot, room, Qt.Key.Key_1, Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert [vote.vote for vote in store.votes()] == ["left_better"]
    room.window.close()


def test_a_battle_left_open_may_be_given_up(qtbot: QtBot, left: Room, store: Store, address: str) -> None:
    room = make_room(store, daemon_address=address, max_steps=MAX_STEPS, tier="plain")
    room.window.show()
    room.window.battle.welcome.give_up.click()
    assert [battle.status for battle in store.battles()] == ["abandoned"]
    assert not room.window.battle.welcome.go_on.isVisible()
    room.window.close()
