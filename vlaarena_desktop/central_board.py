"""The board that was fetched from the central service, in the words of the boards computed here. No Qt."""

from __future__ import annotations

from typing import cast

from scenes.errors import BadInput, NotFound
from scenes.progress import Job, Progress
from sync.api import PulledBoard, PulledRow
from sync.device import Kept
from sync.ratings.board import Flag, Rating, Record
from sync.ratings.intervals import Interval, share
from vlaarena_desktop.standing import BoardQuery, Pairing, Place, Provenance, Standings

NEVER = "No board of the central service has been fetched yet."
NEVER_HINT = "Enrol this workstation and sync: vlaarena sync."


def central_standings(query: BoardQuery, kept: Kept | None) -> Job[Standings]:
    """The fetched board of the robot that the query names, or of all declared robots.

    Raises:
        NotFound: none was fetched yet, or it says nothing of this robot.
        BadInput: what is kept is not what the service signed.
    """
    yield Progress(0, 1)
    if kept is None:
        raise NotFound(NEVER, hint=NEVER_HINT)
    board = kept.open()
    known = robots_of(board)
    if query.robot_id is not None and query.robot_id not in known:
        raise NotFound.among("robot of the central board", query.robot_id, list(known))
    return _standings(query, kept, board)


def robots_of(board: PulledBoard) -> tuple[str, ...]:
    """The robots that have a board of their own, and those declared."""
    return tuple(sorted({*board.robots, *(row.robot_id for row in board.rows if row.robot_id)}))


def check_query(query: BoardQuery) -> None:
    """BadInput where a query asks for more than a fetched board can tell: it is narrowed to a robot, and to no more."""
    plain = BoardQuery(robot_id=query.robot_id, source="centre")
    if query != plain:
        raise BadInput(
            "The central board is of one robot or of all, and is not narrowed further here.",
            hint="Leave out the other filters; the service's own pages offer scenes.",
        )


def _standings(query: BoardQuery, kept: Kept, board: PulledBoard) -> Standings:
    rows = sorted((row for row in board.rows if row.robot_id == query.robot_id), key=lambda row: row.rank)
    votes = board.votes if query.robot_id is None else sum(row.votes for row in rows) // 2
    everywhere = query.robot_id is None
    return Standings(
        query=query,
        places=tuple(_place(row, board) for row in rows),
        pairings=_pairings(board, query.robot_id),
        battles=board.battles or 0 if everywhere else 0,
        evaluators=board.evaluators or 0 if everywhere else 0,
        groups=1,
        robots=board.robots if everywhere and len(board.robots) > 1 else (),
        provenance=Provenance(
            url=kept.url,
            snapshot_id=board.snapshot_id,
            created_at=board.created_at,
            pulled_at=kept.pulled_at,
            method=board.method,
            votes=votes,
            known_robots=robots_of(board),
            cards=board.cards,
            made=board.made,
        ),
        agreement=board.agreement,
    )


def _place(row: PulledRow, board: PulledBoard) -> Place:
    own = (each for each in board.rows if each.model_id == row.model_id and each.robot_id is not None)
    several = row.robot_id is None and len(board.robots) > 1
    on = tuple((each.robot_id or "", _rating(each)) for each in own) if several else ()
    return Place(model_id=row.model_id, rating=_rating(row), record=_record(row), elo=row.elo_score, by_robot=on)


def _rating(row: PulledRow) -> Rating:
    general = None
    if row.general_low is not None and row.general_high is not None:
        general = Interval(row.general_low, row.general_high)
    return Rating(
        model_id=row.model_id,
        rating=row.rating,
        these=Interval(row.low, row.high),
        general=general,
        rank=row.rank,
        rank_low=row.rank_low,
        rank_high=row.rank_high,
        better_than_next=row.better_than_next,
        flags=cast(tuple[Flag, ...], row.flags or (("provisional",) if row.provisional else ())),
        record=_record(row),
    )


def _record(row: PulledRow) -> Record:
    return Record(
        votes=row.votes,
        battles=row.battles or 0,
        evaluators=row.evaluators or 0,
        wins=row.wins,
        losses=row.losses,
        ties=row.ties,
        both_bad=row.both_bad,
        effective_battles=0.0,  # the service keeps it to itself
        acceptable=share(row.votes - row.both_bad, row.votes),
    )


def _pairings(board: PulledBoard, robot_id: str | None) -> dict[tuple[str, str], Pairing]:
    found = dict[tuple[str, str], Pairing]()
    for pair in board.pairs:
        if pair.robot_id == robot_id:
            counts = {"ties": pair.ties, "both_bad": pair.both_bad}
            found[pair.first, pair.second] = Pairing(wins=pair.wins, losses=pair.losses, **counts)
            found[pair.second, pair.first] = Pairing(wins=pair.losses, losses=pair.wins, **counts)
    return found
