"""An exported board says which votes it counts and how: nobody takes a part for the whole."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from desktop.told_boards import board_of, cast

from vlaarena_desktop.exporting import export

VOTES = cast("AB", 60, (0.5, 0.2, 0.1, 0.2))
NARROW = {
    "robot_id": "panda",
    "scene_id": "table",
    "since": datetime(2025, 12, 31, tzinfo=UTC),
    "until": datetime(2026, 2, 1, tzinfo=UTC),
}


def written(tmp_path: Path, name: str, **query: object) -> str:
    return export(board_of(VOTES, **query), tmp_path / name).read_text()


@pytest.mark.parametrize("name", ["board.html", "board.csv", "board.json"])
def test_filters_are_told(tmp_path: Path, name: str) -> None:
    told, plain = written(tmp_path, name, **NARROW), written(tmp_path, name)
    for words in ("robot panda", "scene table", "cast from 2025-12-31T00:00+00:00 on", "cast before 2026-02-01"):
        assert words in told
        assert words not in plain
    assert "all scenes" in plain


@pytest.mark.parametrize("name", ["board.html", "board.csv", "board.json"])
def test_the_method_is_that_of_this_board(tmp_path: Path, name: str) -> None:
    plain, tied = written(tmp_path, name), written(tmp_path, name, both_bad="tie", weighed=True)
    assert "both bad stays out of the rating" in plain
    assert "all votes count alike" in plain
    assert "both bad stays out" not in tied
    assert "both bad counts as a tie" in tied
    assert "evaluator policy, version" in tied


def test_a_group_of_evaluators_is_told_as_text(tmp_path: Path) -> None:
    assert "&lt;b&gt;" in written(tmp_path, "board.html", group="<b>")
    assert "group <b>" not in written(tmp_path, "board.html", group="<b>")


def test_every_line_of_a_csv_file_and_the_record_name_what_made_it(tmp_path: Path) -> None:
    lines = list(csv.DictReader(written(tmp_path, "board.csv", weighed=True).splitlines()))
    record = json.loads(written(tmp_path, "board.json", weighed=True))
    assert {line["watermark"] for line in lines} == {record["watermark"]["sha256"]}
    assert (record["policy_version"], record["program"].split()[0]) == ("2", "vlaarena")
    assert json.loads(written(tmp_path, "board.json"))["policy_version"] == "equal"
