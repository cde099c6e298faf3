"""Behind the numbers of the board: who beat whom, the votes of a cell, promises, files."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest
from arena_samples import Arena, ballot, card
from pyarrow.parquet import read_table
from pytestqt.qtbot import QtBot

from scenes.errors import BadInput
from sync.records import Choice
from sync.spreadsheets import formula_free
from sync.store import Store
from vlaarena_desktop import theme
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.exporting import export
from vlaarena_desktop.links import read_link
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.pages.board_table import told_of
from vlaarena_desktop.pages.leaderboard import MATRIX, LeaderboardPage
from vlaarena_desktop.quality import checks_judged

CHOICES: tuple[Choice, ...] = ("left_better", "left_better", "right_better", "tie", "both_bad")


@pytest.fixture
def board(qtbot: QtBot, store: Store) -> LeaderboardPage:
    """Five votes on alpha and beta, of two evaluators, one of them in a group."""
    page = LeaderboardPage(store, DaemonLink(Notices()))
    qtbot.addWidget(page)
    for place, choice in enumerate(CHOICES):
        store.sit("Ada" if place < 3 else "Bo", "lab" if place < 3 else "")
        battle_id = Arena(store).played_battle()
        store.cast_vote(battle_id, ballot(choice))
        store.close_battle(battle_id)
    with qtbot.waitSignal(page.computed):
        page.refresh()
    return page


def cell(board: LeaderboardPage, one: str, other: str) -> str:
    matrix, models = board.matrix.matrix, board.matrix.matrix.models
    return matrix.data(matrix.index(models.index(one), models.index(other)))


def test_the_matrix_counts_who_beat_whom(board: LeaderboardPage) -> None:
    assert (cell(board, "alpha", "beta"), cell(board, "beta", "alpha")) == ("2 : 1", "1 : 2")
    assert board.matrix.matrix.data(board.matrix.matrix.index(0, 0)) is None


def test_a_cell_shows_its_votes_and_a_vote_leads_to_its_battle(
    qtbot: QtBot, board: LeaderboardPage, store: Store
) -> None:
    matrix = board.matrix
    matrix.view.setCurrentIndex(matrix.matrix.index(0, 1))
    assert matrix.votes.rowCount() == len(CHOICES)
    matrix.list.selectRow(0)
    with qtbot.waitSignal(board.link_chosen) as chosen:
        matrix.open.click()
    newest = store.battles()[0].battle_id
    assert read_link(chosen.args[0]).battle_id == newest


def test_a_row_leads_to_the_votes_behind_it(board: LeaderboardPage) -> None:
    board.view.activated.emit(board.table.index(0, 0))
    assert board.views.currentIndex() == MATRIX
    assert board.matrix.votes.rowCount() == len(CHOICES)


def test_a_group_narrows_the_board_to_its_evaluators(qtbot: QtBot, board: LeaderboardPage) -> None:
    with qtbot.waitSignal(board.computed):
        board.filters.group.setCurrentIndex(board.filters.group.findData("lab"))
    assert board.summary.text() == "Votes: 3 · not counted: 2"


def test_what_makes_a_rating_provisional_is_told(board: LeaderboardPage) -> None:
    row = board.table.record(0)
    assert row.provisional
    assert "fewer than 30 battles" in told_of(row)
    assert "wider than 200 points" in told_of(row)


def test_with_too_few_evaluators_the_board_says_whom_it_speaks_of(board: LeaderboardPage) -> None:
    assert "these evaluators" in board.said.text()
    board.filters.interval.setCurrentIndex(1)
    assert "Fewer than three evaluators" in board.said.text()
    assert board.table.record(0).interval == board.table.record(0).place.rating.these


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whiskers_are_drawn_in_the_cells(qtbot: QtBot, board: LeaderboardPage, scheme: str) -> None:
    colors = theme.SCHEMES[scheme]
    board.resize(1000, 600)
    board.show()
    board.dress(colors)
    picture = board.view.viewport().grab(board.view.visualRect(board.table.index(0, 2))).toImage()
    seen = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert {colors.link.lower(), colors.edge.lower()} <= seen


def test_a_comparison_is_promised_once_and_counts_from_then_on(board: LeaderboardPage, store: Store) -> None:
    board.pair.choose("alpha", "beta")
    assert "won 2" in board.pair.evidence.text()
    board.pair.register.click()
    (made,) = store.comparing().registrations()
    assert (made.first_model_id, made.second_model_id, made.battles_before) == ("alpha", "beta", 3)
    assert "won 0" in board.pair.evidence.text()
    assert made.digest[:12] in board.pair.promise.text()
    assert not board.pair.register.isVisibleTo(board.pair)
    assert (board.pair.pairs.minimum(), board.pair.pairs.value()) == (2, 2)  # a second one is as strict as two


def test_two_models_are_needed_for_a_comparison(board: LeaderboardPage) -> None:
    board.pair.choose("alpha", "alpha")
    assert board.pair.decision.text() == "Choose two different models."
    assert not board.pair.register.isEnabled()


def test_the_evaluator_policy_is_told_and_both_boards_exist(qtbot: QtBot, board: LeaderboardPage) -> None:
    assert "holds nothing against anybody" in board.method.notes.toPlainText()
    plain = board.found.places
    with qtbot.waitSignal(board.computed):
        board.filters.counting.setCurrentIndex(board.filters.counting.findData("weighed"))
    assert [each.model_id for each in board.found.places] == [each.model_id for each in plain]


def test_what_was_judged_on_hidden_checks_is_told(qtbot: QtBot, board: LeaderboardPage, store: Store) -> None:
    for left, right, choice in (("alpha", "alpha", "tie"), ("beta", "alpha", "right_better")):
        battle_id = Arena(store).played_battle(left, right, "check")
        store.cast_vote(battle_id, ballot(choice))
        store.close_battle(battle_id)
    with qtbot.waitSignal(board.computed):
        board.refresh()
    told = board.method.notes.toPlainText()
    assert "Left of one model twice" in told
    assert "Agreement of evaluators on the same pair at the same task" in told
    assert "Hidden checks of Bo: one model twice, called alike 1 of 1 times" in told
    assert board.summary.text() == "Votes: 5 · not counted: 2"


def test_a_repeated_battle_is_told_by_its_instruction_and_its_sides(board: LeaderboardPage, store: Store) -> None:
    for right_choice in ("both_bad", "left_better"):
        battle_id = Arena(store).played_battle("beta", "alpha", "check")
        store.cast_vote(battle_id, ballot(right_choice))
        store.close_battle(battle_id)
    (bo,) = checks_judged(store.comparing().rows())
    assert (bo.repeats.count, bo.repeats.of) == (1, 2)


def test_a_rank_is_told_with_what_one_evaluator_changes(qtbot: QtBot, board: LeaderboardPage, store: Store) -> None:
    assert "Without any one evaluator: rank 1." in told_of(board.table.record(0))
    battle_id = Arena(store).played_battle()
    store.cast_vote(battle_id, ballot("right_better"))
    store.close_battle(battle_id)
    with qtbot.waitSignal(board.computed):
        board.refresh()
    assert {row.without_one for row in map(board.table.record, range(2))} == {(1, 2)}
    assert "Without any one evaluator: rank 1–2." in told_of(board.table.record(0))


def test_an_export_tells_what_the_page_shows(board: LeaderboardPage, tmp_path: Path) -> None:
    for name in ("board.csv", "board.json", "board.html"):
        board.export_to(tmp_path / name)
    (first, _) = csv.DictReader((tmp_path / "board.csv").read_text().splitlines())
    assert float(first["rating"]) == board.table.record(0).rating.rating
    told = json.loads((tmp_path / "board.json").read_text())
    assert (told["votes"], told["watermark"]["votes"]) == (5, 5)
    page = (tmp_path / "board.html").read_text()
    assert page.count("<circle") == 2
    assert not [mark for mark in ("http", "<script", "url(") if mark in page]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", "  =1", "＝1"])
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    assert formula_free(text) == f"'{text}"
    assert formula_free("film-cnn") == "film-cnn"


def test_a_name_is_no_part_of_a_page_s_markup(board: LeaderboardPage, tmp_path: Path) -> None:
    written = export(board.found, tmp_path / "board.html", {"alpha": card("alpha", name="<b>bold</b> & co")})
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; co" in written.read_text()


def test_parquet_holds_the_rows_and_what_the_board_is_of(board: LeaderboardPage, tmp_path: Path) -> None:
    table = read_table(export(board.found, tmp_path / "board.parquet"))
    assert table.column("model_id").to_pylist() == [place.model_id for place in board.found.places]


def test_without_pyarrow_parquet_is_refused_with_the_remedy(
    board: LeaderboardPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as where it is not installed
    path = tmp_path / "board.parquet"
    with pytest.raises(BadInput, match="pyarrow") as refused:
        export(board.found, path)
    assert "pip install" in refused.value.hint
    assert not path.exists()
