"""From a battle that a daemon plays far from any network to the same numbers in every window and on the public page."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from central.public_site import Site
from central.servers import Service
from central.visitors import Visitor, check_told
from central.workstations import rows
from msgspec import Struct
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gpu_daemon.client import DaemonClient
from scenes.codec import encode
from scenes.progress import finish
from sync import device
from sync.api import PulledBoard, PulledRow
from sync.records import Ballot
from sync.server import snapshots
from sync.server.standings import standings
from sync.store import Store
from vlaarena_desktop import background, theme, turns
from vlaarena_desktop.app import Room, make_room
from vlaarena_desktop.local_daemon import daemon_at
from vlaarena_desktop.pages.leaderboard import LeaderboardPage
from vlaarena_desktop.viewing.mjmodels import MjModels

PATIENCE = 60_000  # [ms]
PLAYED, RECORDED = (10, 80) if os.environ.get("VLAARENA_SOAK") else (1, 3)  # battles of each workstation at a time
STEPS = 6
SETTING = turns.Setting("panda", "table", "push the red cube to the left")
CARDS = Path(__file__).parents[2] / "gpu_daemon" / "cards"
FAST = ("scripted-hasty", "scripted-careful", "random-walk")


def play(store: Store, address: str) -> str:
    """A battle as the window has them: drawn, played by the daemon, judged, closed."""
    cards = [card for card in DaemonClient(address).models() if card.id in FAST]
    battle = turns.start_battle(store, cards, SETTING)
    prepared = turns.prepare_turn(store, battle.battle_id, SETTING.instruction, "reset", STEPS)
    turns.record_turn(store, prepared, finish(turns.play_turn(address, prepared)))
    store.cast_vote(battle.battle_id, Ballot(vote="left_better", origin="window"))
    store.close_battle(battle.battle_id)
    return battle.battle_id


class Labs(Struct, frozen=True):
    """Three data folders that were at no network yet; the second is a copy of the first as it once was."""

    first: Visitor
    copy: Visitor
    other: Visitor
    played: str  # a battle of the other one

    @property
    def all(self) -> tuple[Visitor, ...]:
        return self.first, self.copy, self.other


@pytest.fixture(scope="module")
def labs(central: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labs]:
    folder = tmp_path_factory.mktemp("labs")
    first, other = Visitor(folder / "first"), Visitor(folder / "other")
    for each, name in ((first, "Ada"), (other, "Ben")):
        each.store.sit(name)
        each.enrol(central)
    assert central.command("model", "add", str(CARDS)).returncode == 0
    central.stop()
    with daemon_at("", folder / "daemon") as address:
        played = [play(each.store, address) for each in (first, other) for _ in range(PLAYED)]
    first.play(RECORDED)
    copy = first.copied(folder / "copy")
    for each in (first, copy, other):
        each.play(RECORDED)
    first.store.retract_vote(first.store.battles("voted")[0].battle_id)
    yield Labs(first, copy, other, played[-1])
    for each in (first, copy, other):
        each.close()


@pytest.fixture(scope="module")
def board(central: Service, labs: Labs) -> PulledBoard:
    """What the worker publishes once all have synced, as the first brought it home."""
    central.start()
    shutil.rmtree(labs.copy.folder / "bundles")
    for each in (labs.other, labs.first, labs.copy):
        each.sync()
    rate(central)
    assert labs.first.sync().new_board
    found = labs.first.store.ledger().do(device.board)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def room(qapp: QApplication, central: Service, labs: Labs, board: PulledBoard) -> Iterator[Room]:
    """The other workstation's window."""
    theme.apply(qapp, "light")
    made = make_room(labs.other.store, daemon_address="ipc:///tmp/nobody", tier="plain")
    made.window.show()
    made.live.change("central", central.url)
    yield made
    made.syncing.stop()
    background.stop_all(5.0)
    made.window.close()
    made.daemon.stop()
    made.window.deleteLater()
    qapp.processEvents()


def sync(room: Room, qtbot: QtBot) -> None:
    room.syncing.sync_now()
    qtbot.waitUntil(lambda: room.syncing.state == "done", timeout=PATIENCE)


def rate(service: Service) -> None:
    done = service.command("worker", "--once", "ratings")
    assert done.returncode == 0, done.stderr


def test_the_board_is_that_of_all_logs_together_to_the_last_bit(central: Service, labs: Labs, board) -> None:
    together = {vote.vote_id: vote for each in labs.all for vote in each.store.votes()}
    expected = standings(together.values())
    assert encode(board.rows) == encode(expected.rows)
    assert encode(board.pairs) == encode(expected.pairs)
    assert (board.votes, board.battles, board.evaluators) == (expected.votes, expected.battles, 2)
    assert expected.votes > 3 * RECORDED
    check_told(central, *labs.all)


def test_what_is_drawn_next_follows_the_board_that_came_home(labs: Labs, board) -> None:
    pulled = labs.first.store.comparing().pulled_weights("panda")
    assert pulled is not None
    assert pulled.weights == {(each.first, each.second): each.weight for each in board.pair_weights}


def test_the_same_snapshot_follows_from_the_log_alone(central: Service, board) -> None:
    assert central.command("rebuild").returncode == 0
    again = rows(central, lambda c: snapshots.compute(c))
    assert again.snapshot_id == board.snapshot_id


