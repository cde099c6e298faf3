"""The window at a real service: a token in Settings, a vote, and the mark that everything has arrived."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from central.servers import Service
from central.visitors import Visitor, check_told
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sync import device
from vlaarena_desktop import background, theme
from vlaarena_desktop.app import Room, make_room

PATIENCE = 60_000  # [ms]


@pytest.fixture
def lab(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    visitor = Visitor(tmp_path / request.node.name)  # by its name it plays episodes of its own
    yield visitor
    visitor.close()


@pytest.fixture
def room(qapp: QApplication, lab: Visitor) -> Iterator[Room]:
    theme.apply(qapp, "light")
    made = make_room(lab.store, daemon_address="ipc:///tmp/nobody", tier="plain")
    made.window.show()
    yield made
    made.syncing.stop()
    background.stop_all(5.0)
    made.window.close()
    made.daemon.stop()
    made.window.deleteLater()
    qapp.processEvents()


def settled(room: Room, qtbot: QtBot, state: str) -> None:
    qtbot.waitUntil(lambda: room.syncing.state == state, timeout=PATIENCE)


def test_a_person_enrols_in_settings_and_votes_arrive(central: Service, lab: Visitor, room: Room, qtbot) -> None:
    lab.play(2)
    room.live.change("central", central.url)
    assert room.syncing.state == "apart"
    enrolment = room.window.settings.enrolment
    enrolment.field.setText(lab.token(central))
    enrolment.button.click()
    settled(room, qtbot, "done")
    check_told(central, lab)
    mark = room.window.top_bar.sync_mark
    assert (mark.text(), mark.accessibleName()) == ("", "Synced")
    assert enrolment.field.text() == ""
    assert enrolment.said.text() == "This workstation is enrolled."
    assert "No vote waits to sync. Last synced" in room.window.settings.sync_state.said.text()
    assert lab.store.ledger().do(device.board) is not None


def test_a_closing_is_followed_by_a_visit(central: Service, lab: Visitor, room: Room, qtbot) -> None:
    lab.enrol(central)
    room.live.change("central", central.url)
    room.syncing.sync_now()
    settled(room, qtbot, "done")
    lab.play()
    room.syncing.note_closing()  # as `Arena.revealed` calls it
    assert room.window.top_bar.sync_mark.text() == "1"
    settled(room, qtbot, "done")
    check_told(central, lab)


def test_evidence_that_cannot_be_sent_is_told(central: Service, lab: Visitor, room: Room, qtbot) -> None:
    lab.enrol(central)
    lab.play()
    for episode in (lab.store.folder / "episodes").rglob("*.*"):
        episode.unlink()
    room.live.change("central", central.url)
    room.syncing.sync_now()
    settled(room, qtbot, "refused")
    assert room.window.top_bar.sync_mark.accessibleName() == "Not synced"
    assert "The service lacks" in room.window.settings.sync_state.said.text()


def test_a_wrong_token_is_told_and_can_be_corrected(central: Service, lab: Visitor, room: Room, qtbot) -> None:
    room.live.change("central", central.url)
    enrolment = room.window.settings.enrolment
    for text, signal in (("no such token", room.syncing.enrolment_failed), (lab.token(central), room.syncing.enrolled)):
        enrolment.field.setText(text)
        with qtbot.waitSignal(signal, timeout=PATIENCE):
            enrolment.button.click()
        qtbot.waitUntil(lambda: room.syncing._job is None, timeout=PATIENCE)
    settled(room, qtbot, "done")


def test_a_service_that_comes_back_is_synced_with(central: Service, lab: Visitor, room: Room, qtbot) -> None:
    lab.enrol(central)
    lab.play()
    central.stop()
    try:
        room.live.change("central", central.url)
        room.syncing.sync_now()
        settled(room, qtbot, "offline")
        assert room.window.top_bar.sync_mark.text() == "1"
    finally:
        central.start()
    room.syncing.sync_now()
    settled(room, qtbot, "done")
    check_told(central, lab)
