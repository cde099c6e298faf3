from __future__ import annotations

import pytest

from gpu_daemon.policies.words import MAX_WORDS, UNKNOWN, Vocabulary, words_of
from gpu_daemon.training.phrases import held_out_phrases, phrases, vocabulary
from scenes.catalog import Scene, find_scene

WORDS = Vocabulary(("cube", "lift", "red", "the"))


@pytest.fixture(scope="module")
def scene() -> Scene:
    return find_scene("table")


def test_words_it_does_not_know_are_named_once_and_in_order() -> None:
    assert WORDS.unknown("Hoist the red cube, then hoist the lid.") == ("hoist", "then", "lid")
    assert WORDS.unknown("lift the red cube") == ()


def test_case_spacing_and_punctuation_change_nothing() -> None:
    assert WORDS.numbers("Lift the  RED cube!").tolist() == WORDS.numbers("lift the red cube").tolist()
    assert words_of("don't touch 2 cubes") == ["don't", "touch", "2", "cubes"]


def test_an_unknown_word_has_a_number_of_its_own_and_the_rest_is_empty() -> None:
    numbers = WORDS.numbers("hoist the cube")
    assert numbers.tolist()[:3] == [UNKNOWN, 5, 2]
    assert not numbers[3:].any()


def test_a_long_instruction_is_cut_and_not_refused() -> None:
    assert WORDS.numbers("lift " * 100).shape == (MAX_WORDS,)


def test_every_task_has_many_sentences_and_the_vocabulary_knows_all_their_words(scene: Scene) -> None:
    words = vocabulary(scene)
    for task in scene.tasks:
        sentences = phrases(scene, task)
        assert sentences[0] == task.instruction
        assert len(sentences) >= 10
        assert [words.unknown(sentence) for sentence in sentences] == [()] * len(sentences)


def test_no_sentence_means_two_tasks(scene: Scene) -> None:
    sentences = [each for task in scene.tasks for each in (*phrases(scene, task), *held_out_phrases(scene, task))]
    assert len(sentences) == len(set(sentences))


def test_held_out_sentences_are_new_but_their_words_are_known(scene: Scene) -> None:
    words = vocabulary(scene)
    for task in scene.tasks:
        held_out = held_out_phrases(scene, task)
        assert len(held_out) >= 3
        assert not set(held_out) & set(phrases(scene, task))
        assert [words.unknown(sentence) for sentence in held_out] == [()] * len(held_out)
