"""When a vote unlocks, what is said before, and how a battle ends without one."""

from __future__ import annotations

from desktop.evaluator import PATIENCE, hold, play_a_turn, press, watch_everything
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from sync.records import MAX_TURNS
from sync.store import Store
from vlaarena_desktop.app import Room, make_room
from vlaarena_desktop.commands import clashes
from vlaarena_desktop.links import read_link
from vlaarena_desktop.notices import Notice
from vlaarena_desktop.pages.skip_panel import REASONS


def test_a_key_pressed_too_early_names_the_turns_still_to_be_watched(qtbot: QtBot, room: Room) -> None:
    shown: list[Notice] = []
    play_a_turn(qtbot, room)
    watch_everything(qtbot, room)
    with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
        room.arena.next_turn("reach the bowl", "reset")
    room.notices.shown.connect(shown.append)
    press(qtbot, room, Qt.Key.Key_1)
    assert "turn 2." in shown[-1].hint
    assert room.arena.voting.unwatched_turns == (2,)
    watch_everything(qtbot, room)
    assert room.arena.unlocked


def test_a_vote_unlocks_audibly_once_and_keeps_what_was_watched(qtbot: QtBot, room: Room, store: Store) -> None:
    said: list[str] = []
    room.window.battle.judging.announced.connect(said.append)
    play_a_turn(qtbot, room)
    assert said == []
    watch_everything(qtbot, room)
    room.arena.see_enough()
    assert len(said) == 1
    assert "You may vote now" in said[0]
    press(qtbot, room, Qt.Key.Key_3)
    hold(room, Qt.Key.Key_3, "3")
    assert room.arena.cast is None
    press(qtbot, room, Qt.Key.Key_Return, Qt.Key.Key_Return)
    (vote,) = store.votes()
    assert (vote.watched.left_coverage, vote.watched.right_coverage) == (1.0, 1.0)
    assert 0 < vote.watched.dwell_seconds < 60
    assert not vote.watched.seen_enough


def test_a_reason_to_skip_is_given_by_its_number(qtbot: QtBot, room: Room, store: Store) -> None:
    play_a_turn(qtbot, room)
    judging = room.window.battle.judging
    press(qtbot, room, Qt.Key.Key_0)
    assert judging.skipping
    hold(room, Qt.Key.Key_0, "0")
    press(qtbot, room, Qt.Key.Key_Return, Qt.Key.Key_Escape)
    assert (judging.skipping, room.arena.state) == (False, "watching")
    press(qtbot, room, Qt.Key.Key_0, Qt.Key.Key_5)
    assert room.arena.state == "revealed"
    assert room.arena.battle is not None
    assert store.battle(room.arena.battle.battle_id).void_reason == REASONS[4] == "conflict_of_interest"


def test_no_key_means_two_things_whatever_the_battle_waits_for(qtbot: QtBot, room: Room) -> None:
    ambiguous = {room.arena.state: clashes(room.window.commands())}
    play_a_turn(qtbot, room)
    ambiguous[room.arena.state] = clashes(room.window.commands())
    press(qtbot, room, Qt.Key.Key_0)
    ambiguous["skipping"] = clashes(room.window.commands())
    room.arena.skip("other")
    ambiguous[room.arena.state] = clashes(room.window.commands())
    assert ambiguous == {"idle": [], "watching": [], "skipping": [], "revealed": []}


