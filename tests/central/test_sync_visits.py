"""Visits of real data folders at a real service: everything arrives once, whatever copies and restores come between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from arena_samples import ballot
from central.fronts import Front, standing
from central.servers import Service
from central.visitors import Visitor, at_the_centre, check_told
from central.workstations import rows
from sqlalchemy import text

from scenes.errors import NotEnrolled, ServiceRefused
from scenes.progress import finish
from sync import client, sending
from sync.keys import FILE
from sync.operations import body_of
from sync.records import Turn, Vote
from sync.sending import Waiting
from sync.verifying import verify


@pytest.fixture
def visitor(central: Service, tmp_path: Path) -> Iterator[Callable[[str], Visitor]]:
    """Makes enrolled workstations."""
    made: list[Visitor] = []

    def make(name: str, *, enrolled: bool = True) -> Visitor:
        made.append(Visitor(tmp_path / name))
        if enrolled:
            made[-1].enrol(central)
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_a_visit_tells_everything_once(central, visitor) -> None:
    lab = visitor("lab")
    lab.play(3)
    first = lab.sync()
    assert first.verdicts == {"applied": len(lab.log())}
    assert (first.episodes.stored, first.sent_again, first.forks) == (6, 0, ())
    assert sending.waiting(lab.store._database) == Waiting(0, 0)
    check_told(central, lab)
    assert lab.sync().verdicts == {}
    lab.play(1)
    assert lab.sync().verdicts == {"applied": 3}
    check_told(central, lab)


def test_what_is_added_to_a_closed_battle_follows(central, visitor) -> None:
    lab = visitor("notes")
    (battle_id,) = lab.play()
    lab.sync()
    note = lab.store.add_note(lab.store.turns(battle_id)[0].turn_id, "left", 1, "here")
    lab.store.withdraw_note(note.note_id)
    lab.store.retract_vote(battle_id)
    lab.store.comment_session(lab.store.battle(battle_id).session_id, "a good day")
    assert lab.sync().verdicts == {"applied": 4}
    votes = [body for each in at_the_centre(central) if isinstance(body := body_of(each), Vote)]
    assert [each.withdrawn for each in votes if each.battle_id == battle_id] == [False, True]
    check_told(central, lab)


def test_nothing_of_an_open_battle_is_ever_on_the_way(central, visitor) -> None:
    lab, front = visitor("open", enrolled=False), Front(central.url)
    with standing(front) as url:
        lab.enrol(central, url)
        lab.play()
        waiting = lab.open_battle("canary-quetzal", "canary-axolotl")
        voted = lab.open_battle("canary-quetzal", "canary-axolotl")
        lab.store.cast_vote(voted, ballot())  # it can still be undone
        lab.sync()
    assert len(front.heard) > 1000
    hidden = [name for turn in (*lab.store.turns(waiting), *lab.store.turns(voted)) for name in episodes_of(turn)]
    for word in ("canary", waiting, voted, *hidden):
        assert word.encode() not in front.heard
        assert all(word.encode() not in operation.body for operation in at_the_centre(central))


def episodes_of(turn: Turn) -> tuple[str, str]:
    return turn.left_episode_id, turn.right_episode_id


def test_two_copies_of_a_store_both_go_on(central, visitor, tmp_path) -> None:
    one = visitor("one")
    one.play(2)
    one.sync()
    other = one.copied(tmp_path / "other")
    try:
        for each in (one, other, one, other):
            each.play()
            each.sync()
        assert len({operation.store_id for operation in (*one.log(), *other.log())}) == 2
        check_told(central, one, other)
        assert [each.sync().verdicts for each in (one, other)] == [{}, {}]
    finally:
        other.close()


def test_copies_made_before_the_first_visit_both_arrive(central, visitor, tmp_path) -> None:
    one = visitor("early")
    one.play(2)
    other = one.copied(tmp_path / "early-copy")
    try:
        one.play()
        other.play()
        assert one.sync().forks == ()
        assert len(other.sync().forks) == 1
        check_told(central, one, other)
    finally:
        other.close()


def test_a_store_restored_from_a_backup_goes_on_as_another(central, visitor, tmp_path) -> None:
    lab = visitor("restored")
    lab.play()
    lab.sync()
    backup = lab.copied(tmp_path / "backup")
    try:
        lab.play(2)
        lab.sync()
        backup.play()
        synced = backup.sync()
        assert len(synced.forks) == 1
        check_told(central, lab, backup)
    finally:
        backup.close()


def test_a_restored_store_without_news_is_at_peace(central, visitor, tmp_path) -> None:
    lab = visitor("quiet")
    lab.play()
    lab.sync()
    backup = lab.copied(tmp_path / "quiet-backup")
    try:
        lab.play()
        lab.sync()
        synced = backup.sync()
        assert (synced.verdicts, synced.forks, synced.sent_again) == ({}, (), 0)
    finally:
        backup.close()


def test_what_the_service_lost_is_found_by_comparing_and_sent_again(central, visitor) -> None:
    lab = visitor("healed")
    lab.play(4)
    lab.sync()
    store_id, last = lab.log()[0].store_id, len(lab.log())
    lost = range(last - 4, last + 1)  # as after a restore of an older backup of the centre
    forget(central, store_id, lost.start)
    with lab.centre() as centre:
        assert finish(verify(centre)) == len(lost)
    assert lab.waiting() == len(lost)
    synced = lab.sync()
    assert synced.verdicts == {"applied": len(lost)}
    check_told(central, lab)


def test_what_the_service_lost_is_sent_again_before_what_is_new(central, visitor) -> None:
    lab = visitor("behind")
    lab.play(3)
    lab.sync()
    first = len(lab.log()) - 2
    forget(central, lab.log()[0].store_id, first)
    lab.play()
    assert lab.sync().verdicts == {"applied": 6}
    check_told(central, lab)


def forget(service: Service, store_id: str, first: int) -> None:
    """Put the service's tables back to where a store had fewer operations."""
    told = {"store": store_id, "first": first}

    def undo(connection) -> None:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in ("turns", "votes", "battles", "runs"):
            key = {"runs": "turn_id"}.get(table, f"{table[:-1]}_id")
            kind = "turn" if table == "runs" else table[:-1]
            ids = "SELECT record_id FROM op_log WHERE store_id = :store AND seq >= :first AND kind = :kind"
            connection.execute(text(f"DELETE FROM {table} WHERE {key} IN ({ids})"), told | {"kind": kind})
        for table in ("op_places", "op_log"):
            connection.execute(text(f"DELETE FROM {table} WHERE store_id = :store AND seq >= :first"), told)
        connection.execute(text("UPDATE stores SET last_seq = :first - 1 WHERE store_id = :store"), told)

    rows(service, undo)


