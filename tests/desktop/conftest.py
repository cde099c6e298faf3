"""The window's tests run without a display: Qt's offscreen platform, and pictures drawn through EGL."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from scenes.episode import Trajectory
from scenes.recorder import Recorder
from scenes.world import World, compile_world
from sync.store import Store
from vlaarena_desktop import background, theme

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
    ticking = [each for each in gc.get_objects() if isinstance(each, QTimer) and isValid(each) and each.isActive()]
    assert not ticking, f"timers outlived their test: {ticking}"


@pytest.fixture(scope="session")
def world() -> World:
    return compile_world("panda", "table")


def walk(world: World, seed: int, steps: int = STEPS) -> Trajectory:
    """A random walk of the arm."""
    world.reset(seed)
    generator = np.random.default_rng(seed)
    recorder = Recorder(world, world.substeps(10.0))
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