def test_evidence_is_told_after_the_vote_and_forgotten_when_the_next_battle_begins(qtbot: QtBot, room: Room) -> None:
    page = room.window.battle
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    press(qtbot, room, Qt.Key.Key_1, Qt.Key.Key_Return)
    assert (page.room.evidence, page.drawer.isVisible()) == (None, False)
    press(qtbot, room, Qt.Key.Key_Return)
    assert page.room.evidence is not None
    assert page.room.evidence.turns[0].turn == room.arena.turns[0].turn
    assert page.room.evidence is room.arena.evidence, "episodes are read once"
    assert page.drawer.isVisible()
    page.playhead.seek_step(2)
    with qtbot.waitSignal(page.review_requested) as requested:
        page.drawer.branch_requested.emit("right", 2)
    assert read_link(requested.args[0]).step == 2
    review = room.window.history.review
    assert review is not None
    assert review.isVisible()
    assert (review.room.playhead.step, review.bench.shown, review.bench.chosen_side) == (2, "form", "right")
    room.window.show_page(0)
    page.viewers[0].setFocus()
    press(qtbot, room, Qt.Key.Key_N)
    assert (page.room.evidence, page.drawer.isVisible()) == (None, False)
    room.arena.cancel()


def test_only_an_open_battle_is_skipped_or_commented(qtbot: QtBot, room: Room, store: Store) -> None:
    judging = room.window.battle.judging
    room.window.battle.viewers[0].setFocus()
    press(qtbot, room, Qt.Key.Key_0, Qt.Key.Key_C)
    assert (judging.skipping, judging.ballot.isVisible()) == (False, False)
    room.window.battle.play()
    room.arena.cancel()
    press(qtbot, room, Qt.Key.Key_0, Qt.Key.Key_6)
    assert [battle.void_reason for battle in store.battles()] == ["other"]
    press(qtbot, room, Qt.Key.Key_0)
    assert not judging.skipping


def test_a_next_instruction_is_typed_and_continues_from_where_each_stopped(qtbot: QtBot, room: Room) -> None:
    play_a_turn(qtbot, room)
    bar = room.window.battle.setting_bar
    qtbot.keyClick(room.window.battle.viewers[0], Qt.Key.Key_T, Qt.KeyboardModifier.ShiftModifier)
    assert bar.instruction.hasFocus()
    qtbot.keyClicks(bar.instruction, "reach the bowl")
    with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
        press(qtbot, room, Qt.Key.Key_Return)
    assert [replay.turn.start for replay in room.arena.turns] == ["reset", "continue"]
    press(qtbot, room, Qt.Key.Key_T, Qt.Key.Key_Escape)
    assert room.window.battle.viewers[0].hasFocus()


def test_after_the_last_turn_only_the_vote_is_left(qtbot: QtBot, store: Store, address: str) -> None:
    room = make_room(store, daemon_address=address, max_steps=1, tier="plain")
    room.window.show()
    room.daemon.connect_now()
    qtbot.waitUntil(lambda: room.daemon.state == "idle", timeout=PATIENCE)
    shown: list[Notice] = []
    play_a_turn(qtbot, room)
    room.notices.shown.connect(shown.append)
    for _ in range(MAX_TURNS - 1):
        assert shown == []
        with qtbot.waitSignal(room.arena.turn_added, timeout=PATIENCE):
            room.arena.next_turn("reach the bowl", "continue")
    assert f"last of {MAX_TURNS} turns" in shown[-1].text
    assert not room.window.battle.setting_bar.instruction.isEnabled()
    press(qtbot, room, Qt.Key.Key_T)
    assert len(shown) == 2
    room.arena.see_enough()
    assert room.arena.vote("tie")
    room.window.close()


def test_the_setting_bar_keeps_its_form_while_the_vote_may_be_taken_back(qtbot: QtBot, room: Room) -> None:
    bar = room.window.battle.setting_bar
    play_a_turn(qtbot, room)
    room.arena.see_enough()
    before = [bar.robot.isVisible(), bar.scene.isEnabled(), bar.start.isVisible(), bar.play.text()]
    room.arena.vote("tie")
    assert [bar.robot.isVisible(), bar.scene.isEnabled(), bar.start.isVisible(), bar.play.text()] == before
    assert not bar.play.isEnabled()
    room.arena.reveal()
    assert bar.robot.isVisible()
    assert bar.play.isEnabled()
