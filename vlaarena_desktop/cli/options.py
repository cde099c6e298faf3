"""Options that many commands have, and how their numbers are read."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError
from pathlib import Path

MAX_SEED = 2**62


def playing(parser: ArgumentParser) -> ArgumentParser:
    """Of commands that play a turn."""
    parser.add_argument("--max-steps", type=steps, metavar="N", help="control steps; default as suits the scene")
    return common(daemon(parser))


def daemon(parser: ArgumentParser) -> ArgumentParser:
    """Of commands that ask a daemon."""
    parser.add_argument(
        "--daemon", default=SUPPRESS, metavar="ADDRESS", help="of a running daemon (else one is started here)"
    )
    return parser


def common(parser: ArgumentParser) -> ArgumentParser:
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


def seed(text: str) -> int:
    """Of a draw, a start or a study."""
    return between(text, 0, MAX_SEED)


def steps(text: str) -> int:
    """Control steps of a turn."""
    return between(text, 1, 1000)


def count(text: str) -> int:
    """A few of something."""
    return between(text, 1, 100)


def percent(text: str) -> int:
    """So many in a hundred."""
    return between(text, 0, 100)


def limit(text: str) -> int:
    """Many of something."""
    return between(text, 1, 1_000_000)


def between(text: str, low: int, high: int) -> int:
    """A whole number; argparse tells what is wrong with another."""
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ArgumentTypeError(f"'{text[:40]}' is not a whole number from {low} to {high}")
    return int(text)
