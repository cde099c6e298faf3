"""Whatever happens to the disk or the folder: a clear error, nothing overwritten, nothing lost."""

from __future__ import annotations

import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from arena_samples import Arena, ballot, episode

from scenes.errors import StoreDamaged, StoreError, StoreLocked
from sync.store import Store


def every_byte(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """The operating system lets no file grow beyond `size` bytes: the nearest to a full disk for one test."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write anywhere: drop to a user who may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_store_that_is_open_elsewhere_is_refused_and_its_holder_named(store, folder) -> None:
    with pytest.raises(StoreLocked, match=f"process {os.getpid()}"):
        Store.open(folder)
    store.close()
    Store.open(folder).close()


def test_a_folder_that_cannot_be_written_is_refused_and_left_alone() -> None:
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    try:
        with as_nobody(), pytest.raises(StoreError, match="cannot be written") as caught:
            Store.open(folder)
        assert "--home" in caught.value.hint
        with as_nobody(), pytest.raises(StoreError):
            Store.open(folder / "inside")
        assert list(folder.iterdir()) == []
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path) -> None:
    (tmp_path / "home").write_text("mine")
    with pytest.raises(StoreError):
        Store.open(tmp_path / "home")
    assert (tmp_path / "home").read_text() == "mine"


def test_a_full_disk_refuses_a_turn_and_keeps_all_that_was_there(folder) -> None:
    with Store.open(folder) as store:
        arena = Arena(store)
        voted, waiting = arena.voted_battle(), arena.battle().battle_id
        with files_no_larger_than(64), pytest.raises(StoreError, match="full"):
            arena.turn(waiting, episode(variant=7), episode(variant=8))
        assert store.turns(waiting) == []
        assert not list(folder.rglob("*.new"))
        arena.turn(waiting, episode(variant=7), episode(variant=8))
        assert store.live_vote(voted) is not None


def test_a_full_disk_refuses_a_vote_and_keeps_the_battle_as_it_was(folder) -> None:
    with Store.open(folder) as store:
        battle_id = Arena(store).played_battle()
        wal = (folder / "arena.sqlite3-wal").stat().st_size
        with files_no_larger_than(wal), pytest.raises(StoreError):
            store.cast_vote(battle_id, ballot())
        assert store.live_vote(battle_id) is None
        assert store.battle(battle_id).status == "ongoing"
        vote = store.cast_vote(battle_id, ballot())
    with Store.open(folder) as store:
        assert store.live_vote(battle_id) == vote


def test_a_full_disk_refuses_notes_and_branches_and_keeps_all_that_was_there(folder) -> None:
    with Store.open(folder) as store:
        arena = Arena(store)
        battle_id = arena.voted_battle()
        store.close_battle(battle_id)
        turn_id = store.turns(battle_id)[0].turn_id
        wal = (folder / "arena.sqlite3-wal").stat().st_size
        with files_no_larger_than(wal), pytest.raises(StoreError):
            store.add_note(turn_id, "left", 0, "a note")
        with files_no_larger_than(wal), pytest.raises(StoreError):
            arena.branch(battle_id)
        assert (store.notes(battle_id), store.branches(battle_id)) == ([], [])
        note, branch = store.add_note(turn_id, "left", 0, "a note"), arena.branch(battle_id)
    with Store.open(folder) as store:
        assert (store.notes(battle_id), store.branches(battle_id)) == ([note], [branch])


def test_a_full_disk_refuses_to_open_rather_than_leave_half_a_backup(folder) -> None:
    with Store.open(folder) as store:
        voted = Arena(store).voted_battle()
    with files_no_larger_than(64 * 1024), pytest.raises(StoreError):
        Store.open(folder)
    assert list((folder / "backups").iterdir()) == []
    with Store.open(folder) as store:
        assert store.live_vote(voted) is not None


@pytest.mark.parametrize("offset", [0, 100, 4096, 5 * 4096])
def test_a_damaged_store_is_refused_and_left_alone(folder, offset) -> None:
    with Store.open(folder) as store:
        Arena(store).voted_battle()
    path = folder / "arena.sqlite3"
    content = bytearray(path.read_bytes())
    content[offset : offset + 300] = b"\xa5" * 300
    path.write_bytes(content)
    before = every_byte(folder)
    with pytest.raises(StoreError) as caught:
        Store.open(folder)
    assert "backups" in caught.value.hint
    assert every_byte(folder) == before | {str(folder / "arena.lock"): f"{os.getpid()}\n".encode()}


def test_a_key_of_wrong_length_is_refused(folder) -> None:
    Store.open(folder).close()
    (folder / "seal.key").write_bytes(b"short")
    with pytest.raises(StoreDamaged):
        Store.open(folder)
    assert (folder / "seal.key").read_bytes() == b"short"
