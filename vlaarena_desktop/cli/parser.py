"""The command line: every command, its options, and the function that carries it out."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace, _SubParsersAction
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from scenes.errors import BadInput
from sync.records import CHOICES
from vlaarena_desktop.cli import (
    battles,
    boards,
    central_boards,
    desktop_entry,
    doctor,
    episodes,
    listings,
    past,
    pictures,
    reproducing,
    simulating,
    syncing,
)
from vlaarena_desktop.exporting import FORMS
from vlaarena_desktop.links import EXAMPLE, SCHEME, link_text, read_link

if TYPE_CHECKING:
    Commands = _SubParsersAction["_Parser"]

MAX_SEED = 2**62
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
    _common(_daemon(parser))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _battle_commands(commands)
    _listing_commands(commands)
    _past_commands(commands)
    _episode_commands(commands)
    opening = commands.add_parser(OPEN, help="the window, at the moment that a copied link names")
    opening.add_argument("link", type=_link, metavar="LINK", help=EXAMPLE)
    _common(_daemon(opening))
    _system_commands(commands)
    return parser


def _system_commands(commands: Commands) -> None:
    _sync_command(commands)
    command = commands.add_parser("doctor", help="versions, graphics, missing packages")
    _common(command).set_defaults(carry_out=doctor.doctor)
    entry = commands.add_parser("desktop-entry", help=f"the menu of this desktop, and who opens {SCHEME}:// links")
    verbs = entry.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb, function, text in (
        ("install", desktop_entry.install, "be in the menu and open links, with --home on that data folder"),
        ("remove", desktop_entry.remove, "be there no longer"),
    ):
        _common(verbs.add_parser(verb, help=text)).set_defaults(carry_out=function)


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
    battle.add_argument("--seed", type=_seed, metavar="N", help="fixes the draw and the start: an unrated experiment")
    battle.add_argument("--left", metavar="ID", help="name both models: a chosen, unrated battle")
    battle.add_argument("--right", metavar="ID")
    _playing(battle).set_defaults(carry_out=battles.battle)
    turn = commands.add_parser("turn", help="one more instruction in an open battle")
    turn.add_argument("battle_id")
    turn.add_argument("--instruction", required=True, metavar="T")
    turn.add_argument(
        "--continue", dest="continue_", action="store_true", help="start each side from its own last state"
    )
    _playing(turn).set_defaults(carry_out=battles.turn)
    vote = commands.add_parser("vote", help="judge a battle and learn the names")
    vote.add_argument("battle_id")
    vote.add_argument("choice", choices=CHOICES)
    vote.add_argument("--comment", metavar="T")
    _common(vote).set_defaults(carry_out=battles.vote)


def _listing_commands(commands: Commands) -> None:
    board = commands.add_parser("leaderboard", help="how the models stand")
    board.add_argument("--export", type=Path, metavar="FILE", help=f"write it, too: {', '.join(FORMS)}")
    board.add_argument("--central", action="store_true", help="the central service's, as it was last fetched")
    board.set_defaults(carry_out=central_boards.leaderboard)
    pair = commands.add_parser("compare", help="whether one model is better than another yet")
    pair.add_argument("first", metavar="A")
    pair.add_argument("second", metavar="B")
    pair.set_defaults(carry_out=boards.pair)
    for command in (board, pair):
        _board_filters(command)
    _simulate_command(commands)
    models = commands.add_parser("models", help="what the daemon offers")
    _common(_daemon(models)).set_defaults(carry_out=listings.models)
    tasks = commands.add_parser("tasks", help="instructions with a success predicate")
    tasks.add_argument("--scene", metavar="S")
    _common(tasks).set_defaults(carry_out=listings.tasks)


def _board_filters(command: ArgumentParser) -> None:
    command.add_argument("--robot", metavar="R")
    command.add_argument("--scene", metavar="S")
    command.add_argument("--task", metavar="ID", help="as `vlaarena tasks` lists them")
    command.add_argument("--group", metavar="NAME", help="of evaluators")
    command.add_argument("--since", metavar="DAY", help="cast on this day or later: 2026-11-22")
    command.add_argument("--until", metavar="DAY", help="cast on this day or earlier")
    command.add_argument(
        "--include", default="", metavar="LIST", help="also count: cli,simulated,chosen,experiment,..."
    )
    command.add_argument("--both-bad", choices=("apart", "tie"), default="apart", help="tie: as LM Arena counts it")
    command.add_argument("--weighed", action="store_true", help="weigh evaluators who stand out; else all count alike")
    _common(command)


def _simulate_command(commands: Commands) -> None:
    command = commands.add_parser("simulate", help="simulated evaluators with known truth, in a folder of their own")
    command.add_argument("--folder", type=Path, metavar="DIR", help="a new data folder; default: one that is removed")
    command.add_argument("--models", type=_count, default=4, metavar="K", help="default 4")
    command.add_argument("--votes", type=_limit, default=100, metavar="N", help="default 100")
    command.add_argument("--evaluators", type=_count, default=3, metavar="N", help="default 3")
    command.add_argument("--spread", type=float, default=1.0, metavar="S", help="of the strengths in logits, default 1")
    command.add_argument("--both-bad", type=float, default=0.1, metavar="P", help="chance of it, default 0.1")
    command.add_argument("--seed", type=_seed, default=0, metavar="N")
    _common(command).set_defaults(carry_out=simulating.simulate)


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
    history.add_argument("--limit", type=_limit, default=500, metavar="N", help="the newest N, default 500")
    _common(history).set_defaults(carry_out=past.history)
    notes = commands.add_parser("notes", help="what was noted beside the frames of a closed battle")
    notes.add_argument("battle_id")
    _common(notes).set_defaults(carry_out=past.notes)


def _episode_commands(commands: Commands) -> None:
    episode = commands.add_parser("episode", help="an episode's record")
    verbs = episode.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb, function, text in (
        ("show", episodes.show, "what it says of itself"),
        ("verify", episodes.check, "simulate it again and compare"),
    ):
        command = verbs.add_parser(verb, help=text)
        command.add_argument("episode_id")
        _common(command).set_defaults(carry_out=function)
    again = verbs.add_parser("reproduce", help="have its model play it again and compare; exit code 1 if it differs")
    again.add_argument("episode_id")
    _common(_daemon(again)).set_defaults(carry_out=reproducing.reproduce)
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
        _common(command)


def _sync_command(commands: Commands) -> None:
    sync = commands.add_parser("sync", help="send votes and episodes to the central service, fetch its leaderboard")
    sync.add_argument("--enrol", metavar="TOKEN", help="introduce this workstation; - reads the token from the input")
    sync.add_argument("--url", metavar="ADDRESS", help="of the service, with --enrol: https://arena.example.org")
    sync.add_argument("--status", action="store_true", help="only say what waits, and how the last visit ended")
    _common(sync).set_defaults(carry_out=syncing.sync)


def _playing(parser: ArgumentParser) -> ArgumentParser:
    parser.add_argument("--max-steps", type=_steps, metavar="N", help="control steps; default as suits the scene")
    return _common(_daemon(parser))


def _daemon(parser: ArgumentParser) -> ArgumentParser:
    parser.add_argument(
        "--daemon", default=SUPPRESS, metavar="ADDRESS", help="of a running daemon (else one is started here)"
    )
    return parser


def _common(parser: ArgumentParser) -> ArgumentParser:
    """Options that may stand before or after the command."""
    parser.add_argument(
        "--home",
        type=Path,
        default=SUPPRESS,
        metavar="DIR",
        help="data folder (else VLAARENA_HOME, else the user's)",
    )
    parser.add_argument("--json", action="store_true", default=SUPPRESS, help="print one JSON document")
    return parser


def _link(text: str) -> str:
    """A link as it was copied; BadInput says what is wrong with it."""
    return link_text(read_link(text))


def _seed(text: str) -> int:
    return _between(text, 0, MAX_SEED)


def _steps(text: str) -> int:
    return _between(text, 1, 1000)


def _count(text: str) -> int:
    return _between(text, 1, 100)


def _limit(text: str) -> int:
    return _between(text, 1, 1_000_000)


def _between(text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ArgumentTypeError(f"'{text[:40]}' is not a whole number from {low} to {high}")
    return int(text)
