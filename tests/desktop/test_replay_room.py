"""The replay room by itself: turns, sides, cameras, quality, and what counts as watched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from desktop.staged import evidence_for, turn
from msgspec.structs import replace
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from scenes.episode import Trajectory
from vlaarena_desktop.commands import clashes
from vlaarena_desktop.pages.replay_room import ReplayRoom
from vlaarena_desktop.pages.timeline import Mark
from vlaarena_desktop.pages.turn_strip import TurnButton
from vlaarena_desktop.replays import TurnReplay
from vlaarena_desktop.viewing.mjmodels import MjModels


@pytest.fixture
def first(trajectory: Trajectory, shorter_trajectory: Trajectory) -> TurnReplay:
    return TurnReplay(turn(1), trajectory, shorter_trajectory)


@pytest.fixture
def second(trajectory: Trajectory, shorter_trajectory: Trajectory) -> TurnReplay:
    return TurnReplay(turn(2), shorter_trajectory, trajectory)


@pytest.fixture
def room(qtbot: QtBot, first: TurnReplay, second: TurnReplay) -> Iterator[ReplayRoom]:
    """Two turns, the first one on the stage and standing still."""
    made = ReplayRoom(MjModels(lambda digest: None, "plain"), native=False)
    made.resize(560, 320)
    qtbot.addWidget(made)
    made.show()
    made.set_turns([first, second])
    show(qtbot, made, first)
    yield made
    made.release()


def show(qtbot: QtBot, room: ReplayRoom, replay: TurnReplay) -> None:
    room.show_turn(replay)
    qtbot.waitUntil(lambda: room.playhead.playing)
    room.playhead.pause()


def watch(room: ReplayRoom) -> None:
    for step in range(room.playhead.steps + 1):
        room.playhead.seek_step(step)
        for viewer in room.viewers:
            if viewer.isVisible():
                viewer.canvas.repaint()


def act(room: ReplayRoom, name: str) -> None:
    next(command for command in room.commands() if command.id == name).act()


def dots(room: ReplayRoom) -> list[bool]:
    return [button.unwatched for button in room.strip.buttons]


def spread(image: QImage) -> float:
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    return float(np.frombuffer(plain.constBits(), np.uint8).std())


def test_no_key_stands_for_two_things(room: ReplayRoom) -> None:
    assert clashes(room.commands()) == []
    assert all(command.title and command.group for command in room.commands())


def test_one_turn_needs_no_strip_and_more_are_moved_between(
    qtbot: QtBot, room: ReplayRoom, first: TurnReplay, second: TurnReplay
) -> None:
    assert room.strip.isVisible()
    act(room, "turn.next")
    assert room.shown == second
    act(room, "turn.next")
    assert room.shown == second
    assert [button.isChecked() for button in room.strip.buttons] == [False, True]
    room.strip.buttons[0].click()
    assert room.shown == first
    room.set_turns([first])
    assert not room.strip.isVisible()


def test_a_turn_s_button_tells_its_instruction_and_shows_what_fits(room: ReplayRoom) -> None:
    button = room.strip.buttons[0]
    assert turn(1).instruction in button.toolTip()
    assert button.text().startswith("Turn 1 · put")
    assert button.text().endswith("…")
    button.resize(button.minimumSize())
    assert button.text() == "Turn 1"
    room.resize(1024, 320)
    assert "the bowl" in button.text()
    assert [each.width() for each in room.strip.buttons] == [each.sizeHint().width() for each in room.strip.buttons]


def test_a_turn_s_button_asks_for_the_room_of_its_instruction(qtbot: QtBot) -> None:
    for instruction in ("lift it", "put the red cube in the bowl", "lift the blue cylinder", "push it to the left"):
        button = TurnButton(replace(turn(1), instruction=instruction))
        qtbot.addWidget(button)
        button.resize(button.sizeHint())
        assert button.text() == f"Turn 1 · {instruction}"


def test_a_turn_carries_a_dot_until_both_sides_were_watched(qtbot: QtBot, room: ReplayRoom, second: TurnReplay) -> None:
    assert dots(room) == [True, True]
    watch(room)
    assert dots(room) == [False, True]
    show(qtbot, room, second)
    room.show_sides("a")
    watch(room)
    assert dots(room) == [False, True]
    room.show_sides("b")
    watch(room)
    assert dots(room) == [False, False]


def test_the_watched_band_is_the_same_whichever_side_is_the_shorter(
    qtbot: QtBot, room: ReplayRoom, second: TurnReplay
) -> None:
    bands = []
    for replay in (room.turns[0], second):
        show(qtbot, room, replay)
        watch_from(room, 5)
        band = room.transport.timeline.watched
        assert band is not None
        bands.append(band.tolist()[5:])
    assert bands[0] == bands[1]
    assert all(bands[0])


def watch_from(room: ReplayRoom, begin: int) -> None:
    for step in range(begin, room.playhead.steps + 1):
        room.playhead.seek_step(step)
        for viewer in room.viewers:
            viewer.canvas.repaint()


def test_turns_of_another_battle_begin_unwatched_with_both_sides_shown(
    room: ReplayRoom, first: TurnReplay, second: TurnReplay
) -> None:
    watch(room)
    others = [TurnReplay(turn(number, "other"), first.left, first.right) for number in (1, 2)]
    room.show_sides("b")
    room.set_turns([first])
    assert room.stages.sides == "b"
    room.set_turns(others)
    assert (dots(room), room.stages.sides) == ([True, True], "both")


def test_a_side_that_is_not_seen_is_not_presented(qtbot: QtBot, room: ReplayRoom) -> None:
    presented: list[int] = []
    room.presented.connect(lambda turn_id, side, step: presented.append(side))
    act(room, "camera.sides")
    assert [viewer.isVisible() for viewer in room.viewers] == [True, False]
    room.playhead.seek_step(7)
    qtbot.waitUntil(lambda: bool(presented))
    QApplication.processEvents()
    assert set(presented) == {0}
    act(room, "camera.sides")
    assert [viewer.isVisible() for viewer in room.viewers] == [False, True]
    act(room, "camera.sides")
    assert [viewer.isVisible() for viewer in room.viewers] == [True, True]


def test_a_turn_shown_to_one_side_alone_plays_all_the_same(qtbot: QtBot, room: ReplayRoom, second: TurnReplay) -> None:
    room.show_sides("b")
    show(qtbot, room, second)
    assert room.shown == second


def test_escape_undoes_one_thing_at_a_time(room: ReplayRoom) -> None:
    room.playhead.set_range(0.5, 1.0)
    room.active_view.look_through("front")
    room.show_sides("a")
    found = []
    for _ in range(3):
        act(room, "camera.free")
        found.append((room.playhead.range is None, room.active_view.name, room.stages.sides))
    assert found == [(True, "front", "a"), (True, "", "a"), (True, "", "both")]


def test_the_camera_menu_lists_the_free_camera_and_the_named_ones(room: ReplayRoom) -> None:
    menu = room.transport.cameras
    titles = [action.text() for action in menu.actions()]
    assert titles == ["Free camera (Esc)", "Front", "Wrist"]
    menu.actions()[2].trigger()
    assert [viewer.view.name for viewer in room.viewers] == ["wrist", "wrist"]
    menu.aboutToShow.emit()
    assert menu.actions()[2].isChecked()


def test_camera_keys_act_on_the_side_chosen_last_when_the_cameras_are_apart(room: ReplayRoom) -> None:
    act(room, "camera.link")
    room.viewers[1].activated.emit()
    act(room, "camera.next")
    assert [viewer.view.name for viewer in room.viewers] == ["", "front"]
    room.show_sides("a")
    act(room, "camera.next")
    assert [viewer.view.name for viewer in room.viewers] == ["front", "front"]


def test_the_quality_changes_while_a_replay_stands(qtbot: QtBot, room: ReplayRoom) -> None:
    room.playhead.seek_step(9)
    room.active_view.look_through("front")
    QApplication.processEvents()
    plain = room.viewers[0].picture()
    with qtbot.waitSignal(room.viewers[1].presented):
        room.set_tier("soft")
    QApplication.processEvents()
    soft = room.viewers[0].picture()
    assert plain != soft
    assert spread(soft) > 20
    stage = room.viewers[0].stage
    assert stage is not None
    assert (stage.step, room.playhead.step, room.active_view.name) == (9, 9, "front")


def test_models_are_kept_per_quality(room: ReplayRoom, trajectory: Trajectory) -> None:
    models = MjModels(lambda digest: None, "plain")
    plain = models.model_of(trajectory)
    models.set_tier("full")
    full = models.model_of(trajectory)
    assert (plain.vis.quality.shadowsize, full.vis.quality.shadowsize) == (0, 4096)
    models.set_tier("plain")
    assert models.model_of(trajectory) is plain


def test_before_the_vote_nothing_can_be_marked(room: ReplayRoom) -> None:
    room.set_pins([Mark(0.5, 0, "a note", "note")])
    assert room.transport.timeline.marks == ()


def test_what_a_closed_battle_tells_is_marked_on_the_turn_on_the_stage(
    qtbot: QtBot, room: ReplayRoom, first: TurnReplay, second: TurnReplay
) -> None:
    told: list[Any] = []
    room.evidence_changed.connect(told.append)
    evidence = evidence_for([first, second])
    room.set_evidence(evidence)
    room.set_pins([Mark(0.1, None, "They part", "divergence")])
    marks = room.transport.timeline.marks
    assert [(mark.time, mark.side, mark.text) for mark in marks] == [
        (pytest.approx(0.1), None, "They part"),
        (pytest.approx(0.3), 0, "grasped the red cube"),
        (pytest.approx(0.5), 1, "placed the red cube on: bowl"),
    ]
    assert room.transport.timeline.watched is None
    assert dots(room) == [False, False]
    show(qtbot, room, second)
    assert [mark.text for mark in room.transport.timeline.marks] == [
        "grasped the red cube",
        "placed the red cube on: bowl",
    ]
    room.set_evidence(None)
    assert room.transport.timeline.marks == ()
    assert told == [evidence, None]