def test_a_poisoned_operation_is_seen_and_holds_nothing_up(central, visitor) -> None:
    lab = visitor("poison")
    lab.play()
    lab.store._database.execute("DROP TRIGGER what_is_sent_never_changes")
    poisoned = lab.log()[3]
    lab.store._database.execute("UPDATE outbox SET body = x'80' WHERE op_id = ?", [poisoned.op_id])
    lab.play()
    synced = lab.sync()
    refused = {each.op_id: each for each in sending.quarantined(lab.store._database)}
    assert poisoned.op_id in refused
    assert refused[poisoned.op_id].reason
    assert synced.verdicts["rejected"] == len(refused)
    assert lab.waiting() == 0
    assert synced.verdicts["applied"] + len(refused) == len(lab.log())


def test_a_key_that_is_gone_needs_a_new_token_and_the_operator_and_loses_nothing(central, visitor) -> None:
    """A token alone gives nobody another's store: the refusal says what whoever runs the service does."""
    lab = visitor("keyless")
    lab.play()
    lab.sync()
    (lab.folder / FILE).unlink()
    lab.play()
    with pytest.raises(NotEnrolled, match="is not here"):
        lab.sync()
    lab.enrol(central)
    with pytest.raises(ServiceRefused, match="may not push for this store") as refused:
        lab.sync()
    words = refused.value.hint.partition("vlaarena-central ")[2].split()
    assert central.command(*words).returncode == 0
    lab.sync()
    check_told(central, lab)


def test_a_workstation_that_is_not_enrolled_is_told_how(central, visitor) -> None:
    lab = visitor("stranger", enrolled=False)
    lab.play()
    with pytest.raises(NotEnrolled, match="not enrolled") as told:
        lab.sync()
    assert "vlaarena sync" in told.value.hint
    with pytest.raises(ServiceRefused, match="does not take this workstation"):
        finish(client.enrol(lab.store.ledger(), central.url, "no such token", "stranger"))
    assert lab.waiting() == len(lab.log())
