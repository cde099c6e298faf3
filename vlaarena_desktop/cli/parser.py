"""The command line: every command, its options, and the function that carries it out."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from scenes.errors import BadInput
from sync.records import CHOICES
from vlaarena_desktop.cli import (
    battles,
    board_parser,
    desktop_entry,
    doctor,
    episodes,
    listings,
    past,
    pictures,
    reproducing,
    syncing,
)
from vlaarena_desktop.cli.options import common, daemon, limit, playing, seed
from vlaarena_desktop.links import EXAMPLE, SCHEME, link_text, read_link

if TYPE_CHECKING:
    Commands = _SubParsersAction["_Parser"]

OPEN = "open"


class _Parser(ArgumentParser):
    """Raises where argparse would print and exit, so that --json holds for usage errors, too."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{self.prog}: {message}.", hint=self.format_usage().strip())


def read(arguments: Sequence[str]) -> Namespace:
    """A command line as a Namespace whose `carry_out` is the command's function.

    Raises:
        BadInput: it is not a command line of `vlaarena`.
    """
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            raise BadInput("An argument is not UTF-8 text.", detail=str(error)) from error
    return build().parse_args(_with_open(arguments))


def build() -> ArgumentParser:
    """The parser of `vlaarena`. Without a command the window opens."""
    parser = _Parser(
        prog="vlaarena",
        description="Blind side-by-side evaluation of robot policies. Without a command: the window.",
    )
    parser.add_argument("--version", action="version", version=f"vlaarena {version('vlaarena')}")
    parser.set_defaults(home=None, json=False, daemon=None, link="")
    common(daemon(parser))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _battle_commands(commands)
    _listing_commands(commands)
    _past_commands(commands)
    _episode_commands(commands)
    opening = commands.add_parser(OPEN, help="the window, at the moment that a copied link names")
    opening.add_argument("link", type=_link, metavar="LINK", help=EXAMPLE)
    common(daemon(opening))
    _system_commands(commands)
    return parser


def _system_commands(commands: Commands) -> None:
    _sync_command(commands)
    command = commands.add_parser("doctor", help="versions, graphics, missing packages")
    common(command).set_defaults(carry_out=doctor.doctor)
    entry = commands.add_parser("desktop-entry", help=f"the menu of this desktop, and who opens {SCHEME}:// links")
    verbs = entry.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb, function, text in (
        ("install", desktop_entry.install, "be in the menu and open links, with --home on that data folder"),
        ("remove", desktop_entry.remove, "be there no longer"),
    ):
        common(verbs.add_parser(verb, help=text)).set_defaults(carry_out=function)


def _with_open(arguments: Sequence[str]) -> list[str]:
    """A link that stands where a command is expected is to be opened: so a system hands links over."""
    words, place = list(arguments), 0
    while place < len(words) and words[place].startswith("--"):
        place += 1 if words[place] == "--json" or "=" in words[place] else 2
    if place < len(words) and words[place].lower().startswith(f"{SCHEME}:"):
        words.insert(place, OPEN)
    return words


def _battle_commands(commands: Commands) -> None:
    battle = commands.add_parser("battle", help="draw two anonymous models and play one instruction")
    battle.add_argument("--robot", default="panda", metavar="R")
    battle.add_argument("--scene", default="table", metavar="S")
    battle.add_argument("--instruction", metavar="T", help="default: what the scene suggests")
    battle.add_argument("--seed", type=seed, metavar="N", help="fixes the draw and the start: an unrated experiment")
    battle.add_argument("--left", metavar="ID", help="name both models: a chosen, unrated battle")
    battle.add_argument("--right", metavar="ID")
    playing(battle).set_defaults(carry_out=battles.battle)
    turn = commands.add_parser("turn", help="one more instruction in an open battle")
    turn.add_argument("battle_id")
    turn.add_argument("--instruction", required=True, metavar="T")
    turn.add_argument(
        "--continue", dest="continue_", action="store_true", help="start each side from its own last state"
    )
    playing(turn).set_defaults(carry_out=battles.turn)
    vote = commands.add_parser("vote", help="judge a battle and learn the names")
    vote.add_argument("battle_id")
    vote.add_argument("choice", choices=CHOICES)
    vote.add_argument("--comment", metavar="T")
    common(vote).set_defaults(carry_out=battles.vote)


