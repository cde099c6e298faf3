"""What can be looked at after the vote, beside the replay of a closed battle: and that nothing can before."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from desktop.closed_battles import LEFT, STEPS, play_a_battle
from desktop.evaluator import PATIENCE
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QTableView
from pytestqt.qtbot import QtBot

from scenes.episode import Event, episode_id
from scenes.errors import RuleBroken
from sync.records import Turn
from sync.store import Store
from vlaarena_desktop import theme
from vlaarena_desktop.commands import clashes
from vlaarena_desktop.evidence import Evidence, evidence_of
from vlaarena_desktop.notices import Notice, Notices
from vlaarena_desktop.pages.after_vote import furnish
from vlaarena_desktop.pages.event_marks import event_marks
from vlaarena_desktop.pages.evidence import EvidenceDrawer
from vlaarena_desktop.pages.replay_room import ReplayRoom
from vlaarena_desktop.replays import replay_of
from vlaarena_desktop.viewing.mjmodels import MjModels
from vlaarena_desktop.viewing.overlays import Overlays


@pytest.fixture
def stages(
    qtbot: QtBot, dressed: QApplication, kept: Store, evidence: Evidence, said: list[Notice]
) -> Iterator[ReplayRoom]:
    """A replay room with a drawer, in which a turn of the battle stands; nothing is told yet."""
    notices = Notices()
    notices.shown.connect(said.append)
    made = ReplayRoom(MjModels(kept.bundle, "plain"), native=False)
    drawer = furnish(made, kept, notices)
    qtbot.addWidget(made)
    made.dress(theme.colors_of(dressed))
    drawer.dress(theme.colors_of(dressed))
    made.resize(1000, 460)
    made.show()
    replays = [replay_of(kept, each.turn) for each in evidence.turns]
    made.set_turns(replays)
    made.show_turn(replays[0])
    made.playhead.pause()
    yield made
    made.playhead.pause()
    made.hide()
    made.release()


@pytest.fixture
def drawer(stages: ReplayRoom, evidence: Evidence) -> EvidenceDrawer:
    """The drawer, told of the battle."""
    stages.set_evidence(evidence)
    stages.playhead.pause()
    return stages.findChildren(EvidenceDrawer)[0]


def only_turn(evidence: Evidence) -> Turn:
    return evidence.turns[0].turn


def eventful(evidence: Evidence) -> Evidence:
    """The same, had A touched a cube and dropped the bowl."""
    turn = evidence.turns[0]
    events = (Event(2, "contact", "red_cube", "robot"), Event(5, "dropped", "bowl", "table"))
    left = msgspec.structs.replace(turn.left, episode=msgspec.structs.replace(turn.left.episode, events=events))
    return msgspec.structs.replace(evidence, turns=(msgspec.structs.replace(turn, left=left),))


def test_an_open_battle_has_no_evidence(kept: Store, address: str) -> None:
    battle_id = play_a_battle(kept, address)
    with pytest.raises(RuleBroken):
        evidence_of(kept, battle_id, ())


def test_evidence_tells_who_made_what(kept: Store, evidence: Evidence) -> None:
    side = evidence.turns[0].left
    assert side.model_id == LEFT
    assert side.run is not None
    assert side.run.model_id == LEFT
    assert side.card is not None
    assert side.name == side.card.name
    assert episode_id(side.episode.to_bytes()) == only_turn(evidence).left_episode_id
    stranger = evidence_of(kept, evidence.battle.battle_id, ()).turns[0].left
    assert (stranger.name, stranger.card) == (LEFT, None)


def test_before_the_vote_the_drawer_is_hidden_and_draws_nothing(stages: ReplayRoom) -> None:
    drawer = stages.findChildren(EvidenceDrawer)[0]
    assert not drawer.isVisible()
    assert drawer.commands() == ()
    for name in ("trails", "ghost", "contacts", "forces"):
        drawer.overlays.toggle(name)
    assert all(viewer.stage is not None and viewer.stage.overlays == Overlays() for viewer in stages.viewers)


def test_a_new_battle_takes_the_overlays_away(stages: ReplayRoom, drawer: EvidenceDrawer) -> None:
    drawer.overlays.toggle("trails")
    assert all(viewer.stage is not None and viewer.stage.overlays.trails for viewer in stages.viewers)
    stages.set_evidence(None)
    assert all(viewer.stage is not None and viewer.stage.overlays == Overlays() for viewer in stages.viewers)
    assert not drawer.isVisible()


def test_the_plots_and_the_playhead_move_each_other(qtbot: QtBot, stages: ReplayRoom, drawer: EvidenceDrawer) -> None:
    qtbot.waitUntil(lambda: drawer.plots.grid is not None and bool(drawer.plots.grid.cells), timeout=PATIENCE)
    grid = drawer.plots.grid
    assert grid is not None
    qtbot.waitUntil(grid.isVisible)
    assert grid.cells[0].chart.title == "gripper"
    stages.playhead.pause()
    stages.playhead.seek(0.3)
    assert [cell.cursor.value() for cell in grid.cells] == [0.3] * len(grid.cells)
    cell = grid.cells[0]
    drawer.tabs.button(1).click()
    stages.playhead.seek(0.5)
    drawer.tabs.button(0).click()
    assert cell.cursor.value() == 0.5
    grid.seek_at(cell.box.mapViewToScene(QPointF(0.2, cell.box.viewRect().center().y())))
    assert stages.playhead.time == pytest.approx(0.2, abs=1e-6)


def test_every_topic_has_a_curve_for_each_side(qtbot: QtBot, drawer: EvidenceDrawer) -> None:
    qtbot.waitUntil(lambda: drawer.plots.grid is not None, timeout=PATIENCE)
    grid, topic = drawer.plots.grid, drawer.plots.topic
    assert grid is not None
    shown = {}
    for index in range(topic.count()):
        topic.setCurrentIndex(index)
        shown[topic.itemData(index)] = [cell.chart for cell in grid.cells]
    assert {"apart", "joints", "actions", "gripper", "red_cube", "bowl"} <= shown.keys()
    assert [len(shown[name]) for name in ("joints", "actions", "gripper", "bowl")] == [7, 7, 4, 3]
    for name, charts in shown.items():
        sides = [tuple(line.side for line in chart.lines) for chart in charts]
        assert set(sides) == {(None,)} if name == "apart" else {(0, 1)}


def test_d_leads_to_where_the_sides_part_and_says_what_parted(
    stages: ReplayRoom, drawer: EvidenceDrawer, said: list[Notice]
) -> None:
    found = drawer.divergence
    assert found is not None
    (jump,) = [each for each in drawer.commands() if each.keys == ("D",)]
    jump.act()
    assert stages.playhead.step == found.step
    assert f"step {found.step}" in said[-1].text
    assert [mark.kind for mark in stages.transport.timeline.marks if mark.side is None] == ["divergence"]


def test_enter_on_an_event_brings_the_playhead_there(
    qtbot: QtBot, stages: ReplayRoom, drawer: EvidenceDrawer, evidence: Evidence
) -> None:
    stages.set_evidence(eventful(evidence))
    drawer.tabs.button(1).click()
    table, view = drawer.events.table, drawer.events.view
    assert [table.data(table.index(row, 2)) for row in range(2)] == [
        "touched the red cube",
        "dropped the bowl on: table",
    ]
    view.setFocus()
    view.selectRow(table.rowCount() - 1)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert stages.playhead.step == 5


def test_a_note_is_pinned_to_its_frame_and_withdrawn_only_on_a_second_press(
    qtbot: QtBot, stages: ReplayRoom, drawer: EvidenceDrawer, kept: Store, evidence: Evidence
) -> None:
    (write,) = [each for each in drawer.commands() if each.keys == ("P",)]
    stages.playhead.seek_step(3)
    write.act()
    qtbot.keyClicks(drawer.notes.text, "lost it here")
    qtbot.keyClick(drawer.notes.text, Qt.Key.Key_Return)
    (note,) = kept.notes(evidence.battle.battle_id)
    assert (note.turn_id, note.side, note.step, note.text) == (only_turn(evidence).turn_id, "left", 3, "lost it here")
    assert "note" in [mark.kind for mark in stages.transport.timeline.marks]
    stages.playhead.seek_step(0)
    drawer.notes.view.setFocus()
    drawer.notes.view.selectRow(0)
    qtbot.keyClick(drawer.notes.view, Qt.Key.Key_Return)
    assert stages.playhead.step == 3
    drawer.notes.withdraw.click()
    assert not kept.notes(evidence.battle.battle_id)[0].withdrawn
    drawer.notes.withdraw.click()
    assert kept.notes(evidence.battle.battle_id)[0].withdrawn
    assert drawer.notes.table.rowCount() == 1
    assert "note" not in [mark.kind for mark in stages.transport.timeline.marks]


def test_a_branch_is_asked_for_from_the_frame_shown(qtbot: QtBot, stages: ReplayRoom, drawer: EvidenceDrawer) -> None:
    stages.playhead.seek_step(2)
    (branch,) = [each for each in drawer.commands() if each.id == "evidence.branch_right"]
    with qtbot.waitSignal(drawer.branch_requested) as asked:
        branch.act()
    assert asked.args == ["right", 2]
    (again,) = [each for each in drawer.commands() if each.id == "evidence.reproduce_left"]
    with qtbot.waitSignal(drawer.reproduce_requested) as asked:
        again.act()
    assert asked.args == ["left"]
    with qtbot.waitSignal(drawer.save_requested):
        drawer.actions_row.save.click()


def test_no_key_of_the_drawer_means_something_else_in_the_replay(stages: ReplayRoom, drawer: EvidenceDrawer) -> None:
    assert clashes((*stages.commands(), *drawer.commands())) == []


def test_every_part_of_the_drawer_has_a_name(drawer: EvidenceDrawer) -> None:
    for kind in (QAbstractButton, QComboBox, QLineEdit, QTableView):
        for widget in drawer.findChildren(kind):
            if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus and widget.objectName() != "qt_toolbar_ext_button":
                assert widget.accessibleName() or isinstance(widget.parent(), QTableView), widget


def test_a_window_starts_without_the_plotting_library(tmp_path: Path) -> None:
    making = """
