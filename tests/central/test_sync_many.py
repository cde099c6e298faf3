"""Weeks offline: very many operations wait, and travel in a process of modest size."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from central.servers import Service
from central.visitors import Visitor

from sync import bodies, outbox
from sync.records import new_id, now

MANY = 100_000 if os.environ.get("VLAARENA_SOAK") else 1_500
MOST_MEGABYTES = 150
# the peak of a process is told by the kernel; what it inherited from its parent is not counted in VmHWM
VISIT = """
import pathlib, sys
from scenes.progress import finish
from sync import client
from sync.store import Store
with Store.open(pathlib.Path(sys.argv[1])) as store:
    synced = finish(client.synchronise(store.ledger()))
status = pathlib.Path("/proc/self/status").read_text()
print(synced.verdicts["applied"], next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


def write_notes(visitor: Visitor, battle_id: str, count: int) -> None:
    """So many notes on a closed battle, released, in one transaction."""
    database, person = visitor.store._database, visitor.store.evaluator().evaluator_id
    turn_id, last = visitor.store.turns(battle_id)[0].turn_id, len(visitor.log())
    columns = {"battle_id": battle_id, "turn_id": turn_id, "evaluator_id": person, "created_at": now()}
    with database.transaction():
        for seq in range(last + 1, last + count + 1):
            note_id = new_id()
            database.insert("note", note_id=note_id, side="left", step=1, text="as long as notes are", **columns)
            outbox.hold(database, "note", note_id)
            content = bodies.body(database, "note", note_id, 1)
            database.execute(
                """UPDATE outbox SET held = 0, body = ?, store_id = (SELECT store_id FROM meta), seq = ?
                WHERE kind = 'note' AND record_id = ?""",
                [content, seq, note_id],
            )


def test_very_many_operations_travel_in_little_memory(central: Service, tmp_path: Path) -> None:
    lab = Visitor(tmp_path / "lab")
    try:
        lab.enrol(central)
        (battle_id,) = lab.play()
        write_notes(lab, battle_id, MANY)
        expected = lab.waiting()
    finally:
        lab.close()
    done = subprocess.run([sys.executable, "-c", VISIT, str(lab.folder)], capture_output=True, text=True, check=True)
    applied, kilobytes = (int(word) for word in done.stdout.split())
    assert applied == expected == MANY + 5
    assert kilobytes / 1024 < MOST_MEGABYTES
    print(f"{applied} operations, at most {kilobytes / 1024:.0f} MB")
