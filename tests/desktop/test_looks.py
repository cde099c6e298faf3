"""What a careful eye sees: nothing moves when a notice comes, nothing scrolls sideways, everything has its room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from arena_samples import Arena, ballot
from desktop.closed_battles import play_a_closed_battle
from desktop.resting import cut_off, resting_room
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from scenes.errors import DaemonError
from sync.store import Store
from vlaarena_desktop import theme
from vlaarena_desktop.app import Room
from vlaarena_desktop.commands import Command
from vlaarena_desktop.language import speak
from vlaarena_desktop.pages.evidence import EvidenceDrawer
from vlaarena_desktop.pages.experiment_bar import ExperimentBar
from vlaarena_desktop.pages.keys_overlay import keys_text
from vlaarena_desktop.pages.plots import Chart, Line
from vlaarena_desktop.pages.replay_room import ReplayRoom
from vlaarena_desktop.pages.table_view import FittedTable, table_view
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.settings import Language
from vlaarena_desktop.tables import Column, RecordTable
from vlaarena_desktop.viewing.mjmodels import MjModels

LONG = "openvla-7b-finetuned-libero-spatial"  # a name with more letters than any column has room for
LANGUAGES: tuple[Language, ...] = ("en", "de")
LEAST_VIEWER = 340  # [px]


@pytest.fixture(params=LANGUAGES)
def spoken(request: pytest.FixtureRequest, dressed: QApplication) -> Iterator[str]:
    yield speak(dressed, request.param)
    speak(dressed, "en")


@pytest.fixture
def resting(dressed: QApplication, tmp_path: Path) -> Iterator[Room]:
    with resting_room(tmp_path / "home") as room:
        yield room


def rise(qtbot: QtBot, room: Room, width: int, height: int) -> None:
    room.window.resize(width, height)
    for _ in range(3):
        QApplication.processEvents()
    assert room.window.width() == width


def places(window: QWidget, but_not: QWidget) -> dict[int, QRect]:
    """Where everything is that one sees, by the widget."""
    seen = (each for each in window.findChildren(QWidget) if each.isVisible() and not but_not.isAncestorOf(each))
    return {id(each): QRect(each.mapTo(window, QPoint()), each.size()) for each in seen if each is not but_not}


@pytest.mark.parametrize("page", range(4))
def test_nothing_moves_when_a_notice_comes_and_goes(qtbot: QtBot, resting: Room, page: int) -> None:
    window, banner = resting.window, resting.window.banner
    window.show_page(page)
    QApplication.processEvents()
    before = places(window, banner)
    resting.notices.show_error(DaemonError("The daemon does not answer any more. " * 3, hint="Start it again. " * 20))
    QApplication.processEvents()
    assert banner.isVisible()
    assert cut_off(banner) == []
    assert places(window, banner) == before
    banner.hide()
    QApplication.processEvents()
    assert places(window, banner) == before


def test_a_short_notice_covers_the_top_bar_alone_and_leaves_the_pill(qtbot: QtBot, resting: Room) -> None:
    window, banner = resting.window, resting.window.banner
    for width in (1024, 1280):
        rise(qtbot, resting, width, 700)
        resting.notices.tell("71 % of both replays is still unwatched.", "Still to watch: turn 2.")
        QApplication.processEvents()
        covered = QRect(banner.mapTo(window, QPoint()), banner.size())
        assert QRect(window.top_bar.mapTo(window, QPoint()), window.top_bar.size()).contains(covered)
        assert covered.right() < window.pill.mapTo(window, QPoint()).x()


def test_the_board_never_scrolls_sideways(qtbot: QtBot, spoken: str, tmp_path: Path) -> None:
    with resting_room(tmp_path / "home") as room:
        store, board = room.arena.store, room.window.leaderboard
        for left, right in ((LONG, "smolvla"), ("smolvla", LONG)):
            battle_id = Arena(store).played_battle(left, right)
            store.cast_vote(battle_id, ballot("both_bad" if left == LONG else "left_better", origin="window"))
            store.close_battle(battle_id)
        with qtbot.waitSignal(board.computed):
            room.window.show_page(1)
        assert board.table.rowCount() == 2
        for width in (1024, 1280, 1600):
            rise(qtbot, room, width, 700)
            assert board.view.horizontalScrollBar().maximum() == 0
            used = sum(board.view.columnWidth(column) for column in range(board.table.columnCount()))
            assert 0 <= board.view.viewport().width() - used <= 16, "the columns share the whole width"
            assert board.view.columnWidth(1) >= 72
            assert cut_off(room.window) == []


def test_the_viewers_keep_their_width_beside_the_drawer(
    qtbot: QtBot, spoken: str, room: Room, store: Store, address: str
) -> None:
    evidence = play_a_closed_battle(store, address)
    room.window.show_page(2)
    assert room.window.history.open_battle(evidence.battle.battle_id)
    review = room.window.history.review
    assert review is not None
    review.room.playhead.pause()
    rise(qtbot, room, 1024, 700)
    for tab in review.drawer.tabs.buttons():
        tab.click()
        QApplication.processEvents()
        assert review.drawer.isVisible()
        assert [viewer.width() >= LEAST_VIEWER for viewer in review.room.viewers] == [True, True]
        assert cut_off(review.drawer) == []
    actions = review.drawer.actions_row
    assert actions.more.isVisible()
    menu = actions.more.menu()
    menu.aboutToShow.emit()
    folded = [button for button in (actions.branch, actions.reproduce, actions.save) if not button.isVisible()]
    assert [action.text() for action in menu.actions()] == [button.text() for button in folded]


def test_with_room_enough_no_action_of_the_drawer_is_in_a_menu(qtbot: QtBot, dressed: QApplication) -> None:
    room = ReplayRoom(MjModels(lambda digest: None, "plain"), native=False)
    drawer = EvidenceDrawer(room.playhead, room.viewers)
    qtbot.addWidget(room)
    qtbot.addWidget(drawer)
    for width, folded in ((500, False), (290, True), (500, False)):
        drawer.resize(width, 400)
        drawer.show()
        QApplication.processEvents()
        assert drawer.actions_row.more.isVisible() is folded
        assert drawer.actions_row.save.isVisible() is not folded


@pytest.mark.parametrize("count", [0, 1, 2])
def test_one_branch_is_not_called_branches(qtbot: QtBot, spoken: str, store: Store, count: int) -> None:
    bar = ExperimentBar()
    qtbot.addWidget(bar)
    battle_id = Arena(store).voted_battle()
    store.close_battle(battle_id)
    bar.show_branches([Arena(store).branch(battle_id) for _ in range(count)], {})
    told = {
        "en": ("The battle", "The battle (1 branch)", "The battle (2 branches)"),
        "de": ("Der Vergleich", "Vergleich (1 Abzweig)", "Vergleich (2 Abzweige)"),
    }
    assert bar.stage.itemText(0) == told[spoken][count]


def inked(picture: QImage, from_right: bool) -> int:
    """[px] from one side to the first pixel that differs from the corner's."""
    ground = picture.pixel(0, picture.height() // 2)
    columns = range(picture.width())
    for place, x in enumerate(reversed(columns) if from_right else columns):
        if any(picture.pixel(x, y) != ground for y in range(picture.height())):
            return place
    raise AssertionError("an empty picture")


@pytest.mark.parametrize("fitted", [False, True])
@pytest.mark.parametrize("numeric", [False, True])
def test_a_title_stands_where_the_texts_of_its_column_do(
    qtbot: QtBot, dressed: QApplication, fitted: bool, numeric: bool
) -> None:
    columns = (Column[str]("HH", lambda text: text, numeric=numeric), Column[str]("HH", lambda text: text))
    table = RecordTable(columns)
    table.set_records(["HH"])
    view = FittedTable(table, "table", giving=(1,)) if fitted else table_view(table, "table", wide=1)
    qtbot.addWidget(view)
    view.resize(300, 200)
    view.show()
    qtbot.waitExposed(view)
    title, cell = view.horizontalHeader(), view.visualRect(table.index(0, 0))
    width = cell.width()
    above = title.viewport().grab(QRect(0, 0, width, title.height() - 4)).toImage()
    below = view.viewport().grab(cell).toImage()
    assert abs(inked(above, numeric) - inked(below, numeric)) <= 1


def test_a_key_with_two_codes_is_told_once() -> None:
    both = Command("vote.confirm", "Confirm", ("Return", "Enter"), lambda: None, group="Vote")
    assert keys_text(both) == "Enter"


def test_numbers_in_the_settings_stand_below_words(resting: Room) -> None:
    resting.window.show_page(3)
    QApplication.processEvents()
    rows = resting.window.settings.rows
    heights = {rows[name].field.height() for name in ("group", "daemon", "workers", "max_steps", "colors")}
    assert max(heights) - min(heights) <= 1
    for row in (rows["workers"], rows["max_steps"]):
        line = row.field.findChild(QLineEdit)
        assert line is not None
        assert line.textMargins().left() > 0


def test_plots_beside_each_other_stay_within_their_room(qtbot: QtBot, dressed: QApplication) -> None:
    """A title is no reason for a plot to be wider, whatever the numbers in it."""
    from vlaarena_desktop.pages.plot_grid import PlotGrid  # which takes long to import

    playhead, times = Playhead(), np.linspace(0.0, 4.0, 41)
    playhead.set_length(4.0, 10.0)
    grid, values = PlotGrid(playhead), np.full(41, -1.87)
    qtbot.addWidget(grid)
    lines = (Line(0, times, values), Line(1, times, values))
    charts = [Chart(f"joint{number}", "rad", lines) for number in range(1, 8)]
    grid.resize(358, 240)
    grid.show()
    for shown in (charts[:3], charts):
        grid.show_charts(shown, theme.LIGHT)
        for _ in range(3):
            QApplication.processEvents()
        room = grid.canvas.viewport().width()
        assert [cell.plot.geometry().right() <= room for cell in grid.cells] == [True] * len(shown)
    assert len({cell.plot.geometry().x() for cell in grid.cells}) == 2
