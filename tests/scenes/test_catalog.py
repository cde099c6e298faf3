from __future__ import annotations

from collections import Counter

import pytest

from scenes.catalog import check_instruction, find_robot, find_scene, match_task, robots, scenes
from scenes.errors import BadInput, NotFound

SCENE = find_scene("table")


def test_no_phrase_names_two_tasks() -> None:
    for scene in scenes().values():
        phrases = Counter(phrase.casefold() for task in scene.tasks for phrase in (task.instruction, *task.synonyms))
        assert [phrase for phrase, times in phrases.items() if times > 1] == []


def test_every_phrase_matches_its_own_task() -> None:
    for task in SCENE.tasks:
        assert len(task.synonyms) >= 3
        for phrase in (task.instruction, *task.synonyms):
            assert match_task(SCENE, phrase) == task


def test_case_spacing_and_a_full_stop_do_not_matter() -> None:
    assert match_task(SCENE, "  Lift   the RED cube. ") == SCENE.task("lift.red_cube")


def test_a_free_instruction_matches_no_task() -> None:
    assert match_task(SCENE, "lift the red cube and then dance") is None


def test_left_is_the_front_cameras_left() -> None:
    assert SCENE.task("push_left.red_cube").direction == (0.0, -1.0)
    assert SCENE.task("push_right.blue_cylinder").direction == (0.0, 1.0)


def test_every_family_has_tasks_and_ids_are_unique() -> None:
    assert {task.family for task in SCENE.tasks} == {"reach", "push", "lift", "bowl", "stack"}
    assert len({task.id for task in SCENE.tasks}) == len(SCENE.tasks)


def test_tasks_name_objects_of_their_scene() -> None:
    for task in SCENE.tasks:
        assert SCENE.object(task.object_id).name in task.instruction
        assert task.target_id is None or SCENE.object(task.target_id).name in task.instruction


def test_scenes_name_robots_that_exist() -> None:
    assert all(robot_id in robots() for scene in scenes().values() for robot_id in scene.robots)


@pytest.mark.parametrize(("find", "known"), [(find_robot, "panda"), (find_scene, "table"), (SCENE.object, "bowl")])
def test_an_unknown_id_is_refused_with_the_ones_that_exist(find: object, known: str) -> None:
    assert callable(find)
    with pytest.raises(NotFound, match=known):
        find("nothing-of-that-name")


@pytest.mark.parametrize("text", ["", "   \n ", "a" * 501, "lift\x00it", "lift\nthe cube", "lift\x1b[2J"])
def test_an_instruction_that_is_no_line_of_text_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        check_instruction(text)


def test_an_instruction_loses_only_its_surrounding_space() -> None:
    assert check_instruction("  hebe den  Würfel! ") == "hebe den  Würfel!"
