"""The window and the central service: nothing waits for it, and to be offline is a state, not an error."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from arena_samples import Arena
from desktop.evaluator import PATIENCE

from scenes.errors import BadInput, Cancelled
from scenes.progress import Job, Progress
from sync import device, sending
from sync.device import Device
from sync.keys import device_key
from sync.store import Store
from vlaarena_desktop import background
from vlaarena_desktop.app import Room, make_room
from vlaarena_desktop.standing import BoardQuery, Provenance, Standings
from vlaarena_desktop.store_calls import StoreCalls

FETCHED = Provenance(
    url="https://arena.example.org",
    snapshot_id="5a" * 32,
    created_at="2026-11-22T12:00:00.000+00:00",
    pulled_at="2026-11-22T12:05:00.000+00:00",
    method="Davidson",
    votes=3,
    known_robots=("panda",),
)


@pytest.fixture
def nobody() -> str:
    """An address of this machine where nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def room(store: Store) -> Iterator[Room]:
    made = make_room(store, daemon_address="ipc:///tmp/nobody", tier="plain")
    made.window.show()
    yield made
    made.syncing.stop()
    background.stop_all(5.0)
    made.window.close()
    made.daemon.stop()
    made.window.deleteLater()


def enrol_at(store: Store, url: str) -> None:
    known = Device(
        device_id="d",
        url=url,
        public_key=device_key(store.folder).public,
        server_key=bytes(32),
        enrolled_at="2026-11-22T08:00:00.000+00:00",
    )
    store.ledger().do(device.keep, known)


def vote(store: Store, times: int) -> None:
    for _ in range(times):
        store.close_battle(Arena(store).voted_battle())


def test_without_a_service_nothing_is_said_about_it(room) -> None:
    assert room.syncing.state == "off"
    assert not room.window.top_bar.sync_mark.isVisible()
    assert "stays on this machine" in room.window.settings.sync_state.said.text()
    assert not room.window.settings.sync_state.button.isEnabled()
    room.syncing.sync_now()
    assert room.syncing.state == "off"


def test_a_service_one_is_not_enrolled_at_asks_for_a_token(room, nobody) -> None:
    room.live.change("central", nobody)
    assert room.syncing.state == "apart"
    assert room.window.top_bar.sync_mark.accessibleName() == "Not enrolled"
    enrolment = room.window.settings.enrolment
    assert not enrolment.button.isEnabled()
    enrolment.field.setText("a token")
    assert enrolment.button.isEnabled()


def test_offline_is_a_state_and_votes_wait(room, store, nobody, qtbot) -> None:
    enrol_at(store, nobody)
    vote(store, 3)
    room.live.change("central", nobody)
    room.syncing.sync_now()
    assert room.syncing.state == "syncing"
    with qtbot.waitSignal(room.syncing.changed, timeout=PATIENCE):
        pass
    assert room.syncing.state == "offline"
    mark = room.window.top_bar.sync_mark
    assert (mark.isVisible(), mark.text(), mark.accessibleName()) == (True, "3", "3 to sync")
    assert "3 votes wait to sync." in mark.toolTip()
    assert "Nobody answers" in mark.toolTip()
    assert "Never synced." in room.window.settings.sync_state.said.text()
    assert not room.window.banner.isVisible()
    assert room.syncing._timer.isActive()
    assert sending.waiting(store._database).votes == 3
    line = room.window.leaderboard.source
    line.show_standings(Standings(query=BoardQuery(source="centre"), provenance=FETCHED))
    assert "Published by arena.example.org as of 2026-11-22" in line.text()
    assert f"Offline since {room.syncing.offline_since:%Y-%m-%d %H:%M}." in line.text()


def test_one_can_vote_while_a_visit_is_under_way(room, store, nobody, qtbot) -> None:
    enrol_at(store, nobody)
    room.live.change("central", nobody)
    room.syncing.sync_now()
    vote(store, 1)
    assert room.syncing.state == "syncing"
    qtbot.waitUntil(lambda: room.syncing.state == "offline", timeout=PATIENCE)
    assert room.syncing.sentence().startswith("1 vote waits to sync.")


def test_a_refused_token_is_told_beside_the_field(room, nobody, qtbot) -> None:
    room.live.change("central", nobody)
    enrolment = room.window.settings.enrolment
    enrolment.field.setText("a token")
    with qtbot.waitSignal(room.syncing.enrolment_failed, timeout=PATIENCE):
        enrolment.button.click()
    assert "Nobody answers" in enrolment.said.text()
    assert enrolment.field.text() == "a token"


def test_an_address_that_is_none_is_refused_in_the_row(room) -> None:
    row = room.window.settings.rows["central"]
    row.field.setText("http://arena.example.org")
    row.take_over()
    assert "https" in row.said.text()
    assert room.live.now.central == ""


def test_a_window_that_closes_does_not_wait_for_a_visit(room, store, nobody, qtbot) -> None:
    enrol_at(store, nobody)
    vote(store, 1)
    room.live.change("central", nobody)
    room.syncing.sync_now()
    qtbot.wait(10)
    room.syncing.stop()
    assert background.stop_all(2.0)
    assert sending.waiting(store._database).votes == 1


def asking(calls: StoreCalls, told: list[object]) -> Job[str]:
    yield Progress(0, 1)
    told.append(calls(threading.get_ident))
    with pytest.raises(BadInput, match="refused over there"):
        calls(refuse)
    return "done"


def refuse() -> None:
    raise BadInput("refused over there")


def test_calls_of_a_job_are_carried_out_on_the_windows_thread(qtbot) -> None:
    calls, told = StoreCalls(), list[object]()
    running = background.start(lambda: asking(calls, told))
    with qtbot.waitSignal(running.succeeded, timeout=PATIENCE):
        pass
    assert told == [threading.get_ident()]
    assert calls(threading.get_ident) == threading.get_ident()


def test_nobody_waits_for_a_thread_that_no_longer_answers(dressed) -> None:
    calls = StoreCalls()
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(calls, threading.get_ident)
        calls.stop()  # this thread never looks at the question
        with pytest.raises(Cancelled):
            asked.result(5.0)
