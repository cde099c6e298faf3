"""Contact sheets for the public board: rendered of closed battles alone, and only while nobody plays or watches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from arena_samples import Arena as Samples
from arena_samples import ballot
from desktop.closed_battles import LEFT, RIGHT, play_a_battle
from desktop.evaluator import PATIENCE
from pytestqt.qtbot import QtBot

from scenes.errors import StoreError
from sync import sheets
from sync.offers import Sheet
from sync.server.contents import check_png
from sync.store import Store
from vlaarena_desktop import background
from vlaarena_desktop.arena import Arena
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.live_settings import LiveSettings
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.sheets import Sheets
from vlaarena_desktop.viewing.mjmodels import MjModels


class Room:
    """One replay, which a test plays and pauses."""

    def __init__(self) -> None:
        self.playhead = Playhead()
        self.playhead.set_length(10.0, 10.0)

    def playheads(self) -> tuple[Playhead, ...]:
        return (self.playhead,)


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    yield made
    made.playhead.pause()


@pytest.fixture
def made(store: Store, room: Room) -> Iterator[Sheets]:
    notices = Notices()
    live = LiveSettings(store.folder, notices)
    arena = Arena(store, DaemonLink(notices), notices)
    found = Sheets(store, live, MjModels(store.bundle, "plain"), arena, room)
    live.change("central", "https://127.0.0.1:9")
    yield found
    found.stop()
    live.stop()
    background.stop_all(5.0)
    arena.close()


def played(store: Store, address: str) -> str:
    """A closed battle of two turns, one of which goes on where the other ended."""
    battle_id = play_a_battle(store, address, ("reset", "continue"))
    store.cast_vote(battle_id, ballot())
    store.close_battle(battle_id)
    return battle_id


def untold(store: Store) -> list[Sheet]:
    return store.ledger().do(sheets.untold_sheets)


def test_a_closed_battle_gets_one_sheet_that_names_nobody(
    qtbot: QtBot, store: Store, address: str, made: Sheets
) -> None:
    battle_id = played(store, address)
    assert made.lacking == battle_id
    with qtbot.waitSignal(made.rendered, timeout=PATIENCE):
        made.render_next()
    (sheet,) = untold(store)
    content = store.ledger().folders.sheets.read(sheet.sha256)
    check_png(content)
    assert (sheet.battle_id, made.lacking) == (battle_id, None)
    assert not any(name.encode() in content for name in (LEFT, RIGHT))


def test_nothing_is_rendered_while_a_replay_runs(
    qtbot: QtBot, store: Store, address: str, made: Sheets, room: Room
) -> None:
    battle_id = played(store, address)
    room.playhead.play()
    made.render_next()
    assert made.busy
    assert (made._job, made.lacking) == (None, battle_id)
    room.playhead.pause()
    made.render_next()
    assert made._job is not None
    with qtbot.waitSignal(made.settled, timeout=PATIENCE):
        room.playhead.play()
    assert (untold(store), made.lacking) == ([], battle_id)  # given up, and begun again in a calm moment
    room.playhead.pause()
    with qtbot.waitSignal(made.rendered, timeout=PATIENCE):
        made.render_next()
    assert made.lacking is None


def test_an_open_battle_has_no_sheet(store: Store, made: Sheets) -> None:
    battle_id = Samples(store).voted_battle()
    assert made.lacking is None
    with pytest.raises(StoreError, match="only a battle that was voted on and closed"):
        store.ledger().do(sheets.keep, battle_id, "0" * 64)


def test_a_battle_whose_scene_is_gone_goes_without(qtbot: QtBot, store: Store, made: Sheets) -> None:
    store.close_battle(Samples(store).voted_battle())
    with qtbot.waitSignal(made.settled):
        made.render_next()
    assert (made.lacking, untold(store)) == (None, [])


def test_without_a_service_nothing_is_rendered(store: Store, made: Sheets, tmp_path: Path) -> None:
    store.close_battle(Samples(store).voted_battle())
    made._live.change("central", "")
    made.render_next()
    assert made._job is None
    assert made.lacking is not None
