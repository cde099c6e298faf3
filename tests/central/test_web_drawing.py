"""How boards are drawn and written down, without any database."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from io import BytesIO

import msgspec
import pytest
from central.public_site import TURNED, card
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow.parquet import read_table

from scenes.errors import NotFound
from sync.api import PulledBoard, PulledRow
from sync.ratings.agreement import Agreement
from sync.ratings.intervals import Interval
from sync.server import boards
from sync.server.boards import Choices, PublicBoard, Snapshot
from sync.server.web.downloads import as_csv, as_parquet
from sync.server.web.rendering import has_parquet, html, page_of, plain
from sync.server.web.views import BoardView
from sync.server.web.whiskers import MARGIN, WIDTH, scale_for
from sync.spreadsheets import cell

MODELS = 100
ratings = st.floats(-3000, 6000).map(lambda number: round(number, 3))
lines = st.tuples(st.floats(0, 900), ratings, st.floats(0, 900)).map(lambda t: (t[1] - t[0], t[1], t[1] + t[2]))


def _row(number: int) -> PulledRow:
    rating = 2000.0 - 10 * number
    places = {"rank": number, "rank_low": max(1, number - 3), "rank_high": number + 3}
    counts = {"votes": 60, "wins": 30, "losses": 20, "ties": 5, "both_bad": 5, "win_rate": 0.5}
    interval = {"rating": rating, "low": rating - 40, "high": rating + 40, "elo_score": rating}
    return PulledRow(model_id=f"model-{number:03d}", **places, **counts, **interval, provisional=number % 3 == 0)


def _board(models: int = MODELS) -> PublicBoard:
    cards = tuple(
        card(f"model-{number:03d}", name=f"A model with a long name, number {number}") for number in range(models)
    )
    rows = tuple(_row(number) for number in range(1, models))
    pulled = PulledBoard(snapshot_id="f" * 64, created_at="", method="m", rows=rows, cards=cards, votes=3000)
    snapshot = Snapshot(snapshot_id="f" * 64, published_at=datetime.now(UTC), sha256="a" * 64, board=pulled)
    return boards.board_of(snapshot)


def _page(shown: PublicBoard) -> bytes:
    scale = scale_for([(row.low, row.rating, row.high) for row in shown.rows])
    view = BoardView(shown=shown, choices=Choices(("panda",), ("table",)))
    return html("board.html", path="/", view=view, scale=scale, fixed=False)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (None, None),
        (Agreement(None, None, 0), None),
        (Agreement(0.416, None, 4), ("0.42", "of 4 such pairs", "as disagreement.</p>")),
        (Agreement(-0.05, Interval(-0.301, 0.2), 31), ("-0.05", "of 31 such pairs", "95 %: -0.30 to 0.20.")),
    ],
)
def test_agreement_is_told_with_its_interval_and_on_how_much_it_rests_or_not_at_all(
    told: Agreement | None, shown: tuple[str, ...] | None
) -> None:
    snapshot = msgspec.structs.replace(
        _board(3).snapshot, board=msgspec.structs.replace(_board(3).snapshot.board, agreement=told)
    )
    board = _page(boards.board_of(snapshot)).decode()
    method = html("method.html", path="/method", snapshot=snapshot).decode()
    for page in (board, method):
        assert ("Agreement of evaluators" in page) == (shown is not None)
        assert all(words in page for words in shown or ())
    assert "Agreement of evaluators" not in _page(boards.board_of(snapshot, "panda")).decode()


def test_a_page_of_a_hundred_models_is_small() -> None:
    page = _page(_board())
    assert page.count(b'<tr role="row">') == MODELS
    assert len(page) <= 200 * 1024


def test_a_provisional_rating_says_so_beside_its_name() -> None:
    shown = _board(7)
    lines = re.findall(r'<th role="rowheader".*?</th>', _page(shown).decode(), re.S)
    assert ["provisional" in line for line in lines] == [row.provisional for row in shown.rows]


@given(st.lists(lines, min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_every_rating_lies_on_its_scale_in_its_order(rows: list[tuple[float, float, float]]) -> None:
    scale = scale_for(rows)
    drawn = [scale.whisker(*row) for row in sorted(rows, key=lambda row: row[1])]
    middles = [whisker.middle for whisker in drawn]
    assert middles == sorted(middles)
    for (low, rating, high), whisker in zip(sorted(rows, key=lambda row: row[1]), drawn, strict=True):
        assert MARGIN <= whisker.low <= whisker.middle <= whisker.high <= WIDTH - MARGIN
        assert scale.low <= rating <= scale.high
        assert (whisker.low_cut, whisker.high_cut) == (low < scale.low, high > scale.high)
    assert len(scale.ticks) <= 6


def test_one_wide_interval_does_not_press_the_others_together() -> None:
    scale = scale_for([(1480, 1500, 1520), (1380, 1400, 1420), (-900, 1450, 4000)])
    assert (scale.low, scale.high) == (1200, 1700)


@pytest.mark.parametrize("harmful", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "  =1", "＝1", '=cmd|"/c calc"!A1'])
def test_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe(harmful: str) -> None:
    assert cell(harmful) == f"'{harmful}"


def test_numbers_stay_numbers_and_what_is_not_known_stays_empty() -> None:
    assert [cell(value) for value in (-12.5, 3, True, None, "FiLM-CNN")] == [-12.5, 3, True, "", "FiLM-CNN"]
    line = as_csv(_board(2)).decode().splitlines()[1]
    assert line.startswith("1,1,4,model-001,")
    assert line.endswith(f",all,all,m,{'f' * 64}")


def test_parquet_holds_the_rows_of_the_board() -> None:
    board = _board(3)
    table = read_table(BytesIO(as_parquet(board)))
    assert table.column("model_id").to_pylist() == [row.model_id for row in board.rows]


def test_without_pyarrow_parquet_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as where it is not installed
    assert not has_parquet()
    with pytest.raises(NotFound, match="pyarrow is not installed"):
        as_parquet(_board(2))


def test_marks_that_turn_text_around_are_not_shown() -> None:
    assert plain(TURNED) == "safegnp.exe"
    assert plain("שלום\u200f!") == "שלום\u200f!"
    assert plain("a\0b\x1bc\nd") == "abc\nd"


@given(st.text(max_size=70))
def test_only_words_become_addresses(record_id: str) -> None:
    address = page_of("models", record_id)
    assert address in ("", f"/models/{record_id}")
    assert re.fullmatch(r"(/models/[A-Za-z0-9][A-Za-z0-9._-]*)?", address)
