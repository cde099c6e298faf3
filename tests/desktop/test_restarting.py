"""Another language is spoken at once by a window opened again in its place: nothing is lost by that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from arena_samples import Arena as Samples
from desktop.closed_battles import play_a_closed_battle
from desktop.evaluator import PATIENCE
from desktop.resting import NOBODY, resting_room
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sync.store import Store
from vlaarena_desktop.app import Room
from vlaarena_desktop.links import Link, link_text

CHILD = Path(__file__).with_name("restarted_child.py")


def test_the_window_opens_again_in_the_language_chosen_and_stands_where_it_stood(
    dressed: QApplication, tmp_path: Path, address: str
) -> None:
    with Store.open(tmp_path / "home") as store:
        closed = play_a_closed_battle(store, address).battle.battle_id
        battle = Samples(store).played_battle()
    link = link_text(Link(closed, 1, 2))
    command = [sys.executable, str(CHILD), str(tmp_path / "home"), NOBODY, battle, link]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    told = ended.stdout.splitlines()
    assert ended.returncode == 0, ended.stderr
    before, after = told[:4], told[4:]
    assert before[0] == f"{['Battle', 'Leaderboard', 'History', 'Settings']} 3"
    assert after[0] == f"{['Vergleich', 'Rangliste', 'Verlauf', 'Einstellungen']} 3"
    assert after[1:3] == before[1:3] == [f"{battle} watching 1", link]
    assert before[3] == "lift the bowl True"
    assert after[3] == "lift the bowl False"


def test_nothing_is_interrupted_or_lost_by_a_restart(qtbot: QtBot, room: Room, store: Store) -> None:
    window, arena = room.window, room.arena

    def refused(why: str) -> None:
        window.restarting.restart()
        assert window.isVisible()
        assert window.banner.text.text() == why

    window.battle.play()
    refused("The first turn of a battle is not over.")
    arena.cancel()
    refused("The first turn of a battle is not over.")
    with qtbot.waitSignal(arena.turn_added, timeout=PATIENCE):
        arena.run_again()
    window.battle.ballot.comment.setText("calm")
    refused("What you said beside your vote is not kept yet.")
    arena.see_enough()
    arena.vote("tie")
    refused("Your vote can still be taken back.")
    arena.reveal()
    assert arena.evidence is not None
    notes = window.battle.drawer.notes
    notes.text.setText("here it slips")
    refused("A note is half written.")
    notes.text.clear()
    assert room.experiments.reproduce(arena.evidence.turns[0], "left")
    refused("An experiment is running.")
    room.experiments.cancel()


def test_a_restart_is_offered_only_while_another_language_is_chosen(dressed: QApplication, tmp_path: Path) -> None:
    with resting_room(tmp_path / "home") as room:
        room.window.show_page(3)
        offer = room.window.settings.restart
        assert not offer.isVisible()
        room.live.change("language", "de")
        assert offer.isVisible()
        assert offer.button.accessibleDescription()
        room.live.change("language", "system")
        assert not offer.isVisible()
