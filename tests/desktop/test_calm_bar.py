"""A progress bar never makes the window paint at once: a change of its value would cost as much as both replays."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPaintEvent
from pytestqt.qtbot import QtBot

from vlaarena_desktop.pages.calm_bar import CalmBar


class Counted(CalmBar):
    paints = 0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        self.paints += 1
        super().paintEvent(event)


@pytest.fixture
def bar(qtbot: QtBot) -> Counted:
    shown = Counted()
    qtbot.addWidget(shown)
    shown.setRange(0, 1000)
    with qtbot.waitExposed(shown):
        shown.show()
    qtbot.waitUntil(lambda: shown.paints > 0)
    return shown


def test_a_value_is_painted_by_the_event_loop_and_not_before(bar: Counted, qtbot: QtBot) -> None:
    before = bar.paints
    bar.setValue(500)
    assert bar.paints == before
    qtbot.waitUntil(lambda: bar.paints > before)
    assert bar.value() == 500


def test_an_unknown_amount_is_painted_by_the_event_loop_and_not_before(bar: Counted, qtbot: QtBot) -> None:
    before = bar.paints
    bar.setValue(500)
    qtbot.waitUntil(lambda: bar.paints > before)
    before = bar.paints
    bar.setRange(0, 0)
    assert bar.paints == before
    qtbot.waitUntil(lambda: bar.paints > before)
