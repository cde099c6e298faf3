"""What each page shows, read in one transaction; boards are remembered until the next snapshot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from threading import Lock

from msgspec import Struct
from sqlalchemy import Connection

from scenes.errors import NotFound
from scenes.models import ModelCard
from sync.ratings.log import VoteLog
from sync.server import boards
from sync.server.boards import Choices, PublicBoard, Row, Snapshot
from sync.server.web import battles
from sync.server.web.battles import Met, Recent

_REMEMBERED = 200  # boards of scenes


class BoardView(Struct, frozen=True, kw_only=True):
    """A board and what it can be narrowed to. Without a board nothing was published yet."""

    shown: PublicBoard | None
    choices: Choices


class ModelView(Struct, frozen=True, kw_only=True):
    """A model, its lines on the newest boards, and whom it met."""

    model_id: str
    name: str
    card: ModelCard | None
    standings: tuple[tuple[str | None, Row], ...]  # robot (None: all), line
    met: list[Met]
    recent: list[Recent]
    names: dict[str, str]  # of models by id
    snapshot: Snapshot | None


class _Remembered(Struct, frozen=True):
    """What was made of the votes when a snapshot was first asked for."""

    snapshot_id: str
    log: VoteLog
    robots: dict[str, int]  # with how many votes: those that have a board
    scenes: dict[str, int]
    boards: dict[tuple[str | None, str | None], PublicBoard]  # robot, scene


class Views:
    """Reads what pages show; votes are read once a snapshot."""

    def __init__(self) -> None:
        self._remembered: _Remembered | None = None
        self._lock = Lock()

    def board(self, connection: Connection, robot_id: str, scene_id: str) -> BoardView:
        """The newest board, narrowed where robot or scene are given.

        Raises:
            NotFound: there is no board of this robot or scene.
        """
        snapshot = boards.newest(connection)
        if snapshot is None:
            return BoardView(shown=None, choices=Choices((), ()))
        known = self._about(connection, snapshot)
        _check("robot", robot_id, known.robots)
        _check("scene", scene_id, known.scenes)
        shown = _narrowed(known, snapshot, robot_id or None, scene_id or None)
        return BoardView(shown=shown, choices=_listed(known.robots, known.scenes, shown))

    def snapshot(self, connection: Connection, snapshot_id: str, robot_id: str) -> BoardView:
        """A board exactly as it was signed, of all robots or one.

        Raises:
            NotFound: there is no such snapshot, or it says nothing of this robot.
        """
        snapshot = boards.published(connection, snapshot_id)
        robots = boards.robots_of(snapshot)
        _check("robot", robot_id, robots)
        shown = boards.board_of(snapshot, robot_id or None)
        return BoardView(shown=shown, choices=_listed(robots, {}, shown))

    def model(self, connection: Connection, model_id: str) -> ModelView:
        """A model that is on a board, has a card, or was in a battle with a vote.

        Raises:
            NotFound: none of these.
        """
        snapshot = boards.newest(connection)
        cards = {card.id: card for card in snapshot.board.cards} if snapshot else {}
        standings = _standings(snapshot, model_id) if snapshot else ()
        if model_id not in cards and not standings and not battles.is_known(connection, model_id):
            raise NotFound("No model with this id has been judged here.", hint="The board lists all that have been.")
        card = cards.get(model_id)
        return ModelView(
            model_id=model_id,
            name=card.name if card else model_id,
            card=card,
            standings=standings,
            met=battles.opponents(connection, model_id),
            recent=battles.recent(connection, model_id),
            names={card.id: card.name for card in cards.values()},
            snapshot=snapshot,
        )

    def _about(self, connection: Connection, snapshot: Snapshot) -> _Remembered:
        with self._lock:  # the votes are read once, however many ask at once
            known = self._remembered
            if known is None or known.snapshot_id != snapshot.snapshot_id:
                log = boards.counted_votes(connection)
                robots, scenes = boards.robots_of(snapshot), boards.scenes_of(log)
                known = _Remembered(snapshot.snapshot_id, log, robots, scenes, {})
                self._remembered = known
            return known


def _narrowed(known: _Remembered, snapshot: Snapshot, robot_id: str | None, scene_id: str | None) -> PublicBoard:
    """Computed the first time, and again where many others were asked for since."""
    if scene_id is None:
        return boards.board_of(snapshot, robot_id)
    key = robot_id, scene_id
    found = known.boards.get(key)
    if found is None:
        found = boards.board_in(known.log, snapshot, robot_id, scene_id)
        if len(known.boards) >= _REMEMBERED:
            known.boards.clear()
        known.boards[key] = found
    return found


def _listed(robots: Mapping[str, int], scenes: Mapping[str, int], shown: PublicBoard) -> Choices:
    """What may be chosen; what is shown is always among it."""
    listed = boards.choices(robots, scenes, shown.snapshot.board.declared)
    chosen = [[each] if each else [] for each in (shown.robot_id, shown.scene_id)]
    return Choices(
        *(tuple(sorted({*names, *one})) for names, one in zip((listed.robots, listed.scenes), chosen, strict=True))
    )


def _standings(snapshot: Snapshot, model_id: str) -> tuple[tuple[str | None, Row], ...]:
    robots = sorted({row.robot_id or "" for row in snapshot.board.rows})
    shown = [boards.board_of(snapshot, robot_id or None) for robot_id in robots]
    return tuple((board.robot_id, row) for board in shown for row in board.rows if row.model_id == model_id)


def _check(what: str, wanted: str, known: Collection[str]) -> None:
    if wanted and wanted not in known:
        said = f"There is no board of this {what}: no vote that counts was cast on it yet, or few beside others."
        raise NotFound(said, hint=f"Choose a {what} from the list on the board.")
