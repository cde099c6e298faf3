"""A walk past nearly everything that the window shows, for what must hold of every text."""

from __future__ import annotations

from collections.abc import Iterator

from desktop.closed_battles import play_a_closed_battle
from desktop.evaluator import PATIENCE, play_a_turn, press
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from sync.store import Store
from vlaarena_desktop.app import Room

Stop = tuple[str, QWidget]


def walk_past_everything(qtbot: QtBot, room: Room, store: Store, address: str) -> Iterator[Stop]:
    """What is seen at each stop, after it was laid out; the name of a stop says where one is."""
    for walk in (_pages(room), _battle(qtbot, room), _past_battle(qtbot, room, store, address)):
        for stop in walk:
            for _ in range(3):
                QCoreApplication.processEvents()
            yield stop


def _pages(room: Room) -> Iterator[Stop]:
    window = room.window
    for page in (1, 2, 3, 0):
        window.show_page(page)
        yield f"page {page}", window
    for name, toggle in (
        ("palette", window.open_palette),
        ("keys", window.show_keys),
        ("diagnostics", window.show_diagnostics),
    ):
        toggle()
        yield name, window
        toggle()
    window.show_tour()
    while window.tour.isVisible():
        yield "tour", window
        window.tour.next.click()


def _battle(qtbot: QtBot, room: Room) -> Iterator[Stop]:
    page = room.window.battle
    page.setting_bar.instruction.setText("lift the red cube over the zeppelin")
    page.setting_bar.instruction.setFocus()
    yield "a word that not every model knows", room.window
    play_a_turn(qtbot, room)
    page.playhead.pause()
    yield "locked", room.window
    room.arena.see_enough()
    yield "unlocked", room.window
    yield from _judging(qtbot, room)
    for index, tab in enumerate(page.drawer.tabs.buttons()):
        tab.click()
        yield f"evidence {index}", room.window
    room.window.show_page(1)
    yield "board", room.window
    room.window.show_page(0)
    page.saving.rise()
    for kind in range(page.saving.fields.kind.count()):
        page.saving.fields.kind.setCurrentIndex(kind)
        yield f"saving {kind}", page.saving
    page.saving.close()


def _judging(qtbot: QtBot, room: Room) -> Iterator[Stop]:
    judging, arena = room.window.battle.judging, room.arena
    press(qtbot, room, Qt.Key.Key_1)
    yield "chosen", room.window
    judging.open_ballot()
    yield "ballot", room.window
    judging.escape()
    judging.below.ask_reason()
    yield "reasons to skip", room.window
    judging.below.leave_reason()
    arena.vote("both_bad")
    yield "voted", room.window
    with qtbot.waitSignal(arena.revealed):
        arena.reveal()
    yield "revealed", room.window


def _past_battle(qtbot: QtBot, room: Room, store: Store, address: str) -> Iterator[Stop]:
    window, evidence = room.window, play_a_closed_battle(store, address)
    window.show_page(2)
    yield "history", window
    with qtbot.waitSignal(window.history.opened):
        window.history.list.select(evidence.battle.battle_id)
        window.history.list.open_current()
    review = window.history.review
    assert review is not None
    qtbot.waitUntil(lambda: review.room.playhead.playing, timeout=PATIENCE)
    review.room.playhead.pause()
    yield "review", window
    review.header.question.ask()
    yield "retracting", window
    review.header.question.close_down()
    review.ask_to_branch("left")
    yield "branch", window
