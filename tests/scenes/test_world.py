from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from pathlib import Path

import msgspec
import mujoco
import numpy as np
import pytest

from scenes.catalog import find_robot, find_scene
from scenes.episode import Component, State
from scenes.errors import BadInput, Incompatible, NotFound, SimulationUnstable
from scenes.placement import footprint, place
from scenes.world import World, compile_world

WORLD = compile_world("panda", "table")


def swing(step: int) -> np.ndarray:
    """Controls that move every joint and close the gripper now and then."""
    ctrl = np.array([*WORLD.robot.home, 255.0 if step % 4 < 2 else 0.0])
    ctrl[:7] += 0.3 * np.sin(0.6 * step + np.arange(7))
    ctrl[1] += 0.5
    return ctrl


def reach_down() -> np.ndarray:
    """Controls that put the hand on the table, among the objects."""
    return np.array([0.0, 0.55, 0.0, -2.0, 0.0, 2.5, 0.785, 255.0])


def test_the_same_seed_gives_the_same_state_to_the_last_bit() -> None:
    WORLD.reset(5)
    first = WORLD.state()
    WORLD.step(swing(3), 50)
    WORLD.reset(5)
    assert WORLD.state().digest == first.digest
    assert World(WORLD.robot, WORLD.scene).state().components == first.components


def test_different_seeds_put_objects_elsewhere() -> None:
    places = [place(WORLD.scene, seed) for seed in range(20)]
    assert len({p.tobytes() for p in places}) == 20


def test_objects_begin_apart_with_free_corridors(repeats: Callable[[int, int], int]) -> None:
    things, spawn = WORLD.scene.objects, WORLD.scene.spawn
    for seed in range(repeats(100, 20_000)):
        layout = place(WORLD.scene, seed)
        assert (layout[:, 0] >= spawn.x[0]).all()
        assert (layout[:, 1] <= spawn.y[1]).all()
        for a, first in enumerate(things):
            for b in range(a + 1, len(things)):
                dx, dy = np.abs(layout[a, :2] - layout[b, :2])
                reach = footprint(first) + footprint(things[b])
                assert np.hypot(dx, dy) >= reach + spawn.gap
                assert dx >= reach or dy >= reach + spawn.corridor


def test_a_reset_leaves_everything_at_rest_and_touching_only_the_table(
    repeats: Callable[[int, int], int],
) -> None:
    table = WORLD.model.body("table").id
    for seed in range(repeats(10, 1_000)):
        WORLD.reset(seed)
        assert WORLD.time == 0.0
        assert WORLD.gripper_width == pytest.approx(0.08, abs=1e-4)
        mujoco.mj_collision(WORLD.model, WORLD.data)
        bodies = WORLD.model.geom_bodyid[WORLD.data.contact.geom]
        assert (bodies == table).any(axis=1).all()
        assert WORLD.data.contact.dist.min() > -1e-3
        before = np.array(WORLD.data.qpos)
        WORLD.step(np.array(WORLD.data.ctrl), 50)
        assert np.abs(WORLD.data.qpos - before).max() < 1e-6


def test_objects_at_rest_stay_where_they_are_while_the_arm_swings() -> None:
    WORLD.reset(1)
    before = np.array(WORLD.data.qpos[9:])
    for step in range(5):
        WORLD.step(swing(0) * [1, 0, 1, 1, 1, 1, 1, 1] + 0.01 * step, 50)
    assert np.abs(WORLD.data.qpos[9:] - before).max() < 1e-8


def test_a_restored_state_continues_to_the_last_bit() -> None:
    WORLD.reset(2)
    states = []
    for step in range(12):
        WORLD.step(reach_down() if step < 6 else swing(step), 50)
        states.append(WORLD.state())
    other = compile_world("panda", "table")
    other.restore(states[4])
    for step in range(5, 12):
        other.step(reach_down() if step < 6 else swing(step), 50)
        assert other.state().digest == states[step].digest


def test_watching_every_physics_step_changes_nothing() -> None:
    digests = set()
    for watch in (None, lambda: None):
        WORLD.reset(3)
        WORLD.step(reach_down(), 50, watch)
        digests.add(WORLD.state().digest)
    assert len(digests) == 1


def test_applied_forces_are_kept_only_when_there_are_some() -> None:
    WORLD.reset(4)
    plain = {component.name for component in WORLD.state().components}
    assert not plain & {"qfrc_applied", "xfrc_applied"}
    WORLD.data.qfrc_applied[0] = 1.0
    state = WORLD.state()
    assert {component.name for component in state.components} - plain == {"qfrc_applied"}
    WORLD.reset(4)
    WORLD.restore(state)
    assert WORLD.data.qfrc_applied[0] == 1.0


def test_a_state_of_another_model_is_refused() -> None:
    WORLD.reset(0)
    state = WORLD.state()
    with pytest.raises(BadInput):
        WORLD.restore(State((Component("qpos", 3),), np.zeros(3)))
    with pytest.raises(BadInput):
        WORLD.restore(State(state.components, state.values[:-1]))
    assert WORLD.state().digest == state.digest


def test_unstable_physics_is_an_error_and_leaves_no_file_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    WORLD.reset(0)
    WORLD.data.qvel[9] = 1e11
    with pytest.raises(SimulationUnstable):
        WORLD.step(np.array(WORLD.data.ctrl), 50)
    assert list(tmp_path.iterdir()) == []
    WORLD.reset(0)
    WORLD.step(np.array(WORLD.data.ctrl), 50)


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_a_control_that_is_no_number_is_refused(value: float) -> None:
    WORLD.reset(0)
    ctrl = np.array(WORLD.data.ctrl)
    ctrl[2] = value
    with pytest.raises(SimulationUnstable):
        WORLD.step(ctrl, 50)


def test_controls_of_the_wrong_shape_are_refused() -> None:
    with pytest.raises(BadInput, match=r"\(8,\)"):
        WORLD.step(np.zeros(7), 50)


def test_a_control_rate_must_divide_the_physics_rate() -> None:
    assert [WORLD.substeps(hz) for hz in (5, 10, 20, 12.5)] == [100, 50, 25, 40]
    for hz in (3.0, 7.0, 15.0, 600.0, 0.0, -10.0, nan):
        with pytest.raises(BadInput):
            WORLD.substeps(hz)


def test_poses_belong_to_the_present_state() -> None:
    WORLD.reset(6)
    position, quaternion = WORLD.object_pose("green_cube")
    assert position[:2] == pytest.approx(place(WORLD.scene, 6)[1, :2], abs=1e-5)
    assert np.linalg.norm(quaternion) == pytest.approx(1.0)
    WORLD.step(reach_down(), 50)
    stale = WORLD.tcp_position
    mujoco.mj_forward(WORLD.model, WORLD.data)
    assert np.array_equal(stale, WORLD.tcp_position)
    with pytest.raises(NotFound, match="red_cube"):
        WORLD.object_pose("banana")


def test_a_scene_for_another_robot_is_refused() -> None:
    scene = msgspec.structs.replace(find_scene("table"), robots=("other",))
    with pytest.raises(Incompatible, match="other"):
        World(find_robot("panda"), scene)


def test_a_scene_too_small_for_its_objects_is_refused() -> None:
    spawn = msgspec.structs.replace(WORLD.scene.spawn, x=(0.5, 0.51), y=(0.0, 0.01))
    with pytest.raises(BadInput, match="spawn"):
        place(msgspec.structs.replace(WORLD.scene, spawn=spawn), 0)
