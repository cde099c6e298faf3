"""A past battle is reviewed with all that is known since the vote; links lead to a moment, branches stand beside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from desktop.closed_battles import INSTRUCTION, LEFT, STEPS, play_a_battle, play_a_closed_battle
from desktop.evaluator import PATIENCE
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from scenes.progress import finish
from sync.records import Ballot, new_id
from sync.store import Store
from vlaarena_desktop.branching import play_branches, prepare_branches, record_branches
from vlaarena_desktop.commands import clashes
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.evidence import Evidence
from vlaarena_desktop.experiments import Experiments
from vlaarena_desktop.links import Link, link_text, read_link
from vlaarena_desktop.notices import Notice, Notices
from vlaarena_desktop.pages.history import HistoryPage
from vlaarena_desktop.pages.review import ReviewPage
from vlaarena_desktop.viewing.mjmodels import MjModels

_TAKE_FOCUS = (QAbstractButton, QComboBox, QLineEdit)


@pytest.fixture(scope="module")
def models(kept: Store) -> MjModels:
    return MjModels(kept.bundle, "plain")


@pytest.fixture(scope="module")
def evidence(kept: Store, address: str) -> Evidence:
    return play_a_closed_battle(kept, address, ("reset", "continue"))


@pytest.fixture
def page(qtbot: QtBot, kept: Store, models: MjModels, address: str, said: list[Notice]) -> Iterator[HistoryPage]:
    notices = Notices()
    notices.shown.connect(said.append)
    daemon = DaemonLink(notices, address=address)
    made = HistoryPage(kept, daemon, models, Experiments(kept, daemon, notices), native=False)
    qtbot.addWidget(made)
    made.resize(1024, 640)
    made.show()
    daemon.connect_now()
    qtbot.waitUntil(lambda: daemon.state == "idle", timeout=PATIENCE)
    yield made
    made.release()
    made.close()


def opened(page: HistoryPage, evidence: Evidence) -> ReviewPage:
    assert page.open_battle(evidence.battle.battle_id)
    assert page.review is not None
    page.review.room.playhead.pause()
    return page.review


def test_enter_opens_the_selected_battle_with_its_names_vote_and_comment(
    qtbot: QtBot, page: HistoryPage, evidence: Evidence
) -> None:
    page.refresh()
    page.list.select(evidence.battle.battle_id)
    page.view.setFocus()
    with qtbot.waitSignal(page.opened) as told:
        qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert told.args == [evidence.battle.battle_id]
    assert page.review is not None
    header = page.review.header
    assert [label.text() for label in header.names] == [side.name for side in evidence.turns[0].sides]
    assert (header.instruction.text(), header.vote.text()) == (INSTRUCTION, "A is better")
    assert header.details.text().endswith("“A was straight at it” · jerky · A 60 %")
    assert [turn.turn.seq for turn in page.review.room.turns] == [1, 2]


def test_back_in_the_list_the_battle_is_selected(page: HistoryPage, evidence: Evidence) -> None:
    review = opened(page, evidence)
    review.header.back.click()
    assert not page.reviewing
    assert page.list.current is not None
    assert page.list.current.battle.battle_id == evidence.battle.battle_id


def test_a_copied_link_leads_back_to_its_moment_and_stands_there(
    qtbot: QtBot, page: HistoryPage, evidence: Evidence
) -> None:
    review = opened(page, evidence)
    battle_id = evidence.battle.battle_id
    assert page.open_link(link_text(Link(battle_id, 2, 3, "front")))
    review.copy_link()
    link = read_link(QApplication.clipboard().text())
    assert link == Link(battle_id, 2, 3, "front")
    page.show_list()
    page.open_copied_link()
    assert page.reviewing
    for viewer in review.room.viewers:
        viewer.canvas.repaint()
    assert (review.room.playhead.step, review.room.playhead.playing) == (3, False)
    assert review.room.shown is not None
    assert review.room.shown.turn == evidence.turns[1].turn
    assert review.room.viewers[0].view.name == "front"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("vlaarena://battle/{battle}?turn=3", "no turn called '3'"),
        ("vlaarena://battle/{battle}?step=99", "no step 99"),
        ("vlaarena://battle/{battle}?camera=moon", "no camera called 'moon'"),
        ("vlaarena://battle/{missing}", "no battle"),
        ("nonsense", "not a link"),
    ],
)
def test_a_link_that_leads_nowhere_says_so(
    page: HistoryPage, evidence: Evidence, said: list[Notice], text: str, why: str
) -> None:
    assert not page.open_link(text.format(battle=evidence.battle.battle_id, missing=new_id()))
    assert why in said[-1].text
    assert said[-1].hint


def test_an_open_battle_is_not_reviewed(page: HistoryPage, kept: Store, address: str, said: list[Notice]) -> None:
    battle_id = play_a_battle(kept, address)
    assert not page.open_link(link_text(Link(battle_id)))
    assert not page.reviewing
    assert "closed" in said[-1].text
    kept.cast_vote(battle_id, Ballot(vote="tie", origin="cli"))
    assert not page.open_battle(battle_id)
    kept.close_battle(battle_id)
    assert page.open_battle(battle_id)


def test_a_branch_stands_beside_what_it_branched_from(
    qtbot: QtBot, page: HistoryPage, kept: Store, evidence: Evidence
) -> None:
    review = opened(page, evidence)
    review.room.playhead.seek_step(2)
    assert review.bench.step.text() == "step 2"
    review.ask_to_branch()
    bench = review.bench
    assert bench.instruction.text() == INSTRUCTION
    bench.instruction.setText("lift the green cube")
    with qtbot.waitSignal(page._experiments.branched, timeout=PATIENCE):  # type: ignore[union-attr]
        qtbot.keyClick(bench.instruction, Qt.Key.Key_Return)
    made = kept.branches(evidence.battle.battle_id)[-1]
    assert (made.side, made.step, made.model_id, made.instruction) == ("left", 2, LEFT, "lift the green cube")
    shown = review.room.shown
    assert shown is not None
    assert (shown.turn.turn_id, shown.left.steps) == (made.branch_id, STEPS - 2)
    assert (shown.left.states == evidence.turns[0].left.episode.trajectory.states[2:]).all()
    assert not bench.ask.isEnabled()
    assert read_link(review.link) == Link(evidence.battle.battle_id, 1, 2)
    bench.choose(None)
    assert review.room.shown is not None
    assert review.room.shown.turn == evidence.turns[0].turn
    assert bench.ask.isEnabled()
    page.show_list()
    assert page.list.current is not None
    assert page.list.current.branches == len(kept.branches(evidence.battle.battle_id))


def test_reproducing_says_whether_the_same_came_out(qtbot: QtBot, page: HistoryPage, evidence: Evidence) -> None:
    review = opened(page, evidence)
    assert page._experiments is not None
    with qtbot.waitSignal(page._experiments.reproduced, timeout=PATIENCE):
        review.bench.reproduce[1].click()
        assert review.bench.cancel.isVisible()
    assert review.bench.result.text() == "B came out the same to the last bit · physics alone: bit-exact"


def test_every_command_has_a_name_and_no_key_stands_for_two(page: HistoryPage, evidence: Evidence) -> None:
    assert clashes(page.commands()) == []
    opened(page, evidence)
    assert clashes(page.commands()) == []
    assert all(command.title and command.group for command in page.commands())


def test_everything_that_takes_the_focus_has_a_name(page: HistoryPage, evidence: Evidence) -> None:
    review = opened(page, evidence)
    parts = (page.list, review.header, review.bench)
    widgets = [each for part in parts for kind in _TAKE_FOCUS for each in part.findChildren(kind)]
    takers = [each for each in widgets if each.focusPolicy() is not Qt.FocusPolicy.NoFocus]
    unnamed = [each for each in takers if not each.accessibleName() and each.objectName()[:3] != "qt_"]
    assert len(widgets) > 20
    assert unnamed == []


def test_nothing_is_played_for_nobody(page: HistoryPage, evidence: Evidence) -> None:
    review = opened(page, evidence)
    review.room.playhead.play()
    page.show_list()
    assert not review.room.playhead.playing


def test_a_reproduction_is_told_beside_its_turn_and_elsewhere_by_name(
    qtbot: QtBot, page: HistoryPage, evidence: Evidence, said: list[Notice]
) -> None:
    review = opened(page, evidence)
    assert page._experiments is not None
    review.bench.reproduce[0].click()
    review.room.move_turn(1)
    with qtbot.waitSignal(page._experiments.reproduced, timeout=PATIENCE):
        pass
    assert review.bench.result.text() == ""
    assert said[-1].text.startswith(f"Turn 1, “{INSTRUCTION}”: A came out the same")
    review.room.move_turn(-1)
    assert review.bench.result.text() == ""


def test_a_branch_that_cannot_be_read_leaves_the_battle_chosen(
    page: HistoryPage, kept: Store, address: str, evidence: Evidence, said: list[Notice]
) -> None:
    cards = page._daemon.cards
    prepared = prepare_branches(kept, evidence.turns[0], "left", 1, (LEFT,), "lift the green cube", cards)
    (lost,) = record_branches(kept, prepared, finish(play_branches(address, prepared)))
    review = opened(page, evidence)
    (path,) = kept.folder.rglob(f"*{lost.episode_id}*")
    content = path.read_bytes()
    path.unlink()
    review.bench.choose(lost)
    assert said[-1].kind == "error"
    assert review.bench.stage.currentData() is None
    assert review.bench.ask.isEnabled()
    path.write_bytes(content)
    review.bench.choose(lost)
    assert review.bench.stage.currentData() == lost


def test_half_a_note_waits_on_its_turn(page: HistoryPage, evidence: Evidence) -> None:
    review = opened(page, evidence)
    notes = review.drawer.notes
    notes.text.setText("it slipped")
    notes.side.setCurrentIndex(1)
    review.room.move_turn(1)
    assert notes.text.text() == ""
    notes.text.setText("better here")
    review.room.move_turn(-1)
    assert (notes.text.text(), notes.side.currentIndex()) == ("it slipped", 1)
    review.room.move_turn(1)
    assert notes.text.text() == "better here"


def test_a_branch_takes_no_notes_and_says_so(page: HistoryPage, kept: Store, address: str, evidence: Evidence) -> None:
    cards = page._daemon.cards
    prepared = prepare_branches(kept, evidence.turns[0], "left", 1, (LEFT,), "lift the green cube", cards)
    (branch,) = record_branches(kept, prepared, finish(play_branches(address, prepared)))
    review = opened(page, evidence)
    notes = review.drawer.notes
    assert notes.text.isEnabled()
    review.bench.choose(branch)
    assert not notes.text.isEnabled()
    assert "battle itself" in notes.text.placeholderText()
    review.bench.choose(None)
    assert notes.text.isEnabled()


def test_esc_closes_the_form_of_a_branch_wherever_the_focus_is(page: HistoryPage, evidence: Evidence) -> None:
    review = opened(page, evidence)
    view = review.room.active_view
    view.look_through("front")
    review.ask_to_branch()
    (escape,) = [command for command in page.commands() if "Esc" in command.keys]
    escape.act()
    assert (review.bench.shown, view.name) == ("offers", "front")
    escape.act()
    assert view.name == ""


def test_models_are_named_once_the_daemon_tells_of_them(
    qtbot: QtBot, kept: Store, models: MjModels, address: str, evidence: Evidence
) -> None:
    daemon = DaemonLink(Notices(), address=address)
    page = HistoryPage(kept, daemon, models, Experiments(kept, daemon, Notices()))
    qtbot.addWidget(page)
    page.show()
    review = opened(page, evidence)
    assert review.header.names[0].text() == LEFT
    daemon.connect_now()
    qtbot.waitUntil(lambda: review.header.names[0].text() == evidence.turns[0].left.name, timeout=PATIENCE)
    page.release()
    page.close()
