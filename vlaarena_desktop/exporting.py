"""A board as a file: CSV, JSON, Parquet, or one self-contained HTML report. No Qt."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from scenes import durable
from scenes.errors import BadInput, StoreError
from scenes.models import ModelCard
from sync.ratings.snapshot import Made, Watermark, made_of
from sync.ratings.trust import Trust
from sync.spreadsheets import cell
from vlaarena_desktop.standing import BoardQuery, Place, Standings

FORMS = (".csv", ".json", ".parquet", ".html")
_OF_BOARD = ("filters", "method", "watermark")  # what each line of a CSV file tells of its board


class Exported(Struct, frozen=True, kw_only=True):
    """What a file tells: the board, what it was made of and what made it."""

    program: str
    ratings_version: str  # empty: fetched from a service that does not tell
    policy_version: str  # of the evaluators' weights; "equal": all votes count alike
    watermark: Watermark | None  # None: not told; the snapshot's id names what it counts
    query: BoardQuery
    filters: tuple[str, ...]  # which votes it counts, in words
    method: tuple[str, ...]  # and how
    votes: int
    left_out: int
    battles: int
    evaluators: int
    groups: int
    rows: tuple[dict[str, Any], ...]
    pairs: tuple[dict[str, Any], ...]
    weighings: tuple[dict[str, Any], ...]
    service: str | None = None  # that published it; None: computed here
    snapshot_id: str | None = None

    @property
    def fingerprint(self) -> str:
        """What names the votes that it counts."""
        return self.watermark.sha256 if self.watermark is not None else self.snapshot_id or ""


def export(found: Standings, path: Path, cards: Mapping[str, ModelCard] | None = None) -> Path:
    """Write a board in the form that the file's name ends with; the path.

    Raises:
        BadInput: the name ends otherwise, or Parquet needs a package that is not installed.
        StoreError: the file cannot be written; what stood there before is untouched.
    """
    form = path.suffix.lower()
    if form not in FORMS:
        raise BadInput(
            f"A board is written as {', '.join(FORMS)}, not '{path.suffix}'.",
            hint="Give the file one of these endings.",
        )
    told = exported(found, cards or {})
    content = {".csv": as_csv, ".json": as_json, ".parquet": as_parquet, ".html": as_html}[form](told)
    try:
        durable.write(path, content)
    except OSError as error:
        raise StoreError(f"{path} could not be written: {error.strerror}.", hint="Choose another folder.") from error
    return path


def exported(found: Standings, cards: Mapping[str, ModelCard]) -> Exported:
    """A board as its files tell it."""
    made = _made(found)
    return Exported(
        program=f"vlaarena {version('vlaarena')}",
        ratings_version=made.ratings_version if made else "",
        policy_version=made.policy_version if made else "",
        watermark=made.watermark if made else None,
        query=found.query,
        filters=filters_of(found.query),
        method=method_of(found),
        votes=found.counted,
        left_out=found.left_out,
        battles=found.battles,
        evaluators=found.evaluators,
        groups=found.groups,
        rows=tuple(_row(place, cards.get(place.model_id)) for place in found.places),
        pairs=_pairs(found),
        weighings=_weighings(found),
        service=found.provenance.url if found.provenance else None,
        snapshot_id=found.provenance.snapshot_id if found.provenance else None,
    )


def _pairs(found: Standings) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"model_id": pair[0], "against": pair[1], **msgspec.to_builtins(met)}
        for pair, met in sorted(found.pairings.items())
    )


def _weighings(found: Standings) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"evaluator_id": each.evaluator_id, "weight": each.weight, "reasons": list(each.reasons)}
        for each in found.weighings
    )


def _made(found: Standings) -> Made | None:
    """What the board was made of, here or by the service that published it; None: an earlier one does not tell."""
    if found.provenance is not None:
        return found.provenance.made
    return made_of(found.votes, version("vlaarena"), weighed=found.query.weighed)


def filters_of(query: BoardQuery) -> tuple[str, ...]:
    """Which votes a query counts, in words."""
    told = [f"robot {query.robot_id}" if query.robot_id else "all robots"]
    told.append(f"scene {query.scene_id}" if query.scene_id else "all scenes")
    told += [f"task {query.task_id}"] if query.task_id else []
    told += [f"evaluators of the group {query.group}"] if query.group else []
    told += [f"cast from {query.since.isoformat(timespec='minutes')} on"] if query.since else []
    told += [f"cast before {query.until.isoformat(timespec='minutes')}"] if query.until else []
    return (*told, f"{', '.join(query.kinds)} battles", f"votes of {', '.join(query.origins)}")


def method_of(found: Standings) -> tuple[str, ...]:
    """How a board is made, in words."""
    if found.provenance is not None:
        return (found.provenance.method,)
    bad = {
        "apart": "both bad stays out of the rating and is told as the acceptable rate",
        "tie": "both bad counts as a tie and every tie as half a win for each, as LM Arena counts them",
    }
    policy = f"the evaluator policy, version {Trust().version}, weighs the votes"
    over = [f"mean over the robots {', '.join(found.robots)}"] if found.robots else []
    return bad[found.query.both_bad], policy if found.query.weighed else "all votes count alike", *over


def as_csv(told: Exported) -> bytes:
    """One row a model, each with what the board is made of. A text that a spreadsheet would take for a formula is
    written behind an apostrophe."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow([*_columns(), *_OF_BOARD])
    of_board = ("; ".join(told.filters), "; ".join(told.method), told.fingerprint)
    for row in told.rows:
        lines.writerow([cell(value) for value in (*(row[name] for name in _columns()), *of_board)])
    return written.getvalue().encode()


