from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gpu_daemon.policies.loading import SHIPPED_CARDS, all_cards
from scenes.catalog import find_robot, find_scene, robots, scenes
from scenes.compat import issues
from scenes.errors import BadInput

LEARNED = ("film-cnn", "film-cnn-early", "film-flow")


def test_learned_and_reference_models_are_shipped_and_each_file_is_named_after_its_model() -> None:
    cards = all_cards()
    assert sorted(cards) == [*LEARNED, "random-walk", "scripted-careful", "scripted-hasty"]
    assert sorted(path.stem for path in SHIPPED_CARDS.glob("*.toml")) == sorted(cards)


def test_every_shipped_card_fits_the_robots_it_names_in_some_scene() -> None:
    for card in all_cards().values():
        assert set(card.robots) <= set(robots())
        for robot in card.robots:
            fitting = [scene for scene in scenes().values() if robot in scene.robots]
            assert fitting
            assert () in [issues(card, find_robot(robot), scene) for scene in fitting], card.id


def test_models_without_learned_weights_say_so() -> None:
    for card in all_cards().values():
        assert (card.parameters > 0) is (card.id in LEARNED)
        assert ("Reference, not a VLA" in card.notes) is (card.id not in LEARNED)
        assert (card.organization, card.license) == ("VLA Arena", "Apache-2.0")


def test_learned_models_say_how_they_were_made_and_how_often_they_succeed() -> None:
    for model_id in LEARNED:
        card = all_cards()[model_id]
        assert "seeds" in card.notes
        assert "Success: reach" in card.notes
        assert len(card.words) > 30
        assert not Path(card.checkpoint).is_absolute()


def test_only_those_that_read_the_state_go_without_images() -> None:
    for card in all_cards().values():
        assert card.reads_state is not bool(card.cameras)


def test_end_effector_steps_are_those_of_the_arena() -> None:
    for card in all_cards().values():
        assert (card.action.translation_scale, card.action.rotation_scale) == (0.045, 0.35)
        assert card.action.size(len(find_robot("panda").arm_joints)) == 7
        assert find_scene("table").id == "table"


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
