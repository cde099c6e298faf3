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


def ensembling(**changes: object) -> ModelCard:
    return msgspec.structs.replace(with_action(**changes), ensemble=4, execute=1)


@pytest.mark.parametrize("hz", [5.0, 10.0, 15.0, 20.0])
@pytest.mark.parametrize(
    "action",
    [
        {"space": "joint_absolute", "translation_scale": 1.0},
        {"space": "joint_delta", "translation_scale": 1.0, "rotation_scale": 0.2, "anchor": "measured"},
        {"space": "joint_velocity", "translation_scale": 1.0},
        {"rotation": "quaternion", "frame": "tool"},
        {"rotation": "euler_xyz", "anchor": "measured"},
        {"space": "eef_absolute", "rotation": "rot6d"},
    ],
    ids=str,
)
def test_every_action_space_can_be_played_at_the_rates_of_published_models(
    action: dict[str, object], hz: float
) -> None:
    assert issues(msgspec.structs.replace(with_action(**action), control_hz=hz), PANDA, TABLE) == ()


@pytest.mark.parametrize("action", [{}, {"space": "eef_absolute", "rotation": "rot6d"}], ids=["delta", "rot6d"])
def test_chunks_whose_numbers_have_a_mean_may_be_averaged(action: dict[str, object]) -> None:
    assert issues(ensembling(**action), PANDA, TABLE) == ()


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
        (with_action(space="joint_velocity"), "no rotation format, frame or translation scale"),
        (with_action(space="eef_absolute", frame="tool"), "in the tool's own frame"),
        (with_action(space="eef_absolute", anchor="measured"), "added to nothing"),
        (with_action(rotation="quaternion", rotation_scale=0.5), "quaternion are no angles"),
        (with_action(rotation="rot6d", rotation_scale=0.5), "rot6d are no angles"),
        (with_action(gripper=Gripper(open=1.0, closed=0.0, threshold=-0.5)), "threshold -0.5 is not between"),
        (msgspec.structs.replace(CARD, ensemble=5, execute=1), "average 5 chunks that reach only 4"),
        (msgspec.structs.replace(CARD, ensemble=2), "asked at every step"),
        (ensembling(rotation="quaternion"), "Means of rotations as quaternion"),
        (ensembling(space="eef_absolute", rotation="euler_xyz"), "Means of absolute rotations as euler_xyz"),
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
