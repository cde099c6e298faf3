from __future__ import annotations

import msgspec
import pytest

from scenes.catalog import find_robot, find_scene
from scenes.compat import PHYSICS_HZ, check, issues
from scenes.errors import Incompatible
from scenes.models import CameraInput, ModelCard
from scenes.policy import ActionSpace, Gripper
from scenes.world import compile_world

PANDA, TABLE = find_robot("panda"), find_scene("table")
CARD = ModelCard(
    id="sample",
    name="Sample",
    organization="Lab",
    license="MIT",
    adapter="random-walk",
    robots=("panda",),
    cameras=(CameraInput(key="image", camera="front"), CameraInput(key="wrist_image", camera="wrist")),
    action=ActionSpace(space="eef_delta", translation_scale=0.045, clip=(-1.0, 1.0)),
    control_hz=10.0,
    chunk=4,
    execute=2,
)


def with_action(**changes: object) -> ModelCard:
    return msgspec.structs.replace(CARD, action=msgspec.structs.replace(CARD.action, **changes))


def test_a_card_that_fits_has_no_issues() -> None:
    assert issues(CARD, PANDA, TABLE) == ()
    check(CARD, PANDA, TABLE)


def test_reading_the_state_is_no_issue() -> None:
    assert issues(msgspec.structs.replace(CARD, reads_state=True), PANDA, TABLE) == ()


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        (msgspec.structs.replace(CARD, robots=("ur5",)), "not for the robot 'panda'"),
        (
            msgspec.structs.replace(CARD, cameras=(CameraInput(key="a", camera="side"),)),
            "there are front, wrist",
        ),
        (msgspec.structs.replace(CARD, cameras=CARD.cameras[:1] * 2), "key 'image' twice"),
        (msgspec.structs.replace(CARD, control_hz=7.0), "7 Hz does not divide"),
        (msgspec.structs.replace(CARD, execute=5), "5 actions of chunks that hold 4"),
        (with_action(space="joint_velocity"), "joint_velocity cannot be carried out yet"),
        (with_action(rotation="quaternion"), "not as quaternion"),
        (with_action(frame="tool"), "in the tool frame"),
        (with_action(anchor="measured"), "not to the measured pose"),
        (with_action(clip=(1.0, -1.0)), "lower clip"),
        (with_action(gripper=Gripper(open=1.0, closed=1.0)), "same number"),
    ],
)
def test_each_misfit_has_its_reason(card: ModelCard, reason: str) -> None:
    assert len(issues(card, PANDA, TABLE)) == 1
    with pytest.raises(Incompatible, match="'sample' cannot be played on Franka Panda") as refused:
        check(card, PANDA, TABLE)
    assert reason in refused.value.message


def test_a_scene_for_another_robot_is_refused() -> None:
    scene = msgspec.structs.replace(TABLE, robots=("ur5",))
    assert issues(CARD, PANDA, scene) == ("The scene 'table' is for ur5, not for the robot 'panda'.",)


def test_rates_are_checked_against_the_physics_that_is_simulated() -> None:
    assert compile_world("panda", "table").model.opt.timestep * PHYSICS_HZ == 1.0


def test_every_reason_is_given_at_once() -> None:
    assert len(issues(msgspec.structs.replace(CARD, execute=9, control_hz=7.0), PANDA, TABLE)) == 2
