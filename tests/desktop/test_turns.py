"""How long a turn may take: as many control steps as suit the scene, or as many as somebody chose."""

from __future__ import annotations

import pytest

from gpu_daemon.policies.loading import all_cards
from scenes.catalog import find_scene
from sync.records import Sides
from sync.store import Store
from vlaarena_desktop import turns


@pytest.mark.parametrize("scene_id", ["table", "libero_table"])
def test_a_turn_takes_as_many_steps_as_suit_its_scene_unless_somebody_chose(store: Store, scene_id: str) -> None:
    scene = find_scene(scene_id)
    setting = turns.Setting("panda", scene_id, scene.tasks[0].instruction)
    named = Sides("scripted-careful", "scripted-hasty")
    battle = turns.start_battle(store, all_cards().values(), setting, named=named)
    prepared = turns.prepare_turn(store, battle.battle_id, setting.instruction, "reset")
    assert prepared.left.max_steps == prepared.right.max_steps == scene.max_steps
    chosen = turns.prepare_turn(store, battle.battle_id, setting.instruction, "reset", 7)
    assert chosen.left.max_steps == chosen.right.max_steps == 7
