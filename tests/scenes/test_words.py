from __future__ import annotations

from scenes.words import MAX_WORDS, UNKNOWN, Vocabulary, words_of

WORDS = Vocabulary(("cube", "lift", "red", "the"))


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
