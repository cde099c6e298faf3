"""Every visible text can be translated: in a made-up language, each wears brackets."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import PySide6
import pytest
from desktop.resting import resting_room
from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, QCoreApplication, Qt, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QWidget,
)

from scenes import catalog
from vlaarena_desktop.app import Room
from vlaarena_desktop.language import speak

NAMES = {"A", "B", "VLA Arena", "English", "Deutsch"}  # the same in every language


class Brackets(QTranslator):
    """A language in which every text stands in brackets."""

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        return f"⟦{text}⟧"

    def isEmpty(self) -> bool:  # noqa: N802
        return False


@pytest.fixture(scope="module")
def bracketed(dressed: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    translator = Brackets()
    dressed.installTranslator(translator)
    with resting_room(tmp_path_factory.mktemp("brackets") / "home") as room:
        yield room
    dressed.removeTranslator(translator)


def given_names(room: Room) -> set[str]:
    """What people called their things: robots, scenes, cameras, instructions, evaluators."""
    stage = room.window.battle.viewers[0].stage
    assert stage is not None
    names = NAMES | {stage.model.camera(index).name.capitalize() for index in range(stage.model.ncam)}
    names |= {robot.name for robot in catalog.robots().values()} | {room.arena.store.evaluator().name}
    for scene in catalog.scenes().values():
        names |= {scene.name, *(task.instruction for task in scene.tasks)}
    return names


def items(model: QAbstractItemModel) -> list[str]:
    rows = [model.index(row, 0).data() for row in range(min(model.rowCount(), 50))]
    columns = model.columnCount() if isinstance(model, QAbstractTableModel) else 0
    heads = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(columns)]
    return [str(text) for text in (*rows, *(head for head in heads if not str(head).isdigit())) if text]


def texts(widget: QWidget) -> list[str]:
    """Everything that a widget shows or says."""
    said = [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription(), widget.windowTitle()]
    if isinstance(widget, QLabel | QAbstractButton):
        said.append(widget.text())
    if isinstance(widget, QLineEdit):
        said += [widget.text(), widget.placeholderText()]
    if isinstance(widget, QComboBox):
        said += [widget.itemText(index) for index in range(widget.count())]
    if isinstance(widget, QAbstractItemView):
        model: QAbstractItemModel | None = widget.model()
        said += items(model) if model is not None else []
    return said + [action.text() for action in widget.actions()] + [action.toolTip() for action in widget.actions()]


def untranslated(text: str, names: set[str]) -> bool:
    """Whether letters are left outside of the brackets that are neither a name nor a path."""
    plain = re.sub(r"<[^>]*>|&\w+;", "", text)
    while plain != (inner := re.sub(r"⟦[^⟦⟧]*⟧", "", plain)):
        plain = inner
    return bool(re.search(r"[^\W\d_]{2,}", plain)) and plain.strip() not in names and not text.startswith("/")


def test_no_visible_text_is_in_one_language_only(bracketed: Room) -> None:
    window, names = bracketed.window, given_names(bracketed)
    found: set[str] = set()
    for page in range(4):
        window.show_page(page)
        QCoreApplication.processEvents()
        for widget in (window, *window.findChildren(QWidget)):
            found |= {text for text in texts(widget) if text and untranslated(text, names)}
    assert sorted(found) == []


def test_every_command_has_a_translated_title_and_group(bracketed: Room) -> None:
    window = bracketed.window
    for page in range(4):
        window.show_page(page)
        for command in window.commands():
            assert not untranslated(command.title, given_names(bracketed)), command.id
            assert command.group.startswith("⟦"), command.id


def test_where_there_is_no_translation_english_is_spoken(dressed: QApplication) -> None:
    assert speak(dressed, "en") == "en"


def test_a_translation_is_spoken_as_soon_as_there_is_one(dressed: QApplication, tmp_path: Path) -> None:
    message = "<message><source>Settings</source><translation>Einstellungen</translation></message>"
    source = tmp_path / "vlaarena_de.ts"
    source.write_text(f'<TS version="2.1" language="de"><context><name>Window</name>{message}</context></TS>')
    subprocess.run([Path(PySide6.__file__).with_name("lrelease"), source], check=True, capture_output=True)
    assert speak(dressed, "de", str(tmp_path)) == "de"
    spoken = QCoreApplication.translate("Window", "Settings")
    for translator in dressed.findChildren(QTranslator):
        dressed.removeTranslator(translator)
    assert spoken == "Einstellungen"
    assert QCoreApplication.translate("Window", "Settings") != "Einstellungen"