def test_a_workstation_gets_the_scene_back_in_which_its_episodes_were_played(labs: Labs, board) -> None:
    copy = labs.copy
    name = copy.store.episode(copy.store.turns(first_played(copy.store))[0].left_episode_id).trajectory.bundle_digest
    assert copy.store.bundle(name) is None
    assert copy.sync().shared.fetched == 1
    assert copy.store.bundle(name) == labs.other.store.bundle(name)
    trajectory = copy.store.episode(copy.store.turns(first_played(copy.store))[0].left_episode_id).trajectory
    assert MjModels(copy.store.bundle, "plain").model_of(trajectory).nq > 7


def first_played(store: Store) -> str:
    """The oldest battle that a daemon played."""
    return min(each.battle_id for each in store.battles("voted") if {each.left_model_id} <= set(FAST))


def test_window_and_public_page_show_the_same_numbers(room: Room, board, central: Service, qtbot: QtBot) -> None:
    sync(room, qtbot)
    page = room.window.leaderboard
    with qtbot.waitSignal(page.computed, timeout=PATIENCE):
        room.window.show_page(1)
    with qtbot.waitSignal(page.computed, timeout=PATIENCE):
        page.filters.source.setCurrentIndex(page.filters.source.findData("centre"))
    of_all = sorted((row for row in board.rows if row.robot_id is None), key=lambda row: row.rank)
    names = {card.id: card.name for card in board.cards}
    assert in_window(page) == [told_in_window(row, names) for row in of_all]
    assert on_page(Site(central.url).text("/")) == [told_on_page(row, names) for row in of_all]
    assert page.summary.text() == f"Votes: {board.votes}"
    assert page.source.text().startswith(f"Battles: {board.battles}, evaluators: 2. Published by 127.0.0.1")
    assert f"snapshot {board.snapshot_id[:12]}, its signature checked" in page.source.text()
    with qtbot.waitSignal(page.computed, timeout=PATIENCE):
        page.filters.robot.setCurrentIndex(page.filters.robot.findData("panda"))
    of_one = sorted((row for row in board.rows if row.robot_id == "panda"), key=lambda row: row.rank)
    assert in_window(page) == [told_in_window(row, names) for row in of_one]


def in_window(page: LeaderboardPage) -> list[list[str]]:
    """Rank, model, rating, acceptable, votes, battles, evaluators of every line."""
    across, display = Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole
    titles = [str(page.table.headerData(column, across, display)) for column in range(page.table.columnCount())]
    wanted = ["Rank", "Model", "Rating", "Acceptable", "Votes", "Battles", "Evaluators"]
    columns = [[title.replace("\u00ad", "") for title in titles].index(name) for name in wanted]
    lines = range(page.table.rowCount())
    return [[page.table.data(page.table.index(line, column)) for column in columns] for line in lines]


def told_in_window(row: PulledRow, names: dict[str, str]) -> list[str]:
    ranks = f"{row.rank_low}–{row.rank_high}" if row.rank_low < row.rank_high else f"{row.rank_low}"
    rating = f"{row.rating:.0f} ± {(row.high - row.low) / 2:.0f}"
    acceptable = f"{(row.votes - row.both_bad) / row.votes:.0%}"
    return [
        ranks,
        names.get(row.model_id, row.model_id),
        rating,
        acceptable,
        f"{row.votes}",
        f"{row.battles}",
        f"{row.evaluators}",
    ]


def on_page(page: str) -> list[list[str]]:
    """The same of every line of the page's table, without what is drawn and where it comes from."""
    body = page[page.index("<tbody") : page.index("</tbody>")]
    lines = [re.findall(r"<t[hd].*?</t[hd]>", line, re.S) for line in re.findall(r"<tr.*?</tr>", body, re.S)]
    told = [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in line] for line in lines]
    names = re.findall(r"<th.*?<bdi>(.*?)</bdi>", body, re.S)
    return [
        [line[0], name, line[2], line[7].split(" %")[0], *line[4:7]] for line, name in zip(told, names, strict=True)
    ]


def told_on_page(row: PulledRow, names: dict[str, str]) -> list[str]:
    ranks, rating = f"{row.rank} {row.rank_low}–{row.rank_high}", f"{row.rating:.0f} {row.low:.0f}–{row.high:.0f}"
    acceptable = f"{100 * (row.votes - row.both_bad) / row.votes:.0f}"
    return [
        ranks,
        names.get(row.model_id, row.model_id),
        rating,
        acceptable,
        f"{row.votes}",
        f"{row.battles}",
        f"{row.evaluators}",
    ]


def test_a_battles_page_shows_the_sheet_that_its_workstation_rendered(
    room: Room, central: Service, labs: Labs, qtbot: QtBot
) -> None:
    site = Site(central.url)
    assert "sent no contact sheet" in site.text(f"/battles/{labs.played}")
    while room.sheets.lacking:
        with qtbot.waitSignal(room.sheets.settled, timeout=PATIENCE):
            room.sheets.render_next()
    sync(room, qtbot)
    page = site.text(f"/battles/{labs.played}")
    picture = site.get(re.findall(r'src="(/sheets/[0-9a-f]{64})"', page)[0])
    assert picture.data.startswith(b"\x89PNG")
    assert not any((labs.other.folder / "sheets").rglob("*.png"))  # sent, and rendered again if it is ever asked for
