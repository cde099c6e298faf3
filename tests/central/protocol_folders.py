"""Data folders as the machine of the protocol moves them: a real store, and what the model says of it."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from arena_samples import Arena
from central.protocol_model import Known, Log, Model, known
from central.visitors import Visitor

from scenes.codec import encode
from scenes.progress import finish
from sync import api, client, device, sending
from sync.centre import Centre
from sync.connection import Forked
from sync.operations import sign
from sync.patience import Portion
from sync.records import new_id
from sync.uploading import _gathered, _sent, _wanted

POISON = b"\x80"  # a body that is no record
_KINDS = ("'battle'", "'prophecy', 'battle'")
_TRIGGERS = ("what_is_sent_never_changes", "an_open_battle_stays_here")


class Folder:
    """An open data folder."""

    def __init__(self, path: Path, variant: int, log: Log | None = None) -> None:
        """`variant`: from which its episodes differ from those of other folders."""
        self.visitor = self._opened(path, variant)
        self.log = log or Log(sending.present_store(self.visitor.store._database))

    @staticmethod
    def _opened(path: Path, variant: int) -> Visitor:
        visitor = Visitor(path)
        visitor._variant = variant
        for name in _TRIGGERS:
            visitor.store._database.execute(f"DROP TRIGGER IF EXISTS {name}")
        visitor.close()
        with contextlib.closing(sqlite3.connect(path / "arena.sqlite3")) as database, database:
            database.execute(
                "PRAGMA writable_schema = ON"
            )  # a program to come writes kinds that this one does not know
            database.execute("UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'outbox'", _KINDS)
        visitor.reopen()
        return visitor

    @property
    def device_id(self) -> str:
        found = device.find(self.visitor.store._database)
        assert found is not None
        return found.device_id

    def took_in(self, model: Model) -> None:
        """Let the model know the operations that were just released: they follow the last ones without a gap."""
        for operation in self.visitor.log():
            ids = self.log.stores.get(operation.store_id, [])
            if operation.seq > len(ids):
                assert (operation.store_id, operation.seq) == (self.log.present, len(ids) + 1)
                self.log.stores.setdefault(operation.store_id, []).append(operation.op_id)
                model.operations[operation.op_id] = known(operation, model.first_turns)

    def told(self) -> tuple[dict[str, list[str]], dict[str, str]]:
        """Its log and the verdicts in it, as they rest."""
        found = self.visitor.store._database.rows(
            "SELECT op_id, store_id, seq, verdict FROM outbox WHERE held = 0 ORDER BY store_id, seq"
        )
        stores: dict[str, list[str]] = {}
        for row in found:
            stores.setdefault(row["store_id"], []).append(row["op_id"])
            assert row["seq"] == len(stores[row["store_id"]])
        return stores, {row["op_id"]: row["verdict"] for row in found if row["verdict"] is not None}

    def add(self, what: str, place: int) -> bool:
        """Add to one of the closed battles; False if there is nothing to add to."""
        store = self.visitor.store
        voted = store.battles("voted")
        if not voted:
            return False
        battle_id = voted[place % len(voted)].battle_id
        standing = [each for each in store.notes(battle_id) if not each.withdrawn]
        vote = store.live_vote(battle_id)
        if what == "note":
            store.add_note(store.turns(battle_id)[0].turn_id, "left", 1, "here")
        elif what == "comment":
            store.comment_session(store.battle(battle_id).session_id, f"day {place} {new_id()}")
        elif what == "branch":
            Arena(store).branch(battle_id)
        elif what == "withdrawal" and standing:
            store.withdraw_note(standing[0].note_id)
        elif what == "retraction" and vote is not None and not vote.withdrawn:
            store.retract_vote(battle_id)
        else:
            return False
        return True

    def send(self, store_id: str, ids: Sequence[str], *, marked: bool) -> api.Pushed:
        """Push these operations in this order by the client's own means; unmarked, as where the reply is lost."""
        chosen = {each.op_id: each for each in self.visitor.log() if each.store_id == store_id}
        operations = [chosen[each] for each in ids]
        with self.visitor.centre() as centre:
            signed = tuple(sign(operation, centre.key) for operation in operations)
            push = api.Push(version=api.VERSION, store_id=store_id, operations=signed)
            try:
                answer = finish(centre.post(api.PUSH, push, api.Pushed))
            except Forked as forked:
                return api.Pushed(verdicts=(), expected_seq=0, forked_at=forked.forked_at)
            return client._marked(centre, store_id, operations, answer) if marked else answer

    def upload_one(self, centre: Centre) -> set[str]:
        """Send the first episode that can be sent of those the service wants; its id, if there is one."""
        for store_id in self.log.stores:
            uploads, _, _ = _gathered(self.visitor.store.ledger(), finish(_wanted(centre, store_id)), 1)
            if uploads:
                return set(finish(_sent(centre, uploads, Portion(1, 1))).stored)
        return set()

    def copied(self, path: Path, variant: int) -> Folder:
        """A copy of it, keys and all, that goes on by itself."""
        self.visitor.copied(path).close()
        return Folder(path, variant, self.log.copied())

    def restore(self, kept: Path, log: Log) -> None:
        """Put a backup in its place: what happened since is gone here."""
        self.visitor.close()
        shutil.rmtree(self.visitor.folder)
        shutil.copytree(kept, self.visitor.folder)
        self.visitor = self._opened(self.visitor.folder, self.visitor._variant)
        self.log = log.copied()


def poisoned(folder: Folder, model: Model, op_id: str) -> None:
    """Spoil the body of an operation that waits: the service cannot read it."""
    folder.visitor.store._database.execute("UPDATE outbox SET body = ? WHERE op_id = ?", [POISON, op_id])
    fate = "unknown" if model.operations[op_id].fate == "unknown" else "poison"
    changes: dict[str, Any] = {"body": POISON, "needs": (), "episodes": (), "fate": fate, "vote": None}
    model.operations[op_id] = dataclasses.replace(model.operations[op_id], **changes)


def outbox_of_the_future(folder: Folder, model: Model) -> None:
    """Release an operation of a kind that this version does not know."""
    database, op_id, body = folder.visitor.store._database, new_id(), encode({"of": "tomorrow"})
    seq = len(folder.log.stores.get(folder.log.present, [])) + 1
    database.execute(
        """INSERT INTO outbox (op_id, kind, record_id, rev, held, created_at)
        VALUES (?1, 'prophecy', ?1, 1, 1, '2030')""",
        [op_id],
    )
    database.execute(
        "UPDATE outbox SET held = 0, body = ?, seq = ?, store_id = (SELECT store_id FROM meta) WHERE op_id = ?",
        [body, seq, op_id],
    )
    folder.log.stores.setdefault(folder.log.present, []).append(op_id)
    model.operations[op_id] = Known(op_id, "prophecy", op_id, 1, body, (), fate="unknown")