def _listing_commands(commands: Commands) -> None:
    board_parser.add_commands(commands)
    models = commands.add_parser("models", help="what the daemon offers")
    common(daemon(models)).set_defaults(carry_out=listings.models)
    tasks = commands.add_parser("tasks", help="instructions with a success predicate")
    tasks.add_argument("--scene", metavar="S")
    common(tasks).set_defaults(carry_out=listings.tasks)


def _past_commands(commands: Commands) -> None:
    history = commands.add_parser("history", help="find battles again; open ones without names")
    history.add_argument("--search", metavar="WORDS", help="in instructions, comments, tags, notes, revealed model ids")
    history.add_argument("--robot", metavar="R")
    history.add_argument("--scene", metavar="S")
    history.add_argument("--vote", choices=(*CHOICES, past.RETRACTED))
    history.add_argument("--status", metavar="STATE", help="ongoing, voted, abandoned or void")
    history.add_argument("--kind", metavar="KIND", help="rated, practice, experiment, chosen, ...")
    history.add_argument("--evaluator", metavar="NAME")
    history.add_argument("--model", metavar="ID", help="of closed battles")
    history.add_argument("--since", metavar="DAY", help="begun on this day or later: 2026-11-22")
    history.add_argument("--until", metavar="DAY", help="begun on this day or earlier")
    history.add_argument("--limit", type=limit, default=500, metavar="N", help="the newest N, default 500")
    common(history).set_defaults(carry_out=past.history)
    notes = commands.add_parser("notes", help="what was noted beside the frames of a closed battle")
    notes.add_argument("battle_id")
    common(notes).set_defaults(carry_out=past.notes)


def _episode_commands(commands: Commands) -> None:
    episode = commands.add_parser("episode", help="an episode's record")
    verbs = episode.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb, function, text in (
        ("show", episodes.show, "what it says of itself"),
        ("verify", episodes.check, "simulate it again and compare"),
    ):
        command = verbs.add_parser(verb, help=text)
        command.add_argument("episode_id")
        common(command).set_defaults(carry_out=function)
    again = verbs.add_parser("reproduce", help="have its model play it again and compare; exit code 1 if it differs")
    again.add_argument("episode_id")
    common(daemon(again)).set_defaults(carry_out=reproducing.reproduce)
    _picture_commands(verbs)


def _picture_commands(verbs: Commands) -> None:
    frame = verbs.add_parser("frame", help="write one step of it as a PNG")
    frame.add_argument("--step", type=int, default=-1, metavar="K", help="counted from 0; default the last")
    frame.set_defaults(carry_out=pictures.frame)
    video = verbs.add_parser("video", help="write it as a video (.webm, .mp4, .webp)")
    video.add_argument("--speed", type=float, default=1.0, metavar="X", help="default 1")
    video.set_defaults(carry_out=pictures.video)
    for command in (frame, video):
        command.add_argument("episode_id")
        command.add_argument("--out", type=Path, required=True, metavar="FILE")
        command.add_argument("--camera", default="", metavar="NAME", help="default the scene's first")
        common(command)


def _sync_command(commands: Commands) -> None:
    sync = commands.add_parser("sync", help="send votes and episodes to the central service, fetch its leaderboard")
    sync.add_argument("--enrol", metavar="TOKEN", help="introduce this workstation; - reads the token from the input")
    sync.add_argument("--url", metavar="ADDRESS", help="of the service, with --enrol: https://arena.example.org")
    sync.add_argument("--status", action="store_true", help="only say what waits, and how the last visit ended")
    common(sync).set_defaults(carry_out=syncing.sync)


def _link(text: str) -> str:
    """A link as it was copied; BadInput says what is wrong with it."""
    return link_text(read_link(text))
