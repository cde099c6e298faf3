"""German is complete: every text of the window has a translation that keeps its fields, and fits."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from desktop.resting import cut_off, parts, resting_room
from desktop.walk import walk_past_everything
from msgspec import Struct
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QStyle, QStyleOptionComboBox, QWidget
from pytestqt.qtbot import QtBot

from sync.store import Store
from vlaarena_desktop.app import Room
from vlaarena_desktop.language import speak
from vlaarena_desktop.pages.review_header import ElidedLabel

ROOT = Path(__file__).parents[2]
GERMAN = ROOT / "resources" / "translations" / "vlaarena_de.ts"


class Text(Struct, frozen=True):
    """A text of the window and what stands for it in German; `mark` is empty where that is finished."""

    context: str
    source: str
    translation: str
    mark: str


def texts(path: Path) -> list[Text]:
    return [
        Text(
            context.findtext("name", ""),
            message.findtext("source", ""),
            message.findtext("translation", ""),
            message.find("translation").get("type", ""),  # type: ignore[union-attr]
        )
        for context in ElementTree.parse(path).getroot().iter("context")
        for message in context.iter("message")
    ]


@pytest.fixture
def german(dressed: QApplication) -> Iterator[None]:
    assert speak(dressed, "de") == "de"
    yield
    speak(dressed, "en")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The translation as the documented command makes it of the texts as they are now."""
    folder = tmp_path_factory.mktemp("translations")
    shutil.copy(GERMAN, folder)
    subprocess.run([ROOT / "installer" / "translations.sh", folder], check=True, capture_output=True)
    return folder / GERMAN.name


def test_german_has_exactly_the_texts_of_the_window(made: Path) -> None:
    """Where this fails: call installer/translations.sh and translate what it adds."""
    assert set(texts(made)) ^ set(texts(GERMAN)) == set()


def test_every_text_is_translated() -> None:
    everything = texts(GERMAN)
    assert len(everything) > 500
    assert [text for text in everything if text.mark or not text.translation.strip()] == []


def test_the_program_reads_what_is_written(made: Path) -> None:
    assert made.with_suffix(".qm").read_bytes() == GERMAN.with_suffix(".qm").read_bytes()


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(r"\{[^}]*\}", id="fields"),
        pytest.param(r"(?<=\S)\s{2,}\S+$", id="keys"),
        pytest.param(r"^\s+|\s+$|…|[‹→⇧·]", id="signs"),
    ],
)
def test_a_translation_keeps_what_its_text_holds(part: str) -> None:
    found = {text: (re.findall(part, text.source), re.findall(part, text.translation)) for text in texts(GERMAN)}
    assert [text for text, (here, there) in found.items() if sorted(here) != sorted(there)] == []


def tabs(home: Path) -> list[str]:
    with resting_room(home) as room:
        return [tab.text() for tab in room.window.top_bar.tabs]


def test_the_language_is_changed_while_the_program_runs(german: None, dressed: QApplication, tmp_path: Path) -> None:
    assert tabs(tmp_path / "german") == ["Vergleich", "Rangliste", "Verlauf", "Einstellungen"]
    assert speak(dressed, "en") == "en"
    assert tabs(tmp_path / "english") == ["Battle", "Leaderboard", "History", "Settings"]


def test_the_buttons_of_qt_speak_german_too(german: None) -> None:
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"


def english() -> re.Pattern[str]:
    """Any text that is another one in German, with anything in its fields."""
    sources = {text.source for text in texts(GERMAN) if text.source != text.translation}
    return re.compile("|".join(".+".join(map(re.escape, re.split(r"\{[^}]*\}", source))) for source in sources))


def said(window: QWidget) -> Iterator[str]:
    for widget in (window, *window.findChildren(QWidget)):
        yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription(), widget.windowTitle())
        for read in ("text", "placeholderText"):
            if isinstance(words := widget.property(read), str):
                yield words
        if isinstance(widget, QComboBox):
            yield from (widget.itemText(index) for index in range(widget.count()))


def cut_choices(window: QWidget) -> list[str]:
    """The translated choices for which their box has too little room."""
    translated, cut = {text.translation for text in texts(GERMAN)}, []
    for box in parts(window):
        if not isinstance(box, QComboBox) or box.currentText() not in translated:
            continue
        option = QStyleOptionComboBox()
        box.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = box.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, box).width()
        if box.fontMetrics().horizontalAdvance(box.currentText()) > room:
            cut.append(f"{box.currentText()!r} has {room}")
    return cut


def test_german_fits_and_no_english_is_left(qtbot: QtBot, german: None, room: Room, store: Store, address: str) -> None:
    left, cut, foreign = set[str](), set[str](), english()
    for place, shown in walk_past_everything(qtbot, room, store, address):
        giving_way = tuple(repr(label.text()) for label in shown.findChildren(QLabel) if isinstance(label, ElidedLabel))
        cut |= {f"{place}: {each}" for each in cut_off(shown) if not each.startswith(giving_way)}
        cut |= {f"{place}: {each}" for each in cut_choices(shown)}
        left |= {text for text in said(shown) if foreign.fullmatch(text)}
    assert "\n".join(sorted(left)) == ""
    assert "\n".join(sorted(cut)) == ""
