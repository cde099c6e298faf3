"""kill -9 of the application around the vote: what the window acknowledged is there once."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from sync.store import Store

CHILD = Path(__file__).with_name("voting_window.py")
VOTING_SECONDS = 0.06  # about how long vote and reveal take


def test_no_vote_that_the_window_acknowledged_is_lost_or_doubled(home, daemon, repeats) -> None:
    moments = random.Random(5)
    for _ in range(repeats(1, 10)):
        window = subprocess.Popen([sys.executable, str(CHILD), str(home), daemon], stdout=subprocess.PIPE, text=True)
        assert window.stdout is not None
        word, battle_id = window.stdout.readline().split()
        assert word == "played"
        try:
            window.wait(timeout=moments.uniform(0, VOTING_SECONDS))
        except subprocess.TimeoutExpired:
            window.kill()
        acknowledged = [line.split()[0] for line in window.communicate()[0].splitlines()]
        with Store.open(home) as store:
            store.close_voted()
            votes = [vote for vote in store.votes(None, ("rated",), ("simulated",)) if vote.battle_id == battle_id]
            assert len(votes) in ((1,) if "voted" in acknowledged else (0, 1))
            assert store.battle(battle_id).status == ("voted" if votes else "ongoing")
