"""MongoDB's disk is full: what was not kept is not called kept, and what was called kept is there afterwards."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from central.chaos_servers import disk, fill
from central.servers import Mongo, Service
from central.workstations import Answer, Asking, Workstation
from pymongo.errors import PyMongoError

from sync import api

MEGABYTES = 400  # of which a fresh mongod takes 300
MOST = 40  # uploads, after which the disk must have been full


class SmallMongo(Mongo):
    """A mongod on a small disk; where none may be mounted, one whose files may not grow."""

    def __init__(self, logs: Path, folder: Path, *, mounted: bool) -> None:
        super().__init__(logs)
        self.folder.rmdir()
        self.folder = folder / "data"
        self.folder.mkdir()
        self._small, self._mounted, self._filler = folder, mounted, folder / "filler"

    def fill(self) -> None:
        """Leave it no room."""
        if self._mounted:
            self._filler = fill(self._small)
        else:
            largest = max(path.stat().st_size for path in self.folder.rglob("*.wt"))
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (largest, largest))

    def write_files(self) -> None:
        """A checkpoint, as it comes every minute; without room mongod ends at it."""
        with self.client() as client, contextlib.suppress(PyMongoError):
            client.admin.command("fsync")

    def make_room(self) -> None:
        """Give it room again, as whoever runs it would, and start it on what it left."""
        self._filler.unlink(missing_ok=True)
        self.kill()
        self.start()


@pytest.fixture
def small_mongo(server_logs: Path, tmp_path: Path) -> Iterator[SmallMongo]:
    with contextlib.ExitStack() as stack:
        folder = tmp_path / "small"
        mounted = stack.enter_context(disk(folder, MEGABYTES, real=False))
        mongo = SmallMongo(server_logs, folder, mounted=mounted)
        stack.callback(mongo.remove)
        mongo.start()
        yield mongo


def uploaded_until_refused(lab: Workstation, mongo: SmallMongo) -> tuple[Answer, set[str]]:
    """Upload battle after battle while MongoDB writes its files as it does every minute: the first answer that is a
    refusal, and the episodes that were acknowledged before."""
    acknowledged = set[str]()
    for _ in range(MOST):
        known = set(lab.episodes)
        lab.battle()
        lab.push()
        uploads = tuple(api.EpisodeUpload(name, lab.episodes[name]) for name in lab.episodes.keys() - known)
        answer = lab.send(api.EPISODES, api.Episodes(version=api.VERSION, episodes=uploads))
        if answer.status != 200:
            return answer, acknowledged
        acknowledged |= set(answer.record(api.EpisodesStored).stored)
        mongo.write_files()
    raise AssertionError("the disk was never full")


def test_a_full_disk_of_mongodb_loses_no_acknowledged_episode(
    small_mongo: SmallMongo, new_service: Callable[..., Service]
) -> None:
    service = new_service(MONGO_URL=small_mongo.url, MONGO_PATIENCE_S="1")
    service.start()
    lab, visitor = Workstation(service), Asking(service)
    lab.enrol()
    small_mongo.fill()
    refused, acknowledged = uploaded_until_refused(lab, small_mongo)
    assert (refused.status, refused.error.code) == (503, "unavailable")
    lab.battle()
    assert {each.verdict for each in lab.push().verdicts} <= {"applied", "dup"}  # the log goes on meanwhile
    small_mongo.make_room()
    assert acknowledged
    binary = {"Accept": "application/octet-stream"}
    for name in acknowledged:
        assert visitor.ask("GET", f"/api/episodes/{name}", headers=binary).body == lab.episodes[name]
    assert set(lab.upload().stored) == set(lab.episodes)
    assert lab.push([]).wanted_episodes == ()
    visitor.close()
    lab.close()
