"""`vlaarena battle`, `turn` and `vote`: a blind battle without a window; no model id before the vote."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from gpu_daemon.client import DaemonClient
from scenes import catalog
from scenes.errors import ArenaError, BadInput
from scenes.models import ModelCard
from scenes.progress import finish
from sync.records import Ballot, Battle, CheckKind, Reveal, Sides, Turn, TurnStart
from sync.store import Store
from vlaarena_desktop import turns
from vlaarena_desktop.cli.reports import Report
from vlaarena_desktop.local_daemon import daemon_at
from vlaarena_desktop.settings import DesktopSettings, home_folder, read_settings

_CHECKS: dict[CheckKind, str] = {
    "aa": "This was a hidden check: one model, twice.",
    "swapped": "This was a hidden check: an earlier pair of yours again, mirrored.",
    "noop": "This was a hidden check: one side did nothing on purpose.",
}


class PlayedTurn(Struct, frozen=True):
    """The ids of a turn that was just played."""

    session_id: str
    battle_id: str
    turn_id: str
    turn: int
    left_episode_id: str
    right_episode_id: str


def battle(arguments: Namespace) -> Report:
    """Draw two models, or take the two named, and play the first turn.

    Raises:
        ArenaError: anything of the daemon's, the store's or the rules' own.
    """
    robot, scene = catalog.find_robot(arguments.robot), catalog.find_scene(arguments.scene)
    instruction = scene.task(scene.suggested).instruction if arguments.instruction is None else arguments.instruction
    setting = turns.Setting(robot.id, scene.id, catalog.check_instruction(instruction))
    home, settings = _opened(arguments)
    with Store.open(home) as store:
        store.close_voted()
        with daemon_at(arguments.daemon or settings.daemon, home, settings.workers) as address:
            cards = _cards(address)
            begun = turns.start_battle(store, cards, setting, seed=arguments.seed, named=_named(arguments))
            prepared = turns.prepare_turn(
                store, begun.battle_id, setting.instruction, "reset", arguments.max_steps or settings.max_steps
            )
            return _play(store, address, begun, prepared, arguments)


def turn(arguments: Namespace) -> Report:
    """Play one more instruction in an open battle, from a reset or from where each side stands.

    Raises:
        ArenaError: anything of the daemon's, the store's or the rules' own.
    """
    home, settings = _opened(arguments)
    start: TurnStart = "continue" if arguments.continue_ else "reset"
    with Store.open(home) as store:
        begun = store.battle(arguments.battle_id)
        steps = arguments.max_steps or settings.max_steps
        prepared = turns.prepare_turn(store, begun.battle_id, arguments.instruction, start, steps)
        with daemon_at(arguments.daemon or settings.daemon, home, settings.workers) as address:
            return _play(store, address, begun, prepared, arguments)


def vote(arguments: Namespace) -> Report:
    """Cast the vote, close the battle at once and tell the names; an interrupted vote is finished.

    Raises:
        RuleBroken: no turn was completed, or the battle has a vote.
    """
    with Store.open(home_folder(arguments.home)) as store:
        if not _interrupted(store, arguments.battle_id, arguments.choice):
            ballot = Ballot(vote=arguments.choice, origin="cli", comment=arguments.comment)
            store.cast_vote(arguments.battle_id, ballot)
        reveal = store.close_battle(arguments.battle_id)
    return Report(reveal, _told(reveal))


def _interrupted(store: Store, battle_id: str, choice: str) -> bool:
    """Whether this very vote was cast by a command that ended before it told the names."""
    cast = store.live_vote(battle_id)
    return cast is not None and cast.left_model_id is None and cast.vote == choice


def _opened(arguments: Namespace) -> tuple[Path, DesktopSettings]:
    home = home_folder(arguments.home)
    return home, read_settings(home)


def _named(arguments: Namespace) -> Sides | None:
    if (arguments.left is None) != (arguments.right is None):
        raise BadInput("Only one model was named.", hint="Name both with --left and --right, or neither.")
    return Sides(arguments.left, arguments.right) if arguments.left is not None else None


def _cards(address: str) -> Iterable[ModelCard]:
    with DaemonClient(address) as client:
        return client.models()


def _play(store: Store, address: str, begun: Battle, prepared: turns.PreparedTurn, arguments: Namespace) -> Report:
    try:
        played = finish(turns.play_turn(address, prepared))
    except ArenaError as error:
        turns.void_turn(store, prepared, error)
        again = _command_again(prepared, arguments)
        hint = f"{error.hint} The turn is void for both sides. To play it again: {again}".lstrip()
        raise type(error)(error.message, hint=hint) from error
    return _played(begun, turns.record_turn(store, prepared, played))


def _command_again(prepared: turns.PreparedTurn, arguments: Namespace) -> str:
    """The command line that plays the same turn of the same battle."""
    turn, words = prepared.new_turn, ["vlaarena", "turn", prepared.battle_id]
    words += ["--instruction", turn.instruction, *(["--continue"] if turn.start == "continue" else [])]
    for option in ("max_steps", "daemon", "home"):
        value = getattr(arguments, option)
        words += [f"--{option.replace('_', '-')}", str(value)] if value is not None else []
    return shlex.join(words)


def _played(begun: Battle, done: Turn) -> Report:
    record = PlayedTurn(
        begun.session_id, begun.battle_id, done.turn_id, done.seq, done.left_episode_id, done.right_episode_id
    )
    lines = [f"{name:17}{getattr(record, name)}" for name in record.__struct_fields__]
    return Report(record, "\n".join(lines))


def _told(reveal: Reveal) -> str:
    choice = reveal.vote.vote if reveal.vote is not None else "no vote"
    told = f"left   {reveal.left_model_id}\nright  {reveal.right_model_id}\nvote   {choice}"
    if reveal.check is None:
        return told
    return f"{told}\n\n{_CHECKS[reveal.check]} It counts for no rating. Thank you for judging it."
