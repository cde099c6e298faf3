from __future__ import annotations

import pytest

from vlaarena_desktop.app import Room


@pytest.mark.parametrize(
    ("instruction", "unknown"),
    [("lift the red cube", ""), ("Hoist the red cube!", "hoist"), ("kindly hoist the cube", "kindly, hoist")],
)
def test_words_that_not_every_model_knows_are_named_beside_the_instruction(
    room: Room, instruction: str, unknown: str
) -> None:
    bar = room.window.battle.setting_bar
    bar.instruction.setText(instruction)
    assert bar.unknown.text().removeprefix("· not every model knows: ") == unknown
