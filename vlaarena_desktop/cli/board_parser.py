"""The commands of leaderboards, comparisons and studies, with their options."""

from __future__ import annotations

from argparse import ArgumentParser, _SubParsersAction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlaarena_desktop.cli import boards, central_boards, registering, simulating
from vlaarena_desktop.cli.options import common, count, daemon, limit, percent, seed
from vlaarena_desktop.exporting import FORMS

if TYPE_CHECKING:
    Commands = _SubParsersAction[Any]


def add_commands(commands: Commands) -> None:
    """Add `leaderboard`, `compare`, `register`, `registrations` and `simulate`."""
    board = commands.add_parser("leaderboard", help="how the models stand")
    board.add_argument("--export", type=Path, metavar="FILE", help=f"write it, too: {', '.join(FORMS)}")
    board.add_argument("--central", action="store_true", help="the central service's, as it was last fetched")
    board.add_argument(
        "--evaluators", action="store_true", help="and how every evaluator judged, and how far they agree"
    )
    board.set_defaults(carry_out=central_boards.leaderboard)
    pair = commands.add_parser("compare", help="whether one model is better than another yet")
    pair.add_argument("first", metavar="A")
    pair.add_argument("second", metavar="B")
    pair.set_defaults(carry_out=boards.pair)
    for command in (board, pair):
        _filters(command)
    _registering(commands)
    _simulating(commands)


def _filters(command: ArgumentParser) -> None:
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
    common(command)


def _registering(commands: Commands) -> None:
    made = commands.add_parser(
        "register", help="promise a comparison before its first battle, and how it will be judged"
    )
    made.add_argument("first", metavar="A")
    made.add_argument("second", metavar="B")
    made.add_argument("--robot", default="panda", metavar="R", help="default panda")
    made.add_argument("--scenes", default="", metavar="LIST", help="the scenes that count: table,...; default all")
    made.add_argument("--alpha", type=float, default=0.05, metavar="P", help="chance of a false answer, default 0.05")
    made.add_argument(
        "--max-battles", type=limit, default=200, metavar="N", help="that tell the two apart, default 200"
    )
    made.add_argument(
        "--pairs",
        type=count,
        metavar="N",
        help="pairs watched at once; default, and at least: this one and all that are open on the robot",
    )
    made.add_argument(
        "--from-now-on", action="store_true", help="although the two have met: earlier battles do not count"
    )
    common(daemon(made)).set_defaults(carry_out=registering.register)
    listed = commands.add_parser("registrations", help="the comparisons that were promised, and what came of them")
    common(listed).set_defaults(carry_out=registering.registrations)


def _simulating(commands: Commands) -> None:
    command = commands.add_parser("simulate", help="simulated evaluators with known truth, in a folder of their own")
    command.add_argument("--folder", type=Path, metavar="DIR", help="a new data folder; default: one that is removed")
    command.add_argument("--models", type=count, default=4, metavar="K", help="default 4")
    command.add_argument("--votes", type=limit, default=100, metavar="N", help="default 100")
    command.add_argument("--evaluators", type=count, default=3, metavar="N", help="default 3")
    command.add_argument("--robots", type=count, default=1, metavar="N", help="default 1; more exist by name alone")
    command.add_argument("--scenes", default="", metavar="LIST", help="table,...; default all")
    command.add_argument("--spread", type=float, default=1.0, metavar="S", help="of the strengths in logits, default 1")
    command.add_argument("--differences", type=float, default=0.0, metavar="S", help="of strengths between robots")
    command.add_argument("--both-bad", type=float, default=0.1, metavar="P", help="chance of it, default 0.1")
    command.add_argument("--checks", type=percent, default=5, metavar="N", help="hidden checks in a hundred battles")
    command.add_argument("--seed", type=seed, default=0, metavar="N")
    common(command).set_defaults(carry_out=simulating.simulate)
