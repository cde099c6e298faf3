"""`vlaarena-daemon train ...`: the commands that make baselines; torch is imported only when one of them runs."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

from gpu_daemon.training.budget import Budget
from gpu_daemon.training.config import read_config
from scenes.errors import Incompatible
from scenes.progress import Progress, finish

STEPS = {
    "demos": ("record", "record demonstrations of the scripted expert"),
    "policy": ("learn", "train every policy on what is recorded"),
    "dagger": ("correct", "let the policies act and record where the expert takes over"),
    "evaluate": ("measure", "measure success on starts never trained on"),
    "export": ("ship", "write weights and model cards"),
    "all": ("everything", "every step in its order"),
}


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `train` to the daemon's commands."""
    train = commands.add_parser("train", help="make a learned policy of one's own")
    steps = train.add_subparsers(dest="step", required=True)
    for name, (_, summary) in STEPS.items():
        step = steps.add_parser(name, help=summary)
        step.add_argument("--config", metavar="FILE", type=Path, required=True, help="the training file (TOML)")
        step.add_argument(
            "--budget-minutes",
            metavar="N",
            type=float,
            default=60.0,
            help="stop and keep what there is after N minutes (60)",
        )


def run(chosen: argparse.Namespace) -> None:
    """Carry out one step; progress goes to standard error, the result to standard output.

    Raises:
        Incompatible: the extra `train` is not installed.
        ArenaError: the step could not be done.
    """
    config, budget = read_config(chosen.config), Budget(chosen.budget_minutes)
    try:
        steps = import_module("gpu_daemon.training.steps")
    except ModuleNotFoundError as error:
        raise Incompatible(
            "Training needs packages that are not installed.",
            hint='Install the extra `train`: pip install "vlaarena[daemon,train]".',
            detail=str(error),
        ) from error
    job = getattr(steps, STEPS[chosen.step][0])(config, budget)
    print(finish(job, _show))


def _show(progress: Progress) -> None:
    print(f"{progress.done:.0f}/{progress.total:.0f} {progress.text}", file=sys.stderr, flush=True)
