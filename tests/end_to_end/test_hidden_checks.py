"""A hidden check on the command line: played by the real daemon, like any battle until its names are told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from end_to_end.conftest import Command

from gpu_daemon.client import DaemonClient
from scenes.episode import read_episode
from sync.checks import check_due, options
from sync.records import Draw
from sync.store import Store
from vlaarena_desktop.turns import contestants, for_checks

NAME = "canary-sloth"  # of the card that does nothing, found nowhere else
INSTRUCTION = "lift the red cube"


@pytest.fixture(scope="module")
def home(home: Path) -> Path:
    card = (Path(__file__).parents[2] / "gpu_daemon" / "cards" / "idle-arm.toml").read_text()
    (home / "cards" / f"{NAME}.toml").write_text(card.replace('id = "idle-arm"', f'id = "{NAME}"'))
    return home


def drawn(address: str) -> dict[str, Draw]:
    """A battle of every kind of draw among the models of the daemon: rated, and checks of two kinds."""
    cards = DaemonClient(address).models()
    eligible = [
        *(card for card in contestants(cards, "panda", "table") if card.id.startswith("canary")),
        *(card for card in for_checks(cards, "panda", "table") if card.id == NAME),
    ]
    generator = np.random.default_rng(3)
    found = [check_due(generator, options(eligible), 5, rate=1.0) for _ in range(20)]
    return {draw.check: draw for draw in found if draw is not None and draw.check is not None}


def test_a_check_is_known_only_once_its_names_are_told(vlaarena: Command, daemon: str, home: Path) -> None:
    draws = drawn(daemon)
    assert set(draws) == {"aa", "noop"}
    with Store.open(home) as store:
        session = store.open_session("panda", "table")
        begun = {check: store.start_battle(session, draw) for check, draw in draws.items()}
    turn = ("--instruction", INSTRUCTION, "--max-steps", "4", "--daemon", daemon, "--json")
    played = {check: vlaarena("turn", battle.battle_id, *turn) for check, battle in begun.items()}
    assert {answer.code for answer in played.values()} == {0}
    with Store.open(home) as store:
        assert {(each.kind, each.check, each.propensity) for each in store.open_battles()} == {("rated", None, 1.0)}
    files = [path for path in home.rglob("*") if path.is_file() and path.parent.name != "cards"]
    said = [answer.output for answer in played.values()] + [vlaarena("history").output]
    seen = b"".join([*(path.read_bytes() for path in files), *(each.encode() for each in said)])
    assert [word for word in (b"canary", b"noop", b"on purpose") if word in seen.replace(*_SCHEMA)] == []
    told = {check: vlaarena("vote", battle.battle_id, "tie").output for check, battle in begun.items()}
    assert NAME in told["noop"]
    assert "one side did nothing on purpose" in told["noop"]
    assert "one model, twice" in told["aa"]


_SCHEMA = (b"'aa', 'swapped', 'noop'", b"")  # what the tables say of themselves


def test_the_side_that_does_nothing_stays_still(vlaarena: Command, daemon: str, home: Path) -> None:
    draw = drawn(daemon)["noop"]
    with Store.open(home) as store:
        battle = store.start_battle(store.open_session("panda", "table"), draw)
    turn = vlaarena("turn", battle.battle_id, "--instruction", INSTRUCTION, "--daemon", daemon, "--json").record
    idle, other = ("left", "right") if draw.sides.left_model_id == NAME else ("right", "left")
    with Store.open(home) as store:
        still, moving = (read_episode(store.episode_bytes(turn[f"{side}_episode_id"])) for side in (idle, other))
    arm = slice(1, 8)  # of the state: after the time
    assert np.abs(still.trajectory.states[:, arm] - still.trajectory.states[0, arm]).max() < 0.01
    assert np.abs(moving.trajectory.states[:, arm] - moving.trajectory.states[0, arm]).max() > 0.1
