"""`vlaarena leaderboard --central`: the board that was fetched from the central service with the last sync."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime

from msgspec import structs

from scenes.progress import finish
from sync import device
from sync.store import Store
from vlaarena_desktop.central_board import central_standings, check_query
from vlaarena_desktop.cli import boards
from vlaarena_desktop.cli.judging import evaluators_text
from vlaarena_desktop.cli.reports import Report
from vlaarena_desktop.exporting import export
from vlaarena_desktop.settings import home_folder
from vlaarena_desktop.standing import Standings


def leaderboard(arguments: Namespace) -> Report:
    """The board of this workstation's votes, or with --central that of the service.

    Raises:
        NotFound: no board was fetched yet, or it says nothing of this robot.
        BadInput: what is kept is not what the service signed, or more filters were given than it has.
    """
    if not arguments.central:
        return boards.leaderboard(arguments)
    with Store.open(home_folder(arguments.home)) as store:
        asked = boards.query_of(Namespace(**vars(arguments) | {"robot": None}), store.evaluators())
        kept = store.ledger().do(device.kept_board)
    query = structs.replace(asked, robot_id=arguments.robot, source="centre")
    check_query(query)
    found = finish(central_standings(query, kept))
    cards = {card.id: card for card in found.provenance.cards} if found.provenance else {}
    path = export(found, arguments.export, cards) if arguments.export else None
    told = structs.replace(boards.told(found), written=str(path) if path else None)
    written = f"\n\nWritten: {path}" if path else ""
    judged = "\n" + "\n".join(evaluators_text(found, ())) if arguments.evaluators else ""
    return Report(told, f"{_origin(found)}\n{boards.standings_text(found)}{judged}{written}")


def _origin(found: Standings) -> str:
    told = found.provenance
    assert told is not None
    as_of, fetched = (datetime.fromisoformat(each).astimezone() for each in (told.created_at, told.pulled_at))
    return (
        f"Published by {told.url} as of {as_of:%Y-%m-%d %H:%M}, fetched {fetched:%Y-%m-%d %H:%M}; "
        f"signature checked.\nSnapshot {told.snapshot_id}"
    )
