"""kill -9 around the vote: what was acknowledged is there once, what was not is there at most once."""

from __future__ import annotations

import subprocess
import sys

from sync.store import Store

VLAARENA = [sys.executable, "-m", "vlaarena_desktop"]
VOTING_SECONDS = 1.5  # about how long the command takes on a slow machine


def test_no_acknowledged_vote_is_lost_or_doubled(vlaarena, daemon, home, repeats) -> None:
    kills, times = 0, repeats(3, 10)
    for time in range(times):
        battle_id = vlaarena("battle", "--max-steps", "1", "--daemon", daemon, "--json").record["battle_id"]
        command = [*VLAARENA, "vote", battle_id, "tie", "--json", "--home", str(home)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        try:
            process.wait(timeout=VOTING_SECONDS * (time + 0.05) / times)
        except subprocess.TimeoutExpired:
            process.kill()
            kills += 1
        output, _ = process.communicate()
        with Store.open(home) as store:
            store.close_voted()
            cast = [vote for vote in store.votes(None, ("rated",), ("cli",)) if vote.battle_id == battle_id]
            assert len(cast) in ((1,) if output else (0, 1))
            assert store.battle(battle_id).status == ("voted" if cast else "ongoing")
    assert kills > 0
