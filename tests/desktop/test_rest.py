"""The reminder to rest: after half an hour of judging, at the start of a replay, whatever was voted."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from vlaarena_desktop.arena import ArenaState
from vlaarena_desktop.rest import RestReminder

MINUTE = 60.0


class Sitting:
    """An evaluator whose watch we turn."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.reminders: list[int] = []
        self._reminder = RestReminder(lambda: self.seconds)
        self._reminder.due.connect(self.reminders.append)

    def spend(self, minutes: float, state: ArenaState) -> None:
        self._reminder.follow(state)
        self.seconds += minutes * MINUTE

    def judge(self, battles: int, minutes: float, pause: float = 0.0) -> None:
        for _ in range(battles):
            self.spend(0, "playing")
            self.spend(minutes, "watching")
            self.spend(0, "voted")
            self.spend(pause, "revealed")


@pytest.fixture
def sitting(qtbot: QtBot) -> Sitting:
    return Sitting()


def test_after_every_half_hour_of_judging_a_rest_is_due(sitting: Sitting) -> None:
    sitting.judge(battles=31, minutes=2)
    assert sitting.reminders == [30, 60]


def test_reading_the_reveal_is_not_judging(sitting: Sitting) -> None:
    sitting.judge(battles=16, minutes=1, pause=4)
    assert sitting.reminders == []


def test_who_rested_is_not_reminded(sitting: Sitting) -> None:
    sitting.judge(battles=1, minutes=28)
    sitting.spend(6, "revealed")
    sitting.judge(battles=5, minutes=4)
    assert sitting.reminders == []
