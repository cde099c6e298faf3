"""Closed battles that a real daemon played, for what is done with them afterwards."""

from __future__ import annotations

from gpu_daemon.client import DaemonClient
from scenes.progress import finish
from sync.records import Ballot, Sides, TurnStart
from sync.store import Store
from vlaarena_desktop import turns
from vlaarena_desktop.evidence import Evidence, evidence_of

LEFT, RIGHT = "scripted-hasty", "random-walk"
INSTRUCTION = "push the red cube to the left"
STEPS = 6


def play_a_battle(
    store: Store, address: str, starts: tuple[TurnStart, ...] = ("reset",), seed: int | None = None
) -> str:
    """A battle of named models with a turn per start, still open."""
    cards = DaemonClient(address).models()
    setting = turns.Setting("panda", "table", INSTRUCTION)
    battle = turns.start_battle(store, cards, setting, named=Sides(LEFT, RIGHT), seed=seed)
    for start in starts:
        prepared = turns.prepare_turn(store, battle.battle_id, INSTRUCTION, start, STEPS)
        turns.record_turn(store, prepared, finish(turns.play_turn(address, prepared)))
    return battle.battle_id


def play_a_closed_battle(store: Store, address: str, starts: tuple[TurnStart, ...] = ("reset",)) -> Evidence:
    """The same with a vote, and all that is known of it."""
    battle_id = play_a_battle(store, address, starts)
    said = Ballot(vote="left_better", origin="cli", comment="A was straight at it", tags=("jerky",), left_progress=60)
    store.cast_vote(battle_id, said)
    store.close_battle(battle_id)
    return evidence_of(store, battle_id, DaemonClient(address).models())
