"""What must hold of pictures, of what a model is told of its arm, of chunks and of time, as in control_rules.py."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from control_rules import rule, shared_world

from gpu_daemon import queueing
from scenes.models import CameraInput, ModelCard
from scenes.policy import ActionSpace, Observation


@rule
def pictures_are_flipped_as_the_card_says(parts: SimpleNamespace) -> None:
    world = shared_world()
    world.reset(1)
    with parts.cameras.Cameras(world.model, 64, 48) as eyes:
        plain = eyes.render(world.data, "front", 64, 48)
        expected = {
            "none": plain,
            "horizontal": np.stack([row[::-1] for row in plain]),
            "vertical": np.stack(list(reversed(plain))),
            "rotate_180": np.rot90(plain, 2),
        }
        for flip, picture in expected.items():
            wanted = CameraInput(key="image", camera="front", width=64, height=48, flip=flip)
            assert np.array_equal(parts.observing.picture(eyes, world.data, wanted), picture), flip


@rule
def a_crop_is_the_middle_of_the_picture(parts: SimpleNamespace) -> None:
    world = shared_world()
    world.reset(1)
    with parts.cameras.Cameras(world.model, 128, 96) as eyes:
        whole = eyes.render(world.data, "front", 128, 96)
        wanted = CameraInput(key="image", camera="front", width=64, height=48, crop=0.5)
        cropped = parts.observing.picture(eyes, world.data, wanted)
    assert np.abs(whole[24:72, 32:96].astype(int) - cropped).max() <= 1


def seen(quaternion: list[float], width: float = 0.06) -> Observation:
    return Observation(
        robot_id="panda",
        scene_id="libero_table",
        time=0.0,
        images={},
        qpos=np.arange(7) / 10,
        eef_position=np.array([0.45, 0.1, 0.25]),
        eef_quaternion=np.array(quaternion),
        gripper_width=width,
        commanded_position=np.zeros(3),
        commanded_gripper=1.0,
    )


@rule
def the_state_of_the_libero_benchmark_is_in_its_own_world(parts: SimpleNamespace) -> None:
    state = parts.proprioception.state_vector("eef_axis_angle_fingers", seen([0.0, 1.0, 0.0, 0.0]))
    assert state.dtype == np.float32
    assert state == pytest.approx([-0.21, 0.1, 1.1689, np.pi, 0, 0, 0.03, -0.03], abs=1e-6)


@rule
def its_axis_and_angle_go_on_beyond_half_a_turn(parts: SimpleNamespace) -> None:
    for angle in (np.pi - 0.2, np.pi + 0.2):
        quaternion = np.array([np.cos(angle / 2), np.sin(angle / 2), 0, 0])
        for sign in (1, -1):
            vector = parts.proprioception.state_vector("eef_axis_angle_fingers", seen(list(sign * quaternion)))[3:6]
            assert vector == pytest.approx([angle, 0, 0], abs=1e-6)


@rule
def other_states_are_joints_or_pose_and_opening(parts: SimpleNamespace) -> None:
    vector, now = parts.proprioception.state_vector, seen([np.cos(0.2), 0, 0, np.sin(0.2)])
    assert vector("none", now).shape == (0,)
    assert vector("joints", now) == pytest.approx(now.qpos)
    assert vector("joints_gripper", now) == pytest.approx([*now.qpos, 0.75])
    assert vector("eef_euler_gripper", now) == pytest.approx([0.45, 0.1, 0.25, 0, 0, 0.4, 0.75], abs=1e-6)


def actions_of(parts: SimpleNamespace, count: int, **changes: object) -> list[float]:
    """So many actions of a queue whose n-th chunk says n, 10 n, 100 n, ..."""
    card = ModelCard(
        id="counting",
        name="Counting",
        organization="Tests",
        license="MIT",
        adapter="counting",
        robots=("panda",),
        action=ActionSpace(space="eef_delta"),
        control_hz=10,
        **changes,
    )
    asked = iter(range(1, 100))
    queue: queueing.ActionQueue = parts.queueing.ActionQueue(card)

    def infer() -> queueing.Actions:
        return (next(asked) * 10 ** np.arange(card.chunk, dtype=np.float32))[:, None]

    return [float(queue.next(infer)[0]) for _ in range(count)]


@rule
def of_a_chunk_as_many_actions_are_carried_out_as_the_card_says(parts: SimpleNamespace) -> None:
    assert actions_of(parts, 7, chunk=4, execute=3) == [1, 10, 100, 2, 20, 200, 3]


@rule
def an_ensemble_averages_what_the_last_chunks_say_about_this_step(parts: SimpleNamespace) -> None:
    averages = [1, (2 + 10) / 2, (3 + 20 + 100) / 3, (4 + 30 + 200) / 3]
    assert actions_of(parts, 4, chunk=4, ensemble=3) == averages


@rule
def fifteen_hertz_takes_33_33_and_34_physics_steps(parts: SimpleNamespace) -> None:
    beat = parts.rhythm.rhythm_of(15.0, 500.0)
    begins = [beat.begins(step) for step in range(7)]
    assert np.diff(begins).tolist() == [33, 33, 34, 33, 33, 34]
    assert [beat.step_at(physics_step) for physics_step in (0, 32, 33, 65, 66, 99, 100)] == [0, 0, 1, 1, 2, 2, 3]
    assert [parts.rhythm.rhythm_of(hz, 500.0) for hz in (5.0, 10.0, 20.0)] == [(100, 1), (50, 1), (25, 1)]
