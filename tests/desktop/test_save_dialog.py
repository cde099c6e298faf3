"""The save dialog: keys only, nothing that names a model before the vote, and one goes on watching meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from desktop.saved import duration_of, frames_of, waving
from msgspec.structs import replace
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from scenes.world import World
from vlaarena_desktop import theme
from vlaarena_desktop.notices import Notice, Notices
from vlaarena_desktop.pages.replay_room import ReplayRoom
from vlaarena_desktop.pages.save_dialog import SaveDialog
from vlaarena_desktop.replays import TurnReplay
from vlaarena_desktop.viewing.mjmodels import MjModels

PATIENCE = 60_000  # [ms]
CANARIES = ("zanzibar-7f3a", "quagga-19cd")


@pytest.fixture(scope="module")
def replay(world: World) -> TurnReplay:
    return waving(world)


@pytest.fixture(scope="module")
def models() -> MjModels:
    return MjModels(lambda digest: None, "plain")


@pytest.fixture
def notices() -> Notices:
    return Notices()


@pytest.fixture
def room(qtbot: QtBot, models: MjModels, replay: TurnReplay) -> Iterator[ReplayRoom]:
    made = ReplayRoom(models, native=False)
    made.dress(theme.LIGHT)
    made.resize(900, 500)
    made.show()
    made.show_turn(replay)
    qtbot.waitUntil(lambda: made.playhead.playing, timeout=PATIENCE)
    made.playhead.pause()
    made.playhead.seek_step(3)
    yield made
    made.release()
    made.close()
    made.deleteLater()


@pytest.fixture
def dialog(room: ReplayRoom, models: MjModels, notices: Notices, tmp_path: Path) -> SaveDialog:
    made = opened(room, models, notices, tmp_path, None)
    made.fields.size_choice.insertItem(0, "tiny", 96)  # quick to draw
    made.fields.size_choice.setCurrentIndex(0)
    return made


def opened(
    room: ReplayRoom, models: MjModels, notices: Notices, folder: Path, names: tuple[str, str] | None
) -> SaveDialog:
    settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    made = SaveDialog(room, models, notices, names, settings=settings)
    made.place.folder.setText(str(folder))
    (open_it,) = made.commands()
    assert open_it.keys == ("Ctrl+S",)
    open_it.act()
    return made


def choose(box: QComboBox, value: object) -> None:
    box.setCurrentIndex(box.findData(value))


def saved(qtbot: QtBot, dialog: SaveDialog) -> Path:
    with qtbot.waitSignal(dialog.saved, timeout=PATIENCE) as heard:
        dialog.start()
    qtbot.waitUntil(dialog.save_now.isEnabled)
    path = heard.args[0] if heard.args else None
    assert isinstance(path, Path)
    return path


def test_a_video_is_saved_with_keys_only(qtbot: QtBot, dialog: SaveDialog, tmp_path: Path) -> None:
    assert dialog.fields.kind.hasFocus()
    with qtbot.waitSignal(dialog.saved, timeout=PATIENCE):
        qtbot.keyClick(dialog.fields.kind, Qt.Key.Key_Down)  # from this frame to a video
        qtbot.keyClick(dialog.fields.kind, Qt.Key.Key_Return)
    path = tmp_path / "wave-at-the-red-cube-turn2-AB-video.webm"
    assert len(frames_of(path)) == 19
    assert "Saved" in dialog.said.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_frame_on_the_screen_is_saved_and_replaced_only_by_a_button_that_says_so(
    qtbot: QtBot, dialog: SaveDialog, tmp_path: Path
) -> None:
    assert dialog.save_now.text() == "Save"
    path = saved(qtbot, dialog)
    assert path == tmp_path / "wave-at-the-red-cube-turn2-AB-0.3s.png"
    image = QImage(str(path))
    assert (image.width(), image.height()) == (256, 104)
    assert dialog.save_now.text() == "Replace the file"
    qtbot.keyClicks(dialog.place.name, "2")
    assert dialog.save_now.text() == "Save"


def test_the_loop_range_alone_may_be_saved_as_slow_as_wanted(
    qtbot: QtBot, dialog: SaveDialog, room: ReplayRoom
) -> None:
    assert not dialog.fields.chosen_range
    room.playhead.set_range(0.2, 0.6)
    choose(dialog.fields.kind, "video")
    choose(dialog.fields.span, True)
    choose(dialog.fields.speed, 0.5)
    choose(dialog.fields.rate, 15)
    choose(dialog.fields.sides, "B")
    path = saved(qtbot, dialog)
    assert path.name == "wave-at-the-red-cube-turn2-B-video.webm"
    assert duration_of(path) == pytest.approx(0.8)
    room.playhead.clear_range()
    assert not dialog.fields.chosen_range


def test_before_the_vote_no_name_can_be_written(dialog: SaveDialog) -> None:
    assert not dialog.fields.named.isVisible()
    dialog.fields.named.setChecked(True)
    assert dialog.fields.caption("wave", None).names is None


def test_after_the_vote_names_are_written_when_they_are_asked_for_and_never_into_the_file_name(
    qtbot: QtBot, dialog: SaveDialog
) -> None:
    before = saved(qtbot, dialog).read_bytes()
    dialog.set_names(CANARIES)
    assert dialog.fields.named.isVisible()
    assert not dialog.fields.named.isChecked()
    dialog.fields.named.setChecked(True)
    path = saved(qtbot, dialog)
    assert path.read_bytes() != before
    assert not any(name in str(path) for name in CANARIES)
    dialog.set_names(None)
    assert not dialog.fields.named.isChecked()


def test_names_are_forgotten_when_another_battle_comes_onto_the_stage(
    dialog: SaveDialog, room: ReplayRoom, replay: TurnReplay
) -> None:
    dialog.set_names(CANARIES)
    dialog.fields.named.setChecked(True)
    room.show_turn(replace(replay, turn=replace(replay.turn, turn_id="next")))
    assert dialog.fields.named.isChecked()
    room.show_turn(replace(replay, turn=replace(replay.turn, battle_id="another")))
    assert not dialog.fields.named.isVisible()
    assert not dialog.fields.named.isChecked()
    room.show_turn(replay)
    assert not dialog.fields.named.isVisible()


def test_cancelling_leaves_no_file(qtbot: QtBot, dialog: SaveDialog, tmp_path: Path) -> None:
    choose(dialog.fields.kind, "video")
    choose(dialog.fields.speed, 0.1)
    dialog.start()
    assert dialog.cancel.isVisible()
    qtbot.waitUntil(lambda: dialog.progress.value() > 0, timeout=PATIENCE)
    qtbot.mouseClick(dialog.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.cancel.isVisible(), timeout=PATIENCE)
    assert "No file was written" in dialog.said.text()
    assert [each.name for each in tmp_path.iterdir()] == ["window.ini"]


def test_a_closed_dialog_goes_on_saving_and_tells_at_the_end(
    qtbot: QtBot, dialog: SaveDialog, notices: Notices, room: ReplayRoom
) -> None:
    told: list[Notice] = []
    notices.shown.connect(told.append)
    choose(dialog.fields.kind, "sheet")
    with qtbot.waitSignal(dialog.saved, timeout=PATIENCE):
        dialog.start()
        dialog.close()
        room.playhead.step_by(1)
    assert [each.text.partition(":")[0] for each in told] == ["Saved"]


def test_enter_on_a_button_is_that_button_and_elsewhere_saves(qtbot: QtBot, dialog: SaveDialog, tmp_path: Path) -> None:
    dialog.dismiss.setFocus()
    qtbot.keyClick(dialog.dismiss, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    dialog.rise()
    with qtbot.waitSignal(dialog.saved, timeout=PATIENCE):
        dialog.place.name.setFocus()
        qtbot.keyClick(dialog.place.name, Qt.Key.Key_Return)
    assert len(list(tmp_path.glob("*.png"))) == 1


def test_without_pyav_the_dialog_says_what_to_install_and_still_saves_pictures(
    dialog: SaveDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)  # as where it is not installed
    choose(dialog.fields.kind, "video")
    assert 'pip install "vlaarena[video]"' in dialog.said.text()
    assert not dialog.save_now.isEnabled()
    choose(dialog.fields.kind, "sheet")
    assert dialog.said.text() == ""
    assert dialog.save_now.isEnabled()


def test_the_folder_is_remembered(
    qtbot: QtBot, dialog: SaveDialog, room: ReplayRoom, models: MjModels, notices: Notices, tmp_path: Path
) -> None:
    other = tmp_path / "films"
    other.mkdir()
    dialog.place.folder.setText(str(other))
    saved(qtbot, dialog)
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    assert SaveDialog(room, models, notices, None, settings=settings).place.folder.text() == str(other)


@pytest.mark.parametrize(("folder", "name", "said"), [("/gone/away", "a.png", "no folder"), ("", "a/b", "file name")])
def test_a_place_that_is_none_is_said_before_anything_is_drawn(
    dialog: SaveDialog, notices: Notices, folder: str, name: str, said: str
) -> None:
    told: list[Notice] = []
    notices.shown.connect(told.append)
    dialog.place.folder.setText(folder)
    dialog.place.name.setText(name)
    dialog.place.name.textEdited.emit(name)
    dialog.start()
    assert said in told[-1].text
    assert said in dialog.said.text()


def test_without_a_replay_there_is_nothing_to_save(room: ReplayRoom, models: MjModels, notices: Notices) -> None:
    told: list[Notice] = []
    notices.shown.connect(told.append)
    room.show_still(models.still("panda", "table", 1))
    dialog = SaveDialog(room, models, notices, None)
    dialog.rise()
    assert not dialog.isVisible()
    assert "no replay" in told[-1].text


def test_every_field_can_be_reached_and_has_a_name(qtbot: QtBot, dialog: SaveDialog) -> None:
    reached: list[QWidget] = []
    focus = QApplication.focusWidget()
    while focus is not None and focus not in reached:
        reached.append(focus)
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
    fields, place = dialog.fields, dialog.place
    parts = (fields.kind, fields.form, fields.size_choice, fields.captioned, place.folder, place.name, place.browse)
    assert {*parts, dialog.save_now, dialog.dismiss} <= set(reached)
    assert [each for each in reached if not (each.accessibleName() or getattr(each, "text", str)())] == []


def test_the_dialog_is_as_large_after_saving_as_before(qtbot: QtBot, dialog: SaveDialog, tmp_path: Path) -> None:
    before = dialog.size()
    with qtbot.waitSignal(dialog.saved, timeout=PATIENCE):
        dialog.save_now.click()
        QApplication.processEvents()
        assert dialog.progress.isVisible()
        assert dialog.size() == before
    qtbot.waitUntil(lambda: not dialog.progress.isVisible())
    QApplication.processEvents()
    assert dialog.size() == before
