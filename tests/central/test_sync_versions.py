"""Programs of other versions than the service's: what it no longer, or does not yet, understand is told in plain words.

The versions other than the present one exist in this test alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from central.servers import Service
from central.visitors import Visitor, bare, check_told

from scenes.codec import encode
from scenes.errors import ServiceRefused
from sync import api, sending
from sync.records import new_id

ACCEPTED = (api.VERSION - 2, api.VERSION - 1, api.VERSION, api.VERSION + 1)
TOO_FAR = ((api.VERSION - 3, "newer version of VLA Arena"), (api.VERSION + 2, "update it"))


@pytest.fixture
def lab(central: Service, tmp_path: Path) -> Iterator[Visitor]:
    visitor = Visitor(tmp_path / "lab")
    visitor.enrol(central)
    visitor.play()
    yield visitor
    visitor.close()


@pytest.mark.parametrize("version", ACCEPTED)
def test_versions_that_the_service_accepts(central, lab, monkeypatch, version) -> None:
    monkeypatch.setattr(api, "VERSION", version)
    assert lab.sync().verdicts == {"applied": len(lab.log())}
    check_told(central, lab)


@pytest.mark.parametrize(("version", "hint"), TOO_FAR)
def test_versions_that_it_does_not_are_told_what_to_do(lab, monkeypatch, version, hint) -> None:
    monkeypatch.setattr(api, "VERSION", version)
    with pytest.raises(ServiceRefused) as told:
        lab.sync()
    assert hint in told.value.hint
    assert lab.waiting() == len(lab.log())


@pytest.mark.parametrize("version", [api.VERSION, api.VERSION + 1])
def test_an_operation_of_a_kind_to_come_is_put_off_and_holds_nothing_up(central, lab, monkeypatch, version) -> None:
    monkeypatch.setattr(api, "VERSION", version)
    database = lab.store._database
    database.execute("DROP TRIGGER an_open_battle_stays_here")
    database.execute("PRAGMA ignore_check_constraints = ON")
    database.execute(
        "INSERT INTO outbox (op_id, kind, record_id, rev, held, created_at) VALUES (?, 'prophecy', 'p', 1, 1, 'now')",
        [new_id()],
    )
    database.execute(
        "UPDATE outbox SET held = 0, body = ?, store_id = (SELECT store_id FROM meta), seq = ? WHERE kind = 'prophecy'",
        [encode({"of": "tomorrow"}), len(lab.log()) + 1],
    )
    database.execute("PRAGMA ignore_check_constraints = OFF")
    lab.play()
    synced = lab.sync()
    assert synced.verdicts == {"applied": len(lab.log()) - 1, "deferred": 1}
    assert (lab.waiting(), sending.counts(database)["deferred"]) == (0, 1)
    assert lab.sync().verdicts == {}
    assert bare(lab.log()[5])[1] == "prophecy"
