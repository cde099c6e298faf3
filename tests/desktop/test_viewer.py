from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from scenes.episode import Trajectory
from scenes.world import World
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.viewer import Viewer, native_renderer
from vlaarena_desktop.viewing.drawing import prepared
from vlaarena_desktop.viewing.view import ViewLink


def pixels(image: QImage) -> np.ndarray:
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return flat[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()


@pytest.fixture
def playhead(qtbot: QtBot) -> Playhead:
    return Playhead()


@pytest.fixture
def viewers(
    qtbot: QtBot, playhead: Playhead, world: World, trajectory: Trajectory, shorter_trajectory: Trajectory
) -> Iterator[tuple[Viewer, Viewer]]:
    model = prepared(world.model, "plain")
    both = (Viewer(0, playhead, native=False), Viewer(1, playhead, native=False))
    playhead.set_length(trajectory.duration, trajectory.control_hz)
    for viewer, mine in zip(both, (trajectory, shorter_trajectory), strict=True):
        viewer.resize(240, 180)
        qtbot.addWidget(viewer)
        viewer.set_trajectory(model, mine)
        with qtbot.waitSignal(viewer.presented):
            viewer.show()
    yield both
    for viewer in both:
        viewer.release()


def test_without_a_display_pictures_are_drawn_off_screen(qtbot: QtBot) -> None:
    assert native_renderer() is None


def test_the_picture_follows_the_playhead(qtbot: QtBot, playhead: Playhead, viewers: tuple[Viewer, Viewer]) -> None:
    before = pixels(viewers[0].picture())
    assert before.std() > 20
    with qtbot.waitSignal(viewers[0].presented) as shown:
        playhead.seek_step(15)
    assert shown.args == [15]
    assert np.abs(pixels(viewers[0].picture()).astype(int) - before).max() > 50


def test_the_shorter_side_holds_its_last_frame(
    qtbot: QtBot, playhead: Playhead, viewers: tuple[Viewer, Viewer], shorter_trajectory: Trajectory
) -> None:
    with qtbot.waitSignal(viewers[1].presented) as shown:
        playhead.seek_step(playhead.steps - 2)
    assert shown.args == [shorter_trajectory.steps]
    drawn: list[int] = []
    viewers[1].presented.connect(drawn.append)
    with qtbot.waitSignal(viewers[0].presented):
        playhead.seek_step(playhead.steps)
    assert drawn == []


def test_playing_presents_every_part_of_the_replay(
    qtbot: QtBot, playhead: Playhead, viewers: tuple[Viewer, Viewer]
) -> None:
    steps: set[int] = set()
    viewers[0].presented.connect(steps.add)
    playhead.play()
    qtbot.waitUntil(lambda: not playhead.playing, timeout=15_000)
    qtbot.waitUntil(lambda: playhead.steps in steps)
    assert len(steps) > playhead.steps // 2


def test_a_left_drag_orbits_and_linked_views_stay_together(qtbot: QtBot, viewers: tuple[Viewer, Viewer]) -> None:
    link = ViewLink([viewer.view for viewer in viewers])
    first, second = (viewer.view.camera for viewer in viewers)
    start = first.azimuth
    drag(qtbot, viewers[0], Qt.MouseButton.LeftButton)
    assert first.azimuth != start
    assert second.azimuth == first.azimuth
    link.toggle()
    held = first.azimuth
    drag(qtbot, viewers[1], Qt.MouseButton.LeftButton)
    assert first.azimuth == held
    assert second.azimuth != held
    link.toggle()
    assert first.azimuth == second.azimuth


def test_a_right_drag_pans_and_the_wheel_zooms_as_in_mujoco(qtbot: QtBot, viewers: tuple[Viewer, Viewer]) -> None:
    camera = viewers[0].view.camera
    lookat, distance = camera.lookat.copy(), camera.distance
    drag(qtbot, viewers[0], Qt.MouseButton.RightButton)
    assert not np.array_equal(camera.lookat, lookat)
    turn_wheel(viewers[0], -120)
    assert camera.distance < distance


def test_a_double_click_centres_what_is_under_the_mouse(qtbot: QtBot, viewers: tuple[Viewer, Viewer]) -> None:
    viewer = viewers[0]
    qtbot.mouseDClick(viewer, Qt.MouseButton.LeftButton, pos=QPoint(120, 150))
    lookat = viewer.view.camera.lookat.copy()
    assert abs(lookat[2]) < 0.1  # on the table top or what lies on it


def test_cameras_are_cycled_through_and_escape_frees(qtbot: QtBot, viewers: tuple[Viewer, Viewer]) -> None:
    view = viewers[0].view
    names = []
    for _ in range(3):
        view.cycle(1)
        names.append(view.name)
    assert {"front"} < set(names) | {""}
    assert "" in names
    view.look_through("front")
    assert view.name == "front"
    view.free()
    assert view.name == ""


def test_a_released_viewer_paints_nothing_more(qtbot: QtBot, viewers: tuple[Viewer, Viewer]) -> None:
    drawn: list[int] = []
    viewers[0].presented.connect(drawn.append)
    viewers[0].release()
    viewers[0].repaint()
    QApplication.processEvents()
    assert drawn == []


def test_a_replay_that_stands_still_paints_nothing(
    qtbot: QtBot, playhead: Playhead, viewers: tuple[Viewer, Viewer]
) -> None:
    drawn: list[int] = []
    with qtbot.waitSignal(viewers[0].presented):
        playhead.seek_step(5)
    viewers[0].presented.connect(drawn.append)
    playhead.seek_step(5)
    playhead.seek(playhead.time + 1e-4)
    for _ in range(20):
        QApplication.processEvents()
    assert drawn == []


def test_a_slow_renderer_draws_fewer_pixels_of_a_large_picture_while_it_moves(
    qtbot: QtBot, playhead: Playhead, viewers: tuple[Viewer, Viewer]
) -> None:
    viewer = viewers[0]
    viewer.resize(900, 700)
    with qtbot.waitSignal(viewer.presented):
        playhead.play()
    moving = viewer.picture()
    assert moving.width() * moving.height() < 0.7 * 900 * 700
    assert moving.width() / moving.height() == pytest.approx(900 / 700, rel=0.01)
    with qtbot.waitSignal(viewer.presented):
        playhead.pause()
    assert (viewer.picture().width(), viewer.picture().height()) == (900, 700)


def test_a_slow_renderer_draws_shadows_only_of_what_stands_still(
    qtbot: QtBot, playhead: Playhead, viewers: tuple[Viewer, Viewer], world: World
) -> None:
    link = ViewLink([viewer.view for viewer in viewers])
    viewer = viewers[1]
    viewer.set_model(prepared(world.model, "soft"))
    QApplication.processEvents()
    still = pixels(viewer.picture())
    qtbot.mousePress(viewers[0], Qt.MouseButton.LeftButton, pos=QPoint(100, 80))
    viewers[0].view.set_moving(True)
    QApplication.processEvents()
    assert pixels(viewer.picture()).mean() > still.mean() + 1
    qtbot.mouseRelease(viewers[0], Qt.MouseButton.LeftButton, pos=QPoint(100, 80))
    QApplication.processEvents()
    assert np.array_equal(pixels(viewer.picture()), still)
    assert link.linked


def test_while_it_is_scrubbed_the_replay_is_smooth_and_then_exact(
    playhead: Playhead, viewers: tuple[Viewer, Viewer]
) -> None:
    stage = viewers[0].stage
    assert stage is not None
    playhead.set_scrubbing(True)
    playhead.seek(0.33)
    assert stage.moving
    playhead.set_scrubbing(False)
    assert not stage.moving


def drag(qtbot: QtBot, viewer: Viewer, button: Qt.MouseButton) -> None:
    qtbot.mousePress(viewer, button, pos=QPoint(100, 80))
    move = QPointF(150, 110)
    event = QMouseEvent(
        QEvent.Type.MouseMove, move, viewer.mapToGlobal(move), button, button, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(viewer, event)
    qtbot.mouseRelease(viewer, button, pos=move.toPoint())


def turn_wheel(viewer: Viewer, angle: int) -> None:
    place = QPointF(100, 80)
    event = QWheelEvent(
        place,
        viewer.mapToGlobal(place),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewer, event)
