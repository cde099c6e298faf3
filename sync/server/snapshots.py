"""Snapshots: a board as it was published, signed by the service, for good.

A snapshot follows from op_log, from which episodes are stored, and from the registered cards and bundles; its moment is
that of the last operation. So the same log gives the same bytes, and `snapshot_id` is the SHA-256 of the snapshot that
has no id yet. Which board is shown is told by publications: one that comes back after another is published again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from msgspec import Struct, structs
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from scenes.codec import decode, digest, encode
from scenes.errors import NotFound
from sync.api import PulledBoard, Snapshot, etag_of, sign_snapshot
from sync.keys import SigningKey
from sync.ratings.snapshot import made_of
from sync.server import ballots, registry, tables, webhooks
from sync.server.standings import standings

_LATEST = """SELECT content, signature, publications.published_at FROM publications JOIN snapshots USING (snapshot_id)
    ORDER BY publications.position DESC LIMIT 1"""
_NAMED = "SELECT content, signature, published_at FROM snapshots WHERE snapshot_id = :name"
_BEFORE = datetime.fromtimestamp(0, UTC)  # of a log without operations


class Published(Struct, frozen=True, kw_only=True):
    """A snapshot as it is kept: the board read, and the bytes that were signed."""

    board: PulledBoard
    snapshot: Snapshot
    etag: str
    published_at: datetime


def compute(connection: Connection, declared_robots: Sequence[str] = ()) -> PulledBoard:
    """The board of all operations so far."""
    counting = ballots.counting(connection)
    found = standings(counting, declared_robots)
    last = connection.execute(text("SELECT max(received_at) FROM op_log")).scalar() or _BEFORE
    board = PulledBoard(
        snapshot_id="",
        created_at=last.astimezone(UTC).isoformat(timespec="milliseconds"),
        method=found.method,
        rows=found.rows,
        cards=tuple(card for card in registry.cards(connection)),
        pair_weights=found.pair_weights,
        bundles=tuple(registry.bundles(connection)),
        votes=found.votes,
        battles=found.battles,
        evaluators=found.evaluators,
        robots=found.robots,
        pairs=found.pairs,
        declared=tuple(declared_robots),
        made=made_of(counting, version("vlaarena")),
        agreement=found.agreement,
    )
    return structs.replace(board, snapshot_id=digest(encode(board)))


def publish(connection: Connection, board: PulledBoard, key: SigningKey) -> bool:
    """Keep and sign a board and show it, within a transaction; False if the last one published is the same."""
    last = connection.execute(text("SELECT snapshot_id FROM publications ORDER BY position DESC LIMIT 1")).scalar()
    if last == board.snapshot_id:
        return False
    signed = sign_snapshot(board, key)
    row = {"snapshot_id": board.snapshot_id, "content": signed.content, "signature": signed.signature}
    shown = {"votes": board.votes, "models": len({line.model_id for line in board.rows})}
    statement = insert(tables.snapshots).values(row | shown)
    connection.execute(statement.on_conflict_do_nothing(index_elements=["snapshot_id"]))
    connection.execute(insert(tables.publications).values(snapshot_id=board.snapshot_id))
    webhooks.note(connection, "snapshot", board.snapshot_id)
    return True


def latest(connection: Connection) -> Published:
    """The board published last.

    Raises:
        NotFound: none was published yet.
    """
    return _read(connection, _LATEST, "")


def find(connection: Connection, snapshot_id: str) -> Published:
    """A snapshot by its id, which never changes.

    Raises:
        NotFound: there is none of this id.
    """
    return _read(connection, _NAMED, snapshot_id.replace("\0", ""))


def etag(connection: Connection) -> str | None:
    """The ETag of the board published last."""
    found = connection.execute(text(f"SELECT encode(sha256(content), 'hex') FROM ({_LATEST}) AS latest")).scalar()
    return None if found is None else f'"{found}"'


def _read(connection: Connection, statement: str, name: str) -> Published:
    row = connection.execute(text(statement), {"name": name} if name else {}).first()
    if row is None:
        raise NotFound("No such board was published.", hint="The worker publishes one each hour.")
    content, signature = bytes(row.content), bytes(row.signature)
    return Published(
        board=decode(content, PulledBoard),
        snapshot=Snapshot(content, signature),
        etag=etag_of(content),
        published_at=row.published_at,
    )
