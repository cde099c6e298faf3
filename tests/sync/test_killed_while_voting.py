"""SIGKILL at random moments: what was acknowledged is there exactly once, and nothing is half done."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.blindness import keeps_promise
from sync.store import Store

CHILD = Path(__file__).with_name("voting_child.py")


@contextmanager
def child(folder: Path, mode: str) -> Iterator[subprocess.Popen[str]]:
    paths = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]
    with subprocess.Popen(
        [sys.executable, str(CHILD), str(folder), mode],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def acknowledged_until_killed(folder: Path, mode: str, chance: random.Random) -> list[list[str]]:
    """Let the child work for a random number of steps and a random moment more, then kill it."""
    with child(folder, mode) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        lines = [process.stdout.readline() for _ in range(chance.randrange(1, 12))]
        moment = time.perf_counter() + chance.uniform(0, 0.03)
        while time.perf_counter() < moment:
            pass
        process.kill()
        lines += process.stdout.readlines()
    return [line.split() for line in lines if line.endswith("\n")]


def assert_everything_is_there(store: Store, acknowledged: list[list[str]]) -> None:
    rows = store._database.rows("SELECT vote_id, rev FROM vote")
    kept = [(row["vote_id"], str(row["rev"])) for row in rows]
    assert len(kept) == len(set(kept))
    said = {(vote_id, rev) for word, _, vote_id, rev in acknowledged if word != "closed"}
    assert said <= set(kept)
    assert len(kept) <= len(said) + 1  # one step may have been kept and not yet acknowledged
    for word, battle_id, _, _ in acknowledged:
        if word == "closed":
            assert keeps_promise(store.reveal(battle_id))
    operations = store._database.rows("SELECT record_id, rev FROM outbox WHERE kind = 'vote'")
    assert sorted((row["record_id"], str(row["rev"])) for row in operations) == sorted(kept)


def assert_nothing_is_half_closed(store: Store) -> None:
    for battle in store.battles():
        names = store._database.rows(
            """SELECT left_model_id FROM vote WHERE battle_id = ?1
            UNION ALL SELECT model_id FROM run WHERE battle_id = ?1""",
            [battle.battle_id],
        )
        assert {row["left_model_id"] is None for row in names} <= {battle.left_model_id is None}
        live = store.live_vote(battle.battle_id)
        assert (battle.status == "voted") == (live is not None)
        for turn in store.turns(battle.battle_id):
            assert store.episode(turn.left_episode_id).succeeded is False


@pytest.mark.parametrize("mode", ["vote", "change"])
def test_a_killed_program_loses_no_acknowledged_vote_and_doubles_none(tmp_path, repeats, mode) -> None:
    chance = random.Random(mode)
    acknowledged: list[list[str]] = []
    for _ in range(repeats(3, 10)):
        said = acknowledged_until_killed(tmp_path, mode, chance)
        with Store.open(tmp_path) as store:
            before = store._database.rows("SELECT count(*) AS votes FROM vote")[0]["votes"]
            kept_unsaid = before - len([line for line in acknowledged + said if line[0] != "closed"])
            assert 0 <= kept_unsaid <= 1
            acknowledged += said
            if kept_unsaid:
                (row,) = store._database.rows("SELECT * FROM vote ORDER BY rowid DESC LIMIT 1")
                acknowledged.append(["voted", row["battle_id"], row["vote_id"], str(row["rev"])])
            assert_everything_is_there(store, acknowledged)
            assert_nothing_is_half_closed(store)
            store.close_voted()
            assert all(battle.left_model_id for battle in store.battles(status="voted"))
            assert len(store.votes()) == len(store.battles(status="voted"))
