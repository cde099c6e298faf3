"""kill -9 of the application before the vote: the battle is offered again, and its vote counts once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sync.store import Store

CHILD = Path(__file__).with_name("left_window.py")


def test_a_battle_whose_window_was_killed_is_offered_again_and_voted_on(home: Path, daemon: str) -> None:
    command = [sys.executable, str(CHILD), str(home), daemon]
    window = subprocess.Popen([*command, "leave"], stdout=subprocess.PIPE, text=True)
    assert window.stdout is not None
    battle_id = window.stdout.readline().strip()
    window.kill()
    window.communicate()
    again = subprocess.run([*command, "resume"], stdout=subprocess.PIPE, text=True, check=True)
    offer, resumed, words = again.stdout.splitlines()[:3]
    assert offer.startswith("You left a battle open")
    assert resumed.split() == [battle_id, "1", "95"]
    with Store.open(home) as store:
        reveal = store.reveal(battle_id)
        assert reveal.vote is not None
        assert (reveal.vote.vote, reveal.vote.rev) == ("right_better", 1)
    assert reveal.left_model_id not in words
    assert reveal.right_model_id not in words
