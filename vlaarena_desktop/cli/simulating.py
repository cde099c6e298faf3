"""`vlaarena simulate`: simulated evaluators with known truth, for studies."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

from scenes.errors import BadInput
from scenes.progress import finish
from sync.store import Store
from vlaarena_desktop.cli.reports import Report, table
from vlaarena_desktop.simulation import simulate as simulated
from vlaarena_desktop.studies import Compared, Plan, Study


def simulate(arguments: Namespace) -> Report:
    """Let simulated evaluators vote in a data folder of their own, and compare the boards with the truth.

    Raises:
        NotFound: no such scene.
        BadInput: the folder exists already, --home was given, or the plan cannot be carried out.
    """
    if arguments.home is not None:
        raise BadInput("Simulated votes never go into a person's data folder.", hint="Use --folder with a new folder.")
    plan = Plan(
        models=arguments.models,
        votes=arguments.votes,
        evaluators=arguments.evaluators,
        robots=arguments.robots,
        scenes=tuple(name for name in arguments.scenes.split(",") if name),
        spread=arguments.spread,
        differences=arguments.differences,
        both_bad=arguments.both_bad,
        checks_per_hundred=arguments.checks,
        seed=arguments.seed,
    )
    if arguments.folder is None:
        with TemporaryDirectory(prefix="vlaarena-simulated-") as folder:
            return _report(Path(folder), plan)
    if arguments.folder.exists():
        raise BadInput(f"{arguments.folder} exists already.", hint="Name a folder that does not exist yet.")
    return _report(arguments.folder, plan)


def _report(folder: Path, plan: Plan) -> Report:
    with Store.open(folder) as store:
        study = finish(simulated(store, plan))
    return Report(study, study_text(study))


def study_text(study: Study) -> str:
    """A study in words: the board over all robots, then of each."""
    kinds = {"aa": "one model twice", "swapped": "own pairs mirrored", "noop": "against an idle arm"}
    checks = ", ".join(f"{count} {kinds[kind]}" for kind, count in study.checks.items())
    said = f"Hidden checks, on no board: {sum(study.checks.values())}{f' ({checks})' if checks else ''}."
    return "\n\n".join([*map(_board_text, (study.overall, *study.robots)), said])


def _board_text(board: Compared) -> str:
    header = ("model", "truth", "rating", "from", "to", "votes", "covered")
    rows = [
        (
            each.model_id,
            f"{each.truth:.0f}",
            *("-" if number is None else f"{number:.0f}" for number in (each.rating, each.low, each.high)),
            each.votes,
            "yes" if each.covered else "no",
        )
        for each in board.models
    ]
    said = (
        f"{board.counted} votes counted. The interval holds the truth for {board.covered} of {len(board.models)} "
        f"models; pairs in the wrong order: {board.swapped}; the best is "
        f"{'' if board.first_is_first else 'not '}ranked first."
    )
    return f"Robot {board.robot_id or 'all'}\n{table(header, rows)}\n{said}"
