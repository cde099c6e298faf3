"""What tests of blindness share: Qt without a display, and folders in which everything that is written is found."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from blindness.canaries import place
from blindness.sitting import Sitting, sitting
from desktop.conftest import dressed, no_leaks
from PySide6.QtWidgets import QApplication

__all__ = ["dressed", "no_leaks"]


@pytest.fixture
def scratch(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder of this process and of the daemon. Its name is short: sockets lie in it."""
    folder = tmp_path_factory.mktemp("t")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def seat(dressed: QApplication, tmp_path: Path, scratch: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Sitting]:
    """A window and a daemon on a new data folder."""
    home = tmp_path / "home"
    home.mkdir()
    place(home)
    with sitting(home, scratch, lambda: "".join(capfd.readouterr())) as seated:
        yield seated
