"""A turn that fails names nobody: not in the window, not in its log, not in the daemon's."""

from __future__ import annotations

from blindness.canaries import Search, place, plain
from blindness.sitting import Sitting
from desktop.evaluator import PATIENCE
from pytestqt.qtbot import QtBot

from scenes.codec import decode
from scenes.seal import unseal

FAILURES = ("raises", "kills itself", "does not load", "exits", "not a number")


def fail(qtbot: QtBot, seat: Sitting, manner: str) -> None:
    """Play a turn of two new models, one of which misbehaves; it is void."""
    seat.offer(qtbot, place(seat.home, (("misbehaving", 10.0, {"manner": m}) for m in ("behaves", manner))))
    with qtbot.waitSignal(seat.room.arena.player.missed, timeout=PATIENCE):
        seat.room.window.battle.new_battle()
    assert seat.room.arena.state == "waiting"


def sealed_words(seat: Sitting) -> bytes:
    """What the failures of this battle said in full: it opens with the battle's key alone."""
    assert seat.room.arena.battle is not None
    battle_id = seat.room.arena.battle.battle_id
    key = seat.store.seal_key(battle_id)
    rows = seat.store._database.rows("SELECT sealed FROM audit WHERE battle_id = ? AND sealed NOT NULL", [battle_id])
    details = [each for row in rows for each in decode(unseal(key, row["sealed"], f"details {battle_id}"), list[bytes])]
    return b"\n".join(unseal(key, each, "detail") for each in details)


def test_five_failures_name_no_model_of_the_pair_in_any_log_or_text(qtbot: QtBot, seat: Sitting) -> None:
    for manner in FAILURES:
        fail(qtbot, seat, manner)
        seat.room.window.show_diagnostics()
        seat.room.window.sheet.copy.click()
        assert seat.naming(*seat.pair) == []
        words = sealed_words(seat)
        if manner not in ("kills itself", "not a number"):
            assert any(Search(model).finds(words, plain(words)) for model in seat.pair), words
    assert (seat.home / "logs" / "vlaarena.log").read_text().count("A turn is void") == len(FAILURES)
    assert "a worker process has ended" in (seat.home / "logs" / "daemon.log").read_text()
