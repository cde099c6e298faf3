"""The window's tests run without a display: Qt's offscreen platform, and pictures drawn through EGL."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
import pytest
from desktop.closed_battles import play_a_closed_battle
from desktop.evaluator import MAX_STEPS, PATIENCE
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from scenes.episode import Trajectory
from scenes.recorder import Recorder
from scenes.world import World, compile_world
from sync.store import Store
from vlaarena_desktop import background, theme
from vlaarena_desktop.app import Room, make_room
from vlaarena_desktop.evidence import Evidence
from vlaarena_desktop.local_daemon import daemon_at
from vlaarena_desktop.notices import Notice

STEPS = 20


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> QApplication:
    theme.apply(qapp, "light")
    return qapp


@pytest.fixture(autouse=True)
def no_leaks(dressed: QApplication) -> Iterator[None]:
    yield
    assert background.stop_all(5.0), "a background thread outlived its test"
    dressed.processEvents()
    # by type(): asking some objects of other libraries for their __class__ warns
    kinds = {QTimer, *QTimer.__subclasses__()}
    timers = [each for each in gc.get_objects() if type(each) in kinds]
    ticking = [timer for timer in timers if isValid(timer) and timer.isActive()]
    assert not ticking, f"timers outlived their test: {ticking}"


@pytest.fixture(scope="session")
def world() -> World:
    return compile_world("panda", "table")


def walk(world: World, seed: int, steps: int = STEPS, control_hz: float = 10.0) -> Trajectory:
    """A random walk of the arm."""
    world.reset(seed)
    generator = np.random.default_rng(seed)
    recorder = Recorder(world, world.substeps(control_hz))
    ctrl = world.data.ctrl.copy()
    for _ in range(steps):
        ctrl[:7] += generator.normal(scale=0.05, size=7)
        recorder.step(ctrl)
    return recorder.finish()


@pytest.fixture(scope="session")
def trajectory(world: World) -> Trajectory:
    return walk(world, seed=1)


@pytest.fixture(scope="session")
def shorter_trajectory(world: World) -> Trajectory:
    return walk(world, seed=2, steps=STEPS // 2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with daemon_at("", tmp_path_factory.mktemp("daemon")) as address:
        yield address


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that all tests of a file share."""
    with Store.open(tmp_path_factory.mktemp("kept") / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def evidence(kept: Store, address: str) -> Evidence:
    """All that is known of a closed battle in that store."""
    return play_a_closed_battle(kept, address)


@pytest.fixture
def said() -> list[Notice]:
    """What was told; the fixtures of a file fill it."""
    return []


@pytest.fixture
def room(qtbot: QtBot, store: Store, address: str) -> Iterator[Room]:
    made = make_room(store, daemon_address=address, max_steps=MAX_STEPS, tier="plain")
    made.window.resize(1024, 700)
    made.daemon.connect_now()
    made.window.show()
    qtbot.waitUntil(lambda: made.daemon.state == "idle", timeout=PATIENCE)
    yield made
    made.window.close()
    made.window.deleteLater()
    QCoreApplication.sendPostedEvents(made.window, QEvent.Type.DeferredDelete.value)