import sys
from pathlib import Path
from sync.store import Store
from vlaarena_desktop.app import make_application, make_room
application = make_application(sys.argv[:1])
with Store.open(Path(sys.argv[1])) as store:
    made = make_room(store, daemon_address="ipc:///tmp/nobody", tier="plain")
    made.window.show()
    application.processEvents()
    assert "pyqtgraph" not in sys.modules, "it takes half a second"
    made.window.close()
    print("a window without plots")
"""
    ended = subprocess.run([sys.executable, "-c", making, str(tmp_path)], capture_output=True, text=True, check=False)
    assert ended.stdout == "a window without plots\n", ended.stderr


def test_what_happened_is_told_in_its_order_in_time(evidence: Evidence) -> None:
    turn = eventful(evidence).turns[0]
    grasped = (Event(3, "grasped", "bowl", "robot"),)
    right = msgspec.structs.replace(turn.right, episode=msgspec.structs.replace(turn.right.episode, events=grasped))
    found = event_marks(msgspec.structs.replace(turn, right=right))
    assert [(mark.time, mark.side, mark.kind) for mark in found] == [
        (0.2, 0, "contact"),
        (0.3, 1, "grasped"),
        (0.5, 0, "dropped"),
    ]
    assert found[1].text == "grasped the bowl"


def test_the_battle_s_length_is_that_of_its_turn(stages: ReplayRoom, drawer: EvidenceDrawer) -> None:
    assert drawer.turn is not None
    assert stages.playhead.steps == max(side.episode.trajectory.steps for side in drawer.turn.sides) <= STEPS


def test_a_viewer_that_falls_back_to_pictures_is_told_of(stages: ReplayRoom, said: list[Notice]) -> None:
    """That it does is for test_native_viewer.py to see, on a display."""
    stages.viewers[1].fell_back.emit()
    assert (said[-1].kind, "drawn as pictures" in said[-1].text) == ("notice", True)
    assert "doctor" in said[-1].hint


def test_the_numbers_beside_a_plot_are_round_and_do_not_touch() -> None:
    from vlaarena_desktop.pages.plot_grid import tick_spacing  # which takes long to import

    for high, pixels in ((0.085, 35.0), (0.085, 200.0), (3.0, 35.0)):
        ((spacing, offset),) = tick_spacing(0.0, high, pixels)
        assert spacing * pixels / high >= 15
        assert offset == 0
    assert tick_spacing(0.0, 0.085, 35.0) == [(0.05, 0.0)]
