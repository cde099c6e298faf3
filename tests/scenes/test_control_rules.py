"""The program keeps every rule of tests/control_rules.py and tests/seeing_rules.py."""

from __future__ import annotations

import pytest
import seeing_rules
from control_rules import PARTS, RULES


@pytest.mark.parametrize("name", RULES)
def test_the_program_keeps_the_rule(name: str) -> None:
    RULES[name](PARTS)


def test_pictures_states_and_time_have_rules_too() -> None:
    assert {name for name, rule in RULES.items() if rule.__module__ == seeing_rules.__name__} >= {
        "pictures_are_flipped_as_the_card_says",
        "an_ensemble_averages_what_the_last_chunks_say_about_this_step",
    }
