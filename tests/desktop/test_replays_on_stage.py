"""What a replay room puts on the stage: both sides in one time, or nothing and the reason."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from desktop.conftest import walk
from desktop.staged import NOBODY, turn
from pytestqt.qtbot import QtBot

from scenes.episode import Trajectory
from scenes.errors import ArenaError, NotFound
from scenes.world import World
from vlaarena_desktop.coverage import Coverage
from vlaarena_desktop.pages.replay_room import ReplayRoom
from vlaarena_desktop.replays import TurnReplay
from vlaarena_desktop.viewing.mjmodels import MjModels


@pytest.fixture
def room(qtbot: QtBot) -> Iterator[ReplayRoom]:
    made = ReplayRoom(MjModels(lambda digest: None, "plain"), native=False)
    made.resize(700, 380)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.release()


@pytest.fixture(scope="module")
def slow_trajectory(world: World) -> Trajectory:
    return walk(world, seed=3, steps=10, control_hz=5.0)


def replay(left: Trajectory, right: Trajectory) -> TurnReplay:
    return TurnReplay(turn(1), left, right)


def test_steps_count_the_robot_s_control_steps_whatever_a_card_s_rate(
    room: ReplayRoom, slow_trajectory: Trajectory, shorter_trajectory: Trajectory
) -> None:
    room.show_turn(replay(slow_trajectory, shorter_trajectory))
    playhead = room.playhead
    assert (playhead.control_hz, playhead.steps) == (10.0, 20)
    playhead.step_by(3)
    assert (playhead.time, playhead.step) == (pytest.approx(0.3), 3)
    assert (room.transport.seconds.text(), room.transport.step.text()) == ("0.30 s", "3")
    stages = [viewer.stage for viewer in room.viewers]
    assert [stage.step for stage in stages if stage] == [1, 3]
    playhead.seek_step(playhead.steps)
    assert [stage.step for stage in stages if stage] == [10, 10]


def test_each_side_s_own_control_steps_are_what_must_be_watched(
    room: ReplayRoom, slow_trajectory: Trajectory, shorter_trajectory: Trajectory
) -> None:
    room.show_turn(replay(slow_trajectory, shorter_trajectory))
    coverage = Coverage()
    coverage.add_turn(turn(1).turn_id, slow_trajectory.steps, shorter_trajectory.steps)
    for side, viewer in enumerate(room.viewers):
        viewer.presented.connect(lambda step, side=side: coverage.present(turn(1).turn_id, side, step))
    for step in range(room.playhead.steps + 1):
        room.playhead.seek_step(step)
        for viewer in room.viewers:
            viewer.canvas.repaint()
    assert (coverage.fraction(0), coverage.fraction(1)) == (1.0, 1.0)


def damaged(trajectory: Trajectory) -> Trajectory:
    return msgspec.structs.replace(trajectory, components=trajectory.components[1:])


def moved_on(trajectory: Trajectory) -> Trajectory:
    return msgspec.structs.replace(trajectory, bundle_digest=NOBODY)


@pytest.mark.parametrize(("spoil", "said"), [(moved_on, "has changed"), (damaged, "does not belong")])
def test_a_replay_that_cannot_be_drawn_is_said_and_nothing_else_is_shown(
    room: ReplayRoom, trajectory: Trajectory, spoil: object, said: str
) -> None:
    troubles: list[ArenaError] = []
    room.troubled.connect(troubles.append)
    assert callable(spoil)
    room.show_turn(replay(trajectory, spoil(trajectory)))
    assert said in str(troubles[-1])
    assert [viewer.stage for viewer in room.viewers] == [None, None]
    assert room.playhead.duration == 0.0


def test_without_its_bundle_a_replay_is_drawn_only_with_the_very_scene_it_was_played_in(
    trajectory: Trajectory,
) -> None:
    models = MjModels(lambda digest: None, "plain")
    assert models.model_of(trajectory).nq == trajectory.component("qpos").shape[1]
    with pytest.raises(NotFound, match="has changed since") as caught:
        models.model_of(moved_on(trajectory))
    assert "backup" in caught.value.hint
