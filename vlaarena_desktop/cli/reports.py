"""Report: what a command answers, as text for people and as JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from scenes import errors


class Report(Struct, frozen=True):
    """A command's answer: a record for --json, the same in words, and the exit code."""

    record: Any
    text: str
    exit_code: int = 0


class Refusal(Struct, frozen=True):
    """What --json prints instead when a command could not be carried out."""

    error: errors.Fault


# The first class that fits decides; 2 is also argparse's code for a command line it cannot read.
EXIT_CODES: tuple[tuple[type[errors.ArenaError], int], ...] = (
    (errors.BadAction, 6),
    (errors.BadInput, 2),
    (errors.RuleBroken, 3),
    (errors.StoreError, 4),
    (errors.DaemonError, 5),
    (errors.SyncError, 9),
    (errors.PolicyError, 6),
    (errors.SimulationUnstable, 6),
    (errors.Incompatible, 7),
    (errors.GraphicsUnavailable, 8),
    (errors.Cancelled, 130),
)


def show(report: Report, as_json: bool) -> int:
    """Print a report; the result is the exit code."""
    print(msgspec.json.encode(report.record).decode() if as_json else report.text)
    return report.exit_code


def show_error(error: errors.ArenaError, as_json: bool) -> int:
    """Print what happened and what to do; the result is the exit code."""
    if as_json:
        print(msgspec.json.encode(Refusal(error.fault())).decode())
    else:
        print(f"{error.message}\n{error.hint}".rstrip(), file=sys.stderr)
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 1)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns aligned for a terminal: numbers to the right, words to the left."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    numeric = [bool(rows) and all(_is_number(row[column]) for row in cells[1:]) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in cells
    )


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).replace("%", "").replace(" ", "").lstrip("+-").isdigit()
