"""What is rendered for the service and told to it besides the log: nothing of an open battle, each file once."""

from __future__ import annotations

import pytest
from arena_samples import BUNDLE

from scenes.codec import digest
from scenes.errors import BadInput
from sync import device, sending, sheets
from sync.api import Verdict
from sync.device import Device
from sync.store import Store

PICTURE = b"a picture"


def enrol(store: Store, server_key: bytes) -> None:
    known = {"url": "https://arena.example.org", "public_key": bytes(32), "enrolled_at": "now"}
    store.ledger().do(device.keep, Device(device_id="d", server_key=server_key, **known))


def test_the_newest_closed_battle_comes_first_and_an_open_one_never(arena, store) -> None:
    first, second = (arena.voted_battle() for _ in range(2))
    store.void_battle(arena.played_battle(), "scene_broken")
    database = store._database
    assert sheets.lacking(database) is None
    for battle_id in (first, second):
        store.close_battle(battle_id)
    assert sheets.lacking(database) == second
    sheets.keep(database, second, store.ledger().folders.sheets.keep(PICTURE))
    assert sheets.lacking(database) == first
    sheets.keep(database, first, None)  # none can be rendered
    assert sheets.lacking(database) is None
    assert sheets.untold_sheets(database) == [sheets.Sheet(second, digest(PICTURE))]


def test_a_sheet_is_offered_until_the_service_was_told(arena, store) -> None:
    battle_id, database = arena.voted_battle(), store._database
    store.close_battle(battle_id)
    sheets.keep(database, battle_id, digest(PICTURE))
    (sheet,) = sheets.untold_sheets(database)
    sheets.note_sheet(database, sheet)
    assert sheets.untold_sheets(database) == []
    sheets.tell_again(database)
    assert sheets.lacking(database) == battle_id


def test_a_scene_is_offered_once_a_turn_in_it_was_sent(arena, store) -> None:
    database = store._database
    store.close_battle(arena.voted_battle())
    assert sheets.untold_bundles(database) == []
    operations = sending.batch(database, sending.present_store(database), 100, 2**20)
    sending.mark(database, [Verdict(each.op_id, "applied") for each in operations])
    assert sheets.untold_bundles(database) == sheets.named_bundles(database) == [BUNDLE]
    sheets.note_bundle(database, BUNDLE)
    assert sheets.untold_bundles(database) == []


def test_a_service_that_lost_operations_is_told_of_files_again_in_the_same_transaction(arena, store) -> None:
    battle_id, database = arena.voted_battle(), store._database
    store.close_battle(battle_id)
    store_id = sending.present_store(database)
    operations = sending.batch(database, store_id, 100, 2**20)
    sending.mark(database, [Verdict(each.op_id, "applied") for each in operations])
    sheets.keep(database, battle_id, digest(PICTURE))
    sheets.note_bundle(database, BUNDLE)
    assert sending.rewind(database, store_id, len(operations) + 1) == 0  # nothing is lost
    assert sheets.untold_bundles(database) == []
    assert sending.rewind(database, store_id, len(operations)) == 1
    assert sheets.lacking(database) == battle_id
    sending.mark(database, [Verdict(each.op_id, "dup") for each in operations])
    assert sheets.untold_bundles(database) == [BUNDLE]


@pytest.mark.parametrize(("server_key", "forgotten"), [(bytes(32), False), (b"k" * 32, True)])
def test_another_service_is_told_everything_again(arena, store, server_key: bytes, forgotten: bool) -> None:
    enrol(store, bytes(32))
    battle_id = arena.voted_battle()
    store.close_battle(battle_id)
    sheets.keep(store._database, battle_id, digest(PICTURE))
    enrol(store, server_key)
    assert (sheets.lacking(store._database) == battle_id) == forgotten


def test_a_scene_is_kept_under_its_own_name_alone(store) -> None:
    folders = store.ledger().folders
    with pytest.raises(BadInput, match="do not have its digest"):
        folders.keep_bundle(digest(b"other"), b"scene")
    folders.keep_bundle(digest(b"scene"), b"scene")
    assert store.bundle(digest(b"scene")) == b"scene"
