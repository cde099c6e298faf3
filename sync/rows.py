"""Rows of the store as records, where a record is not simply its columns."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from scenes.codec import decode, encode
from scenes.episode import Run
from scenes.errors import BadInput, StoreDamaged
from sync.records import Vote

_WATCHED = ("left_coverage", "right_coverage", "dwell_seconds", "seen_enough")


def columns_of_run(run: Run) -> dict[str, Any]:
    """A run in clear as columns."""
    return msgspec.structs.asdict(run) | {"inference_seconds": encode(run.inference_seconds)}


def run_of(row: dict[str, Any]) -> Run:
    """The run that a row holds in clear.

    Raises:
        StoreDamaged: it holds none.
    """
    try:
        times = decode(row["inference_seconds"], NDArray[np.float32])
        return Run(**{name: row[name] for name in Run.__struct_fields__} | {"inference_seconds": times})
    except BadInput as error:
        raise StoreDamaged("A stored run is not readable.", hint="Restore a backup.", detail=error.detail) from error


def columns_of_vote(vote: Vote) -> dict[str, Any]:
    """A vote as columns."""
    columns = msgspec.structs.asdict(vote) | msgspec.structs.asdict(vote.watched)
    del columns["watched"]
    return columns | {"tags": msgspec.json.encode(vote.tags).decode()}


def vote_of(row: dict[str, Any]) -> Vote:
    """The revision of a vote that a row holds.

    Raises:
        StoreDamaged: it holds none.
    """
    try:
        watched = {name: row[name] for name in _WATCHED}
        return msgspec.convert(row | {"tags": msgspec.json.decode(row["tags"]), "watched": watched}, Vote, strict=False)
    except msgspec.MsgspecError as error:
        raise StoreDamaged("A stored vote is not readable.", hint="Restore a backup.", detail=str(error)) from error
