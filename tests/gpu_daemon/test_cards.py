from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from gpu_daemon.models.patterns import check_patterns, folder_name
from gpu_daemon.policies.loading import SHIPPED_CARDS, all_cards
from scenes.catalog import find_robot, find_scene, robots, scenes
from scenes.compat import issues
from scenes.control import Controller
from scenes.errors import BadInput
from scenes.kinematics import Pose
from scenes.policy import Gripper
from scenes.rotations import axis_angle_of
from scenes.world import compile_world

LEARNED = ("film-cnn", "film-cnn-early", "film-flow")
REFERENCES = ("random-walk", "scripted-careful", "scripted-hasty")
FOR_CHECKS = ("idle-arm",)
LIBERO = (
    "openvla-7b-libero-10",
    "openvla-7b-libero-goal",
    "openvla-7b-libero-object",
    "openvla-7b-libero-spatial",
    "smolvla-libero",
)
FETCHED = (*LIBERO, "octo-small-1.5", "openvla-7b", "pi0-base", "smolvla-base")


def test_each_file_is_named_after_its_model() -> None:
    cards = all_cards()
    assert sorted(cards) == sorted([*LEARNED, *REFERENCES, *FOR_CHECKS, *FETCHED])
    assert sorted(path.stem for path in SHIPPED_CARDS.glob("*.toml")) == sorted(cards)


def test_every_shipped_card_fits_a_scene_of_the_robots_it_names() -> None:
    for card in all_cards().values():
        for robot in set(card.robots) & set(robots()):
            fitting = [scene for scene in scenes().values() if not issues(card, find_robot(robot), scene)]
            assert fitting, card.id


def test_fine_tunes_of_libero_are_played_only_where_its_cameras_are() -> None:
    panda = find_robot("panda")
    for model_id in LIBERO:
        card = all_cards()[model_id]
        assert issues(card, panda, find_scene("libero_table")) == ()
        assert "There is no camera 'agentview' here" in issues(card, panda, find_scene("table"))[0]
        assert {camera.flip for camera in card.cameras} == {"horizontal"}
        assert card.control_hz == 20.0


def osc_step(unit: float) -> float:
    """How far one of many steps of `unit` goes under robosuite's OSC_POSE, in the unit's own measure.

    Critically damped, stiffness 150, 0.05 s a step; each step's goal lies `unit` away from where the hand then is.
    """
    place = speed = before = 0.0
    for _ in range(12):
        before, goal = place, place + unit
        for _ in range(1000):
            speed += 5e-5 * (150.0 * (goal - place) - 2 * 150.0**0.5 * speed)
            place += 5e-5 * speed
    return place - before


@pytest.mark.parametrize(("axis", "unit"), [(0, 0.05), (1, 0.05), (2, 0.05), (3, 0.5), (4, 0.5), (5, 0.5)])
def test_a_unit_of_a_libero_action_moves_the_hand_as_far_as_robosuites_controller_does(axis: int, unit: float) -> None:
    spaces = [all_cards()[model_id].action for model_id in LIBERO]
    assert {replace(space, gripper=Gripper()) for space in spaces} == {replace(spaces[0], gripper=Gripper())}
    world = compile_world("panda", "libero_table")
    world.reset(3)
    controller, before = Controller(world, spaces[0], 20.0), Pose(np.zeros(3), np.eye(3))
    for _ in range(5):
        before = controller.measured()
        world.step(controller.apply(np.eye(7)[axis]).ctrl, 25)
    now = controller.measured()
    gone = now.position - before.position, axis_angle_of(now.rotation @ before.rotation.T)
    assert gone[axis // 3][axis % 3] == pytest.approx(osc_step(unit), rel=0.05)


def test_the_base_of_smolvla_is_refused_for_the_panda_with_the_reason() -> None:
    card = all_cards()["smolvla-base"]
    assert "The card is for so100" in issues(card, find_robot("panda"), find_scene("table"))[0]
    assert "SO-100 arm" in card.notes


def test_models_of_others_name_their_sources_and_promise_no_revision_and_no_digest() -> None:
    for model_id in FETCHED:
        card = all_cards()[model_id]
        assert card.checkpoint == card.sources[0].repository
        assert (card.revision, card.weights_sha256) == ("", "")
        for source in card.sources:
            assert (source.revision, source.folder) == ("", "")
            assert source.files
            check_patterns(source.files, card.id)
            assert folder_name(source.repository).count("--") == 1


def test_models_of_others_warn_of_what_nobody_has_measured_and_of_slow_machines() -> None:
    for model_id in set(FETCHED) - {"smolvla-base", "pi0-base"}:
        notes = all_cards()[model_id].notes
        assert "Nobody has measured its success on our scenes" in notes
        assert "On a CPU" in notes or "on a CPU" in notes
        assert "60 s" in notes


def test_openvla_opens_the_gripper_at_one_and_libero_itself_at_minus_one() -> None:
    grippers = {model_id: all_cards()[model_id].action.gripper for model_id in LIBERO}
    assert (grippers.pop("smolvla-libero").open, {gripper.open for gripper in grippers.values()}) == (-1.0, {1.0})


def test_models_without_learned_weights_say_so() -> None:
    for card in all_cards().values():
        assert (card.parameters > 0) is (card.id not in (*REFERENCES, *FOR_CHECKS))
        assert ("Reference, not a VLA" in card.notes) is (card.id in REFERENCES)
        assert (card.organization == "VLA Arena") is (card.id not in FETCHED)


def test_learned_models_say_how_they_were_made_and_how_often_they_succeed() -> None:
    for model_id in LEARNED:
        card = all_cards()[model_id]
        assert "seeds" in card.notes
        assert "Success: reach" in card.notes
        assert len(card.words) > 30
        assert not Path(card.checkpoint).is_absolute()


def test_only_those_that_read_the_state_go_without_images() -> None:
    for card in all_cards().values():
        assert card.reads_state is not bool(card.cameras) or card.id in ("smolvla-base", *FOR_CHECKS)


def test_end_effector_steps_of_our_own_models_are_those_of_the_arena() -> None:
    for model_id in (*LEARNED, *REFERENCES):
        card = all_cards()[model_id]
        assert (card.action.translation_scale, card.action.rotation_scale) == (0.045, 0.35)
        assert card.action.size(len(find_robot("panda").arm_joints)) == 7


def test_a_card_in_the_data_folder_joins_the_shipped_ones(tmp_path: Path) -> None:
    folder = tmp_path / "cards"
    folder.mkdir()
    text = (SHIPPED_CARDS / "scripted-careful.toml").read_text(encoding="utf-8")
    (folder / "mine.toml").write_text(text.replace('id = "scripted-careful"', 'id = "mine"'), encoding="utf-8")
    assert set(all_cards(tmp_path)) == {*all_cards(), "mine"}


def test_a_data_folder_without_cards_adds_none(tmp_path: Path) -> None:
    assert all_cards(tmp_path) == all_cards()


def test_two_cards_with_one_id_are_refused(tmp_path: Path) -> None:
    (tmp_path / "cards").mkdir()
    shutil.copy(SHIPPED_CARDS / "random-walk.toml", tmp_path / "cards" / "other.toml")
    with pytest.raises(BadInput, match="Two model cards have the id 'random-walk'"):
        all_cards(tmp_path)


@pytest.mark.parametrize("text", ["id = ", "id = 'x'", "\xff"])
def test_a_file_that_is_no_card_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "broken.toml").write_text(text, encoding="latin-1")
    with pytest.raises(BadInput, match=r"broken\.toml"):
        all_cards(tmp_path)
