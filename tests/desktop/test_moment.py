"""The moment one asks about after the vote is the moment one gets, though sides and robot count at other rates."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from desktop.closed_battles import INSTRUCTION, LEFT
from desktop.evaluator import MAX_STEPS, PATIENCE
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from scenes.progress import finish
from sync.records import Ballot, Sides
from sync.store import Store
from vlaarena_desktop import turns
from vlaarena_desktop.app import Room, make_room
from vlaarena_desktop.evidence import Evidence, evidence_of
from vlaarena_desktop.links import read_link
from vlaarena_desktop.local_daemon import daemon_at
from vlaarena_desktop.replays import replay_from

TWICE = "random-walk-twice"  # at 20 Hz, where the robot counts at 10


@pytest.fixture
def window_room(qtbot: QtBot, store: Store, tmp_path: Path) -> Iterator[Room]:
    """A window whose daemon knows a model of another rate, too."""
    cards = tmp_path / "daemon" / "cards"
    cards.mkdir(parents=True)
    card = files("gpu_daemon").joinpath("cards", "random-walk.toml").read_text()
    card = card.replace('id = "random-walk"', f'id = "{TWICE}"').replace("control_hz = 10.0", "control_hz = 20.0")
    (cards / f"{TWICE}.toml").write_text(card)
    with daemon_at("", tmp_path / "daemon") as address:
        made = make_room(store, daemon_address=address, max_steps=MAX_STEPS, tier="plain")
        made.daemon.connect_now()
        made.window.show()
        qtbot.waitUntil(lambda: made.daemon.state == "idle", timeout=PATIENCE)
        yield made
        made.window.close()
        made.window.deleteLater()
        QCoreApplication.sendPostedEvents(made.window, QEvent.Type.DeferredDelete.value)


def closed(room: Room, store: Store) -> Evidence:
    cards = room.daemon.cards
    setting = turns.Setting("panda", "table", INSTRUCTION)
    battle_id = turns.start_battle(store, cards, setting, named=Sides(LEFT, TWICE)).battle_id
    prepared = turns.prepare_turn(store, battle_id, INSTRUCTION, "reset", MAX_STEPS)
    turns.record_turn(store, prepared, finish(turns.play_turn(room.daemon.require_address(), prepared)))
    store.cast_vote(battle_id, Ballot(vote="tie", origin="cli"))
    store.close_battle(battle_id)
    return evidence_of(store, battle_id, cards)


def test_a_branch_asked_for_beside_the_reveal_starts_at_the_step_of_its_side(
    qtbot: QtBot, window_room: Room, store: Store
) -> None:
    room, battle = window_room, window_room.window.battle
    evidence = closed(room, store)
    rates = [side.episode.trajectory.control_hz for side in evidence.turns[0].sides]
    assert rates == [10.0, 20.0]
    battle.room.set_turns([replay_from(evidence.turns[0])])
    battle.room.show_turn(replay_from(evidence.turns[0]), playing=False)
    battle.room.set_evidence(evidence)
    battle.playhead.seek(0.26)
    (branch,) = [each for each in battle.drawer.commands() if each.id == "evidence.branch_right"]
    with qtbot.waitSignal(battle.review_requested) as asked:
        branch.act()
    assert asked.args is not None
    assert (read_link(asked.args[0]).step, *asked.args[1:]) == (2, "branch", "right", 5)
    review = room.window.history.review
    assert review is not None
    assert review.room.playhead.time == 0.25
    for viewer in review.room.viewers:
        viewer.canvas.repaint()
    assert (review.bench.shown, review.bench.chosen_side, review.bench.step.text()) == ("form", "right", "step 5")
    assert not review.room.playhead.playing
    with qtbot.waitSignal(room.experiments.branched, timeout=PATIENCE):
        review.bench.branch.click()
    (made,) = store.branches(evidence.battle.battle_id)
    assert (made.side, made.step) == ("right", 5)
