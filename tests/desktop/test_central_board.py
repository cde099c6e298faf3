"""The central service's board in the window: what it says, where it comes from, and what it cannot tell."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from arena_samples import Arena, ballot, card
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from scenes.codec import decode, encode
from scenes.errors import BadInput
from sync import device
from sync.api import PulledBoard, PulledRow, sign_snapshot
from sync.device import Device
from sync.keys import SigningKey
from sync.ratings.snapshot import made_of
from sync.records import CHOICES, Vote
from sync.server.standings import Standings, standings
from sync.store import Store
from vlaarena_desktop import background
from vlaarena_desktop.app import Room, make_room
from vlaarena_desktop.central_board import check_query
from vlaarena_desktop.commands import clashes
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.live_settings import LiveSettings
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.pages.leaderboard import PAIR, LeaderboardPage
from vlaarena_desktop.standing import BoardQuery
from vlaarena_desktop.syncing import Syncing

URL, ROBOTS = "https://arena.example.org", ("panda", "rare-arm")
KEY = SigningKey(bytes(range(32)))


@pytest.fixture
def room(store: Store) -> Iterator[Room]:
    made = make_room(store, daemon_address="ipc:///tmp/nobody", tier="plain")
    made.window.show()
    yield made
    made.syncing.stop()
    background.stop_all(5.0)
    made.window.close()
    made.daemon.stop()
    made.window.deleteLater()


@pytest.fixture
def live(store: Store) -> Iterator[LiveSettings]:
    made = LiveSettings(store.folder, Notices())
    yield made
    made.stop()


@pytest.fixture
def page(qtbot: QtBot, store: Store, live: LiveSettings) -> Iterator[LeaderboardPage]:
    """The page alone: a whole window takes longer."""
    notices = Notices()
    syncing = Syncing(store, live)
    made = LeaderboardPage(store, DaemonLink(notices), notices, syncing=syncing)
    qtbot.addWidget(made)
    yield made
    syncing.stop()


def votes_on(store: Store) -> list[Vote]:
    """Votes on two robots, cast in this folder as if elsewhere."""
    arena = Arena(store)
    for choice in (*CHOICES, *CHOICES[:1]):
        battle_id = arena.played_battle()
        store.cast_vote(battle_id, ballot(choice))
        store.close_battle(battle_id)
    robots = itertools.cycle(ROBOTS)
    return [msgspec.structs.replace(vote, robot_id=next(robots)) for vote in store.votes()]


def published(found: Standings, **changes: object) -> PulledBoard:
    told = {name: getattr(found, name) for name in found.__struct_fields__}
    facts = {"snapshot_id": "5a" * 32, "created_at": "2026-11-22T18:00:00.000+00:00"}
    return PulledBoard(**facts | told | {"cards": (card("alpha", name="The first"),)} | changes)


def fetched(store: Store, board: PulledBoard) -> None:
    """As a pull keeps it."""
    known = {"public_key": KEY.public, "server_key": KEY.public, "enrolled_at": board.created_at}
    store.ledger().do(device.keep, Device(device_id="d", url=URL, **known))
    store.ledger().do(device.keep_board, sign_snapshot(board, KEY))


def choose_centre(qtbot: QtBot, page: LeaderboardPage) -> None:
    with qtbot.waitSignal(page.computed):
        page.refresh()
    with qtbot.waitSignal(page.computed):
        page.filters.source.setCurrentIndex(page.filters.source.findData("centre"))


def column(page: LeaderboardPage, title: str) -> list[str]:
    across, display = Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole
    titles = [str(page.table.headerData(place, across, display)) for place in range(page.table.columnCount())]
    place = [title.replace("\u00ad", "") for title in titles].index(title)
    return [page.table.data(page.table.index(row, place)) for row in range(page.table.rowCount())]


def test_without_a_service_there_is_nothing_to_choose(qtbot: QtBot, page: LeaderboardPage) -> None:
    with qtbot.waitSignal(page.computed):
        page.refresh()
    assert page.filters.source.isHidden()
    assert not any(command.id.startswith("board.source") for command in page.commands())


def test_the_fetched_board_is_shown_as_it_was_published(qtbot: QtBot, page: LeaderboardPage, store: Store) -> None:
    found = standings(votes_on(store), ROBOTS)
    fetched(store, published(found))
    choose_centre(qtbot, page)
    rows = [row for row in found.rows if row.robot_id is None]
    assert column(page, "Model") == [{"alpha": "The first"}.get(row.model_id, row.model_id) for row in rows]
    assert column(page, "Votes") == column(page, "Battles") == [str(row.votes) for row in rows]
    assert column(page, "Evaluators") == ["1", "1"]
    assert page.summary.text() == "Votes: 5"
    assert page.source.text().startswith("Battles: 5, evaluators: 1. Published by arena.example.org as of ")
    assert "snapshot 5a5a5a5a5a5a, its signature checked" in page.source.text()
    assert f"Robot: {ROBOTS[1]}" in [command.title for command in page.commands()]
    page.view.setCurrentIndex(page.table.index(0, 1))
    assert "By robot: Franka Panda " in page.said.text()
    with qtbot.waitSignal(page.computed):
        page.filters.robot.setCurrentIndex(page.filters.robot.findData(ROBOTS[1]))
    assert column(page, "Votes") == ["2", "2"]


def test_a_fetched_board_tells_no_single_votes(
    qtbot: QtBot, page: LeaderboardPage, store: Store, tmp_path: Path
) -> None:
    fetched(store, published(standings(votes_on(store), ROBOTS)))
    choose_centre(qtbot, page)
    page.show_view(1)
    page.matrix.view.setCurrentIndex(page.matrix.matrix.index(0, 1))
    assert page.matrix.said.text().endswith("ties 1, both bad 1; votes 5")
    assert page.matrix.open.isHidden()
    assert not page.tabs[PAIR].isEnabled()
    page.export_to(tmp_path / "board.json")
    told = msgspec.json.decode((tmp_path / "board.json").read_bytes())
    assert (told["service"], told["snapshot_id"], told["watermark"]) == (URL, "5a" * 32, None)
    page.export_to(tmp_path / "board.html")
    assert f"published by {URL}" in (tmp_path / "board.html").read_text()


def test_robots_that_the_service_declares_are_those_of_boards_of_here_too(
    qtbot: QtBot, page: LeaderboardPage, store: Store, tmp_path: Path
) -> None:
    votes = votes_on(store)
    made = made_of(votes, "9.9")
    with qtbot.waitSignal(page.computed):
        page.refresh()
    assert page.found.robots == ()
    fetched(store, published(standings(votes, ROBOTS), declared=ROBOTS, made=made))
    with qtbot.waitSignal(page.computed):
        page.refresh()
    assert page.found.robots == ROBOTS
    choose_centre(qtbot, page)
    page.export_to(tmp_path / "board.json")
    told = msgspec.json.decode((tmp_path / "board.json").read_bytes())
    assert (told["watermark"]["sha256"], told["policy_version"]) == (made.watermark.sha256, "equal")
    assert "no two evaluators judged the same" in page.method.notes.toPlainText()


def test_what_the_service_did_not_sign_is_not_shown(qtbot: QtBot, page: LeaderboardPage, store: Store) -> None:
    fetched(store, published(standings(votes_on(store), ROBOTS)))
    store._database.execute("UPDATE pulled_board SET content = zeroblob(length(content))")
    choose_centre(qtbot, page)
    assert page.table.rowCount() == 0
    assert "not signed by the service" in page.card.findChildren(type(page.said))[0].text()
    with qtbot.waitSignal(page.computed):
        page.filters.source.setCurrentIndex(0)
    assert page.table.rowCount() == 2


def test_before_the_first_board_it_is_said_what_to_do(qtbot: QtBot, page: LeaderboardPage, live: LiveSettings) -> None:
    live.change("central", "https://127.0.0.1:9")
    choose_centre(qtbot, page)
    assert "No board of the central service has been fetched yet." in page.card.findChildren(type(page.said))[0].text()


def test_boards_of_earlier_and_later_services_stay_readable(qtbot: QtBot, page: LeaderboardPage, store: Store) -> None:
    found = standings(votes_on(store), ROBOTS)
    known = {"battles", "evaluators", "flags", "general_low", "general_high", "better_than_next"}
    old = [{n: v for n, v in msgspec.to_builtins(row).items() if n not in known} for row in found.rows]
    new = [row | {"flags": ["bewitched"], "colour": "green"} for row in old]
    for rows, reason in ((old, "the central service says so"), (new, "the central service says so")):
        board = msgspec.to_builtins(published(found, cards=())) | {"rows": rows, "battles": None, "news": 1}
        fetched(store, decode(encode(board), PulledBoard))
        choose_centre(qtbot, page)
        assert column(page, "Battles") == column(page, "Evaluators") == ["–", "–"]
        page.view.setCurrentIndex(page.table.index(0, 1))
        assert page.said.text().endswith(f"Provisional: {reason}.")
        page.filters.source.setCurrentIndex(0)


def test_every_choice_of_the_board_is_a_command(qtbot: QtBot, room: Room, store: Store) -> None:
    fetched(store, published(standings(votes_on(store), ROBOTS)))
    page = room.window.leaderboard
    room.window.show_page(1)
    choose_centre(qtbot, page)
    commands = {command.title: command for command in room.window.commands()}
    assert clashes(room.window.commands()) == []
    with qtbot.waitSignal(page.computed):
        commands["Votes of: This workstation"].act()
    commands["Show whether one is better yet"] = next(each for each in page.commands() if each.id == "board.pair")
    commands["Show whether one is better yet"].act()
    assert page.views.currentIndex() == PAIR
    with qtbot.waitSignal(page.computed):
        next(each for each in page.commands() if each.title == "Count: Both bad as a tie").act()
    assert page.found.query == BoardQuery(both_bad="tie")


def test_a_fetched_board_is_narrowed_to_a_robot_and_to_no_more() -> None:
    check_query(BoardQuery(robot_id="panda", source="centre"))
    with pytest.raises(BadInput, match="not narrowed further"):
        check_query(BoardQuery(scene_id="table", source="centre"))


def test_a_row_needs_only_what_the_first_services_told() -> None:
    assert {field.name for field in msgspec.structs.fields(PulledRow) if field.required} == {
        *("model_id", "rank", "rank_low", "rank_high", "rating", "low", "high", "elo_score"),
        *("votes", "wins", "losses", "ties", "both_bad", "win_rate"),
    }
