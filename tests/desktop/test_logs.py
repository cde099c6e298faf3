"""The log never stands in the way of a start."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from vlaarena_desktop import logs

LOG = logging.getLogger("vlaarena.test")


def test_what_is_logged_can_be_read_again(tmp_path: Path) -> None:
    with logs.kept_in(tmp_path):
        LOG.warning("one")
        LOG.warning("two")
    assert [line.rsplit(" ", 1)[1] for line in logs.last_lines(tmp_path, 5)] == ["one", "two"]
    assert len(logs.last_lines(tmp_path, 1)) == 1


def test_the_log_turns_over_and_keeps_three_files(tmp_path: Path) -> None:
    with logs.kept_in(tmp_path):
        for _ in range(40):
            LOG.warning("x" * 100_000)
    files = sorted(logs.log_path(tmp_path).parent.iterdir())
    assert len(files) == 3
    assert all(file.stat().st_size <= 2**20 for file in files)


def test_a_folder_that_cannot_be_written_costs_only_the_log(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    with logs.kept_in(tmp_path):
        LOG.warning("one")
    assert "could not be read" in logs.last_lines(tmp_path, 5)[0]


def test_a_full_disk_costs_only_the_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    logs.log_path(tmp_path).parent.mkdir()
    logs.log_path(tmp_path).symlink_to("/dev/full")
    with logs.kept_in(tmp_path):
        LOG.warning("one")
    assert capfd.readouterr().err == ""
