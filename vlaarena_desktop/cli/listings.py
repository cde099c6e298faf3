"""`vlaarena leaderboard`, `models` and `tasks`: what there is and how it stands."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import get_args

from msgspec import Struct

from gpu_daemon.client import DaemonClient
from scenes.catalog import Task, find_robot, find_scene, scenes
from scenes.errors import NotFound
from scenes.models import ModelCard
from sync.ratings.elo import Standing, elo_board
from sync.records import BattleKind, Origin
from sync.store import Store
from vlaarena_desktop.cli.reports import Report, table
from vlaarena_desktop.local_daemon import daemon_at
from vlaarena_desktop.settings import home_folder, read_settings

PROVISIONAL = "Provisional: Elo in the order of the votes, without intervals."


class Board(Struct, frozen=True):
    """A leaderboard and which votes it counts."""

    robot_id: str | None
    kinds: tuple[str, ...]
    origins: tuple[str, ...]
    provisional: bool
    counted: int
    not_counted: int
    standings: list[Standing]


class SceneTasks(Struct, frozen=True):
    """The tasks of one scene."""

    scene_id: str
    tasks: tuple[Task, ...]


def leaderboard(arguments: Namespace) -> Report:
    """Elo of all models, or on one robot, over rated battles voted in the window and what --include adds.

    Raises:
        NotFound: no such robot, or nothing of that name to include.
    """
    if arguments.robot is not None:
        find_robot(arguments.robot)
    with Store.open(home_folder(arguments.home)) as store:
        board = read_board(store, arguments.robot, [part for part in arguments.include.split(",") if part])
    return Report(board, board_text(board))


def read_board(store: Store, robot_id: str | None, include: list[str]) -> Board:
    """The board over the store's votes.

    Raises:
        NotFound: `include` names neither a kind of battle nor an origin of votes.
    """
    known = {*get_args(BattleKind), *get_args(Origin)}
    for name in include:
        if name not in known:
            raise NotFound.among("kind of battle or origin of votes", name, list(known))
    kinds: tuple[BattleKind, ...] = tuple(kind for kind in get_args(BattleKind) if kind in {"rated", *include})
    origins: tuple[Origin, ...] = tuple(origin for origin in get_args(Origin) if origin in {"window", *include})
    votes = store.votes(robot_id, kinds, origins)
    everything = store.votes(robot_id, get_args(BattleKind), get_args(Origin))
    left_out = len(everything) - len(votes)
    return Board(robot_id, kinds, origins, True, len(votes), left_out, elo_board(votes))


def board_text(board: Board) -> str:
    """A board in words: what it counts, what it leaves out, and the table."""
    where = f"robot {board.robot_id}" if board.robot_id else "all robots"
    counted = f"{', '.join(board.kinds)} battles; {', '.join(board.origins)}"
    lines = [f"Leaderboard, {where}: votes counted {board.counted} ({counted})", PROVISIONAL]
    if board.not_counted:
        lines.append(f"Votes of other kinds or origins, not counted: {board.not_counted} (see --include).")
    header = ("rank", "model", "Elo", "votes", "won", "lost", "tie", "both bad", "win rate")
    rows = [
        (rank, s.model_id, f"{s.elo:.0f}", s.votes, s.wins, s.losses, s.ties, s.both_bad, f"{s.win_rate:.0%}")
        for rank, s in enumerate(board.standings, start=1)
    ]
    return "\n".join([*lines, "", table(header, rows)])


def models(arguments: Namespace) -> Report:
    """The models that the daemon offers.

    Raises:
        DaemonError: it does not answer.
    """
    home = home_folder(arguments.home)
    settings = read_settings(home)
    with daemon_at(arguments.daemon or settings.daemon, home, settings.workers) as address:
        cards = DaemonClient(address).models()
    return Report(cards, models_text(cards))


def models_text(cards: Sequence[ModelCard]) -> str:
    """The models as a table; below it, why those that are inactive cannot be played: the first line of their notes."""
    lines = [table(("id", "name", "organization", "license", "robots", "status"), [*map(_row, cards)])]
    inactive = [card for card in cards if card.status == "inactive"]
    lines += ["", "Inactive:"] if inactive else []
    reasons = [(card.notes.partition("\n")[0].removeprefix("Inactive: ") or "It was set aside.") for card in inactive]
    lines += [f"  {card.id}: {reason}" for card, reason in zip(inactive, reasons, strict=True)]
    return "\n".join(lines)


def _row(card: ModelCard) -> tuple[str, ...]:
    name = f"{card.name} (reference, not a VLA)" if card.reads_state else card.name
    return card.id, name, card.organization, card.license, " ".join(card.robots), card.status


def tasks(arguments: Namespace) -> Report:
    """The tasks of all scenes, or of one: instructions with a success predicate.

    Raises:
        NotFound: no such scene.
    """
    wanted = [find_scene(arguments.scene)] if arguments.scene else list(scenes().values())
    listed = [SceneTasks(scene.id, scene.tasks) for scene in wanted]
    rows = [(each.scene_id, task.id, task.instruction) for each in listed for task in each.tasks]
    return Report(listed, table(("scene", "task", "instruction"), rows))