def as_json(told: Exported) -> bytes:
    """All of it."""
    return msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n"


def as_parquet(told: Exported) -> bytes:
    """One row a model, what it was made of in the metadata.

    Raises:
        BadInput: pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        raise BadInput(
            "Parquet files need the package pyarrow, which is not installed.",
            hint="Install it beside the program (pip install pyarrow), or export CSV, JSON or HTML.",
        )
    arrow: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    columns = {name: [row[name] for row in told.rows] for name in _columns()}
    about = {"program": told.program, "votes": str(told.votes), "watermark": told.fingerprint}
    about |= {"filters": "; ".join(told.filters), "method": "; ".join(told.method)}
    about |= {"ratings_version": told.ratings_version, "policy_version": told.policy_version}
    written = io.BytesIO()
    parquet.write_table(arrow.table(columns).replace_schema_metadata(about), written)
    return written.getvalue()


def as_html(told: Exported) -> bytes:
    """One page without anything from elsewhere."""
    from vlaarena_desktop.report_page import page

    return page(told).encode()


def escaped(value: object) -> str:
    """A value as text of a page."""
    return html.escape(str(value))


def _columns() -> Sequence[str]:
    return tuple(_EMPTY)


def _row(place: Place, card: ModelCard | None) -> dict[str, Any]:
    rating, record = place.rating, place.record
    row = dict(_EMPTY) | {"model_id": place.model_id, "elo": round(place.elo, 3)}
    if card is not None:
        row |= {"name": card.name, "organization": card.organization, "license": card.license}
    if rating is not None:
        row |= {"rank": rating.rank, "rank_low": rating.rank_low, "rank_high": rating.rank_high}
        row |= {"rating": rating.rating, "these_low": rating.these.low, "these_high": rating.these.high}
        row |= {"better_than_next": rating.better_than_next, "provisional": " ".join(rating.flags)}
        if rating.general is not None:
            row |= {"general_low": rating.general.low, "general_high": rating.general.high}
    for name in ("votes", "battles", "evaluators", "wins", "losses", "ties", "both_bad"):
        row[name] = getattr(record, name)
    acceptable = record.acceptable
    if acceptable.of:
        row |= {"acceptable": acceptable.rate, "acceptable_low": acceptable.low, "acceptable_high": acceptable.high}
    return row


_EMPTY: dict[str, Any] = dict.fromkeys(
    (
        *("rank", "rank_low", "rank_high", "model_id", "name", "organization", "license", "rating"),
        *("these_low", "these_high", "general_low", "general_high", "better_than_next", "provisional"),
        *("acceptable", "acceptable_low", "acceptable_high", "votes", "battles", "evaluators"),
        *("wins", "losses", "ties", "both_bad", "elo"),
    )
)
