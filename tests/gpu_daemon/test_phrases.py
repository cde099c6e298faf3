from __future__ import annotations

import pytest

from gpu_daemon.training.phrases import held_out_phrases, phrases, vocabulary
from scenes.catalog import Scene, find_scene


@pytest.fixture(scope="module")
def scene() -> Scene:
    return find_scene("table")


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
