"""The drill: everything is lost but a backup, and an old one; workstations compare and heal, by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from central.servers import Mongo, Postgres, Service
from central.visitors import Visitor, check_told
from central.workstations import rows
from msgspec import structs
from sqlalchemy import text

from scenes.codec import encode
from scenes.progress import finish
from sync.api import PulledBoard
from sync.server import snapshots
from sync.verifying import verify


@pytest.fixture
def labs(tmp_path: Path) -> Iterator[tuple[Visitor, Visitor]]:
    found = Visitor(tmp_path / "one"), Visitor(tmp_path / "two")
    yield found
    for each in found:
        each.close()


Run = Callable[..., tuple[int, str, str]]


def done(operator: Run, service: Service, *words: str) -> str:
    """What a command of the drill says."""
    code, said, complaint = operator(service, *words)
    assert code == 0, (words, complaint)
    return said


def rated(operator: Run, service: Service) -> PulledBoard:
    done(operator, service, "worker", "--once", "ratings")
    return rows(service, lambda c: snapshots.latest(c).board)


def judged(board: PulledBoard) -> bytes:
    """All that a board says but when its last operation came, and its name, which follows from that."""
    return encode(structs.replace(board, snapshot_id="", created_at=""))


def destroyed(service: Service, postgres: Postgres, mongo: Mongo) -> None:
    """Both databases and the data folder are gone; the databases are there again, empty."""
    name = service.environment["VLAARENA_CENTRAL_MONGO_DATABASE"]
    service.stop()
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")
    postgres.execute(f"CREATE DATABASE {name}")
    with mongo.client() as client:
        client.drop_database(name)
    for path in sorted(service.home.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def test_workstations_heal_a_service_restored_from_an_older_backup(
    new_service: Callable[..., Service],
    operator: Run,
    postgres: Postgres,
    mongo: Mongo,
    labs: tuple[Visitor, Visitor],
    tmp_path: Path,
) -> None:
    service, (one, two) = new_service(), labs
    service.start()
    for lab in labs:
        lab.enrol(service)
        lab.play(2)
        lab.sync()
    then = rated(operator, service)
    done(operator, service, "backup", str(tmp_path / "backup"))
    one.play(2)
    two.store.retract_vote(two.play(1)[0])
    for lab in labs:
        lab.sync()
    before = rated(operator, service)
    assert judged(before) != judged(then)

    destroyed(service, postgres, mongo)
    assert "restored the backup" in done(operator, service, "restore", str(tmp_path / "backup"))
    assert done(operator, service, "rebuild") == f"{len(kept(service))} operations\n"
    assert rated(operator, service).snapshot_id == then.snapshot_id  # the board of then, to the last bit
    service.start()
    for lab in labs:
        check_healed(service, lab)
    assert judged(rated(operator, service)) == judged(before)
    assert rows(service, lambda c: c.execute(text(_EXPECTED)).scalar()) == 0


def check_healed(service: Service, lab: Visitor) -> None:
    """Its visit sends what the service lacks, once, and finds nothing more to compare."""
    missing = {each.op_id for each in lab.log()} - set(kept(service))
    assert missing
    healed = lab.sync()
    assert (healed.sent_again, healed.verdicts, healed.forks) == (len(missing), {"applied": len(missing)}, ())
    check_told(service, lab)
    with lab.centre() as centre:
        assert finish(verify(centre)) == 0
    assert lab.sync().verdicts == {}


def kept(service: Service) -> list[str]:
    return rows(service, lambda c: list(c.execute(text("SELECT op_id FROM op_log")).scalars()))


_EXPECTED = "SELECT count(*) FROM episodes WHERE status = 'expected'"
