"""Of which kind a hidden check was travels with its battle; older programs read it without, and newer ones theirs."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from arena_samples import Arena, ballot
from msgspec import Struct, defstruct, structs
from outbox_rules import released

from scenes.codec import decode, encode
from sync.operations import body_of
from sync.records import Battle, CheckKind, Draw, Sides
from sync.store import Store

OldBattle: Any = defstruct(
    "Battle", [(field.name, Any) for field in structs.fields(Battle) if field.name != "check"], kw_only=True
)


def sent(store: Store, check: CheckKind | None) -> bytes:
    """The body of the operation of a battle that was voted on and closed."""
    draw = Draw(
        sides=Sides("alpha", "beta"),
        kind="check" if check else "rated",
        seed=1,
        propensity=0.5,
        first="left",
        check=check,
    )
    battle = store.start_battle(store.open_session("panda", "table"), draw)
    Arena(store).turn(battle.battle_id)
    assert not [each for each in released(store) if each.kind == "battle"]
    store.cast_vote(battle.battle_id, ballot())
    store.close_battle(battle.battle_id)
    (operation,) = (each for each in released(store) if each.kind == "battle")
    body = body_of(operation)
    assert isinstance(body, Battle)
    assert body.check == check
    return operation.body


@pytest.mark.parametrize("check", get_args(CheckKind))
def test_an_older_service_reads_a_check_as_it_always_did(store: Store, check: CheckKind) -> None:
    body = sent(store, check)
    old: Struct = decode(body, OldBattle)
    new = structs.asdict(decode(body, Battle))
    assert structs.asdict(old) == {name: value for name, value in new.items() if name != "check"}


def test_what_an_older_workstation_sent_is_a_battle_still(store: Store) -> None:
    old = decode(sent(store, "noop"), OldBattle)
    read = decode(encode(old), Battle)
    assert (read.kind, read.check) == ("check", None)


def test_a_rated_battle_says_that_it_was_no_check(store: Store) -> None:
    assert decode(sent(store, None), Battle).check is None
