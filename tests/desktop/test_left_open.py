"""Battles that stay open are gone on with one by one; none stays open that nobody can judge, none stays half closed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from arena_samples import Arena as Samples
from desktop.closed_battles import INSTRUCTION, STEPS
from desktop.evaluator import PATIENCE
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from scenes.progress import finish
from sync.store import Store
from vlaarena_desktop import app, turns
from vlaarena_desktop.app import Room
from vlaarena_desktop.arena import Arena
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.notices import Notice, Notices
from vlaarena_desktop.settings import DesktopSettings
from vlaarena_desktop.turns import Setting
from vlaarena_desktop.window import Window


@pytest.fixture
def arena(store: Store, said: list[Notice], dressed: object) -> Arena:
    notices = Notices()
    notices.shown.connect(said.append)
    return Arena(store, DaemonLink(notices), notices)


def judge(arena: Arena) -> None:
    arena.see_enough()
    assert arena.vote("tie")
    assert arena.reveal()


def damage(store: Store, battle_id: str) -> None:
    """Cut the file of the left episode short."""
    store._episodes.path(store.turns(battle_id)[0].left_episode_id).write_bytes(b"cut")


def test_the_battle_that_was_chosen_is_gone_on_with(store: Store, arena: Arena) -> None:
    older, newer = (Samples(store).played_battle() for _ in range(2))
    assert arena.left_battle() is not None
    assert arena.resume(older)
    assert arena.battle is not None
    assert (arena.state, arena.battle.battle_id) == ("watching", older)
    judge(arena)
    left = arena.left_battle()
    assert left is not None
    assert left.battle.battle_id == newer
    assert arena.resume(newer)
    assert (arena.state, arena.battle.battle_id) == ("watching", newer)


def test_a_battle_under_way_is_not_left_for_another(store: Store, arena: Arena, said: list[Notice]) -> None:
    first, second = (Samples(store).played_battle() for _ in range(2))
    assert arena.resume(first)
    assert not arena.resume(second)
    assert said[-1].text == "Another battle is under way."
    assert said[-1].hint
    assert arena.resume(first)
    assert arena.battle is not None
    assert arena.battle.battle_id == first
    assert len(said) == 1


def closed(samples: Samples) -> str:
    battle_id = samples.voted_battle()
    samples.store.close_battle(battle_id)
    return battle_id


def anothers(samples: Samples) -> str:
    here = samples.store.evaluator().name
    samples.store.sit("Somebody else")
    battle_id = samples.played_battle()
    samples.store.sit(here)
    return battle_id


@pytest.mark.parametrize(
    ("begin", "text"),
    [
        (closed, "takes no more votes"),
        (anothers, "Another evaluator"),
        (lambda samples: samples.battle().battle_id, "no turn"),
        (lambda samples: samples.played_battle(kind="chosen"), "not a blind one"),
        (lambda _: "nowhere", "no battle 'nowhere'"),
    ],
)
def test_what_nobody_can_go_on_with_says_why(
    store: Store, arena: Arena, said: list[Notice], begin: Callable[[Samples], str], text: str
) -> None:
    assert not arena.resume(begin(Samples(store)))
    assert text in said[-1].text
    assert said[-1].hint
    assert arena.state == "idle"


def test_a_skipped_battle_is_revealed_though_its_episodes_cannot_be_read(
    store: Store, arena: Arena, said: list[Notice]
) -> None:
    battle_id = Samples(store).played_battle()
    assert arena.resume(battle_id)
    damage(store, battle_id)
    assert arena.skip("replay_glitch")
    assert (arena.state, store.battle(battle_id).status, arena.evidence) == ("revealed", "void", None)
    assert arena.outcome is not None
    assert (arena.outcome.left.model_id, arena.outcome.left.performances) == ("alpha", ())
    assert [notice.kind for notice in said] == ["error"]


def test_a_vote_is_final_though_its_episodes_cannot_be_read(store: Store, arena: Arena, said: list[Notice]) -> None:
    battle_id = Samples(store).played_battle()
    assert arena.resume(battle_id)
    arena.see_enough()
    assert arena.vote("tie")
    damage(store, battle_id)
    assert arena.reveal()
    assert arena.outcome is not None
    assert (arena.state, arena.outcome.choice, arena.outcome.right.performances) == ("revealed", "tie", ())
    assert [notice.kind for notice in said] == ["error"]


def test_the_outcome_is_made_of_the_evidence(store: Store, arena: Arena) -> None:
    assert arena.resume(Samples(store).played_battle())
    judge(arena)
    assert arena.outcome is not None
    assert arena.evidence is not None
    assert [each.steps for each in arena.outcome.left.performances] == [2]
    assert arena.evidence.turns[0].left.episode.trajectory.steps == 2


def test_a_window_that_goes_during_the_first_turn_leaves_no_open_battle(
    qtbot: QtBot, store: Store, address: str
) -> None:
    notices = Notices()
    daemon = DaemonLink(notices, address=address)
    daemon.connect_now()
    qtbot.waitUntil(lambda: daemon.state == "idle", timeout=PATIENCE)
    arena = Arena(store, daemon, notices, max_steps=STEPS)
    assert arena.begin(Setting("panda", "table", INSTRUCTION))
    assert arena.state == "playing"
    arena.close()
    arena.close()
    assert [battle.status for battle in store.battles()] == ["abandoned"]


def test_history_goes_on_with_the_battle_of_its_row(qtbot: QtBot, room: Room, store: Store, address: str) -> None:
    older, _ = (blind_battle(room, address) for _ in range(2))
    room.window.show_page(2)
    room.window.history.list.select(older)
    room.window.history.list.open_current()
    assert room.window.battle.isVisible()
    assert room.arena.battle is not None
    assert (room.arena.state, room.arena.battle.battle_id) == ("watching", older)


def blind_battle(room: Room, address: str) -> str:
    store = room.arena.store
    battle = turns.start_battle(store, room.daemon.cards, Setting("panda", "table", INSTRUCTION))
    prepared = turns.prepare_turn(store, battle.battle_id, INSTRUCTION, "reset", STEPS)
    turns.record_turn(store, prepared, finish(turns.play_turn(address, prepared)))
    return battle.battle_id


def test_the_next_window_gives_up_what_the_last_one_left_without_a_turn(
    qtbot: QtBot, dressed: QApplication, store: Store, address: str
) -> None:
    begun, waiting = Samples(store).battle().battle_id, Samples(store).played_battle()
    dressed.setQuitOnLastWindowClosed(False)  # a late farewell would end the event loops of later tests
    QTimer.singleShot(0, lambda: dressed.exit(0))
    app._run(dressed, store, DesktopSettings(), {"daemon": address}, "")
    for window in [each for each in dressed.topLevelWidgets() if isinstance(each, Window)]:
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete.value)
    dressed.setQuitOnLastWindowClosed(True)
    assert (store.battle(begun).status, store.battle(waiting).status) == ("abandoned", "ongoing")
