"""A desktop entry hands vlaarena:// links to the window that is open, and goes again without a trace."""

from __future__ import annotations

import os
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest
from desktop.test_single_instance import LINK, ended
from end_to_end.conftest import run
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from scenes.errors import RuleBroken
from sync.store import Store
from vlaarena_desktop.cli import desktop_entry
from vlaarena_desktop.single_instance import FrontDoor


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this user's applications would be."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return tmp_path / "share"


def entry(share: Path) -> dict[str, str]:
    """The keys of the entry, its values unescaped."""
    parser = RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(share / "applications" / "vlaarena.desktop", encoding="utf-8")
    assert parser.sections() == ["Desktop Entry"]
    return {key: value.replace("\\\\", "\\") for key, value in parser["Desktop Entry"].items()}


def arguments(command: str, link: str) -> list[str]:
    """What a desktop would start: the quoting of the Exec key undone, its field filled in."""
    words, word, quoted, rest = list[str](), "", False, iter(command + " ")
    for letter in rest:
        if letter == '"':
            quoted = not quoted
        elif letter == "\\" and quoted:
            word += next(rest)
        elif letter == " " and not quoted:
            words.append(word)
            word = ""
        else:
            word += letter
    return [link if each == "%u" else each.replace("%%", "%") for each in words if each]


def test_a_link_that_is_clicked_opens_in_the_window_that_is_there(
    qtbot: QtBot, dressed: QApplication, tmp_path: Path, share: Path
) -> None:
    home = tmp_path / 'a "home" of 100 % \\ $HOME'
    assert run("desktop-entry", "install", "--home", str(home)).code == 0
    told = entry(share)
    assert told["MimeType"] == "x-scheme-handler/vlaarena;"
    command = arguments(told["Exec"], LINK)
    assert command == [sys.executable, "-m", "vlaarena_desktop", "--home", str(home), LINK]
    called: list[str] = []
    with Store.open(home) as store:
        door = FrontDoor(store.folder, called.append)
        pipe, offscreen = subprocess.PIPE, os.environ | {"QT_QPA_PLATFORM": "offscreen"}
        ended(qtbot, subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=offscreen))
        door.close()
    assert called == [LINK]


def test_the_entry_names_an_icon_that_is_there_and_has_a_colour(share: Path) -> None:
    run("desktop-entry", "install")
    icon = Path(entry(share)["Icon"])
    assert icon.is_relative_to(share)
    assert "currentColor" not in icon.read_text()
    assert "--home" not in entry(share)["Exec"]


def test_installing_twice_changes_nothing_and_removing_leaves_nothing(share: Path) -> None:
    run("desktop-entry", "install")
    first = (share / "applications" / "vlaarena.desktop").read_bytes()
    assert run("desktop-entry", "install", "--json").record["installed"]
    assert (share / "applications" / "vlaarena.desktop").read_bytes() == first
    removed = run("desktop-entry", "remove")
    assert (removed.code, removed.output.startswith("Removed: ")) == (0, True)
    assert [path for path in share.rglob("*") if path.is_file() and path.suffix != ".cache"] == []
    assert run("desktop-entry", "remove").output == "There was no entry.\n"


def test_a_folder_that_cannot_be_written_is_said(share: Path) -> None:
    share.write_text("a file in its place")
    answer = run("desktop-entry", "install")
    assert answer.code == 4
    assert "could not be written" in answer.errors


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_elsewhere_it_says_how_links_are_opened(share: Path, monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(RuleBroken) as refused:
        desktop_entry._places()
    assert "vlaarena open LINK" in refused.value.hint
    assert not share.exists()
