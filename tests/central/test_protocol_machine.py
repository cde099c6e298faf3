"""A machine of the protocol: workstations and the service do what they may in any order, and a model in plain lists
and dicts tells what the service must hold after every step.

The workstations are real data folders that use the real client, job by job; the service and its databases are real.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from central.protocol_folders import Folder, outbox_of_the_future, poisoned
from central.protocol_model import Log, Model
from central.servers import Service
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, Engine, text

from scenes.errors import ServiceRefused
from scenes.progress import finish
from sync import client
from sync.server import ballots, devices, jobs, snapshots
from sync.server.postgres import engine_for, transaction
from sync.server.settings import CentralSettings
from sync.uploading import send_episodes
from sync.verifying import verify

SOAKING = bool(os.environ.get("VLAARENA_SOAK"))
EXAMPLES, STEPS = (60, 60) if SOAKING else (6, 24)
MOST_FOLDERS = 3
WHICH = st.integers(0, 11)
_numbers = itertools.count(1)


class Protocol(RuleBasedStateMachine):
    """Up to three copies of one data folder, and the service."""

    service: Service
    engine: Engine
    root: Path

    @initialize()
    def enrolled(self) -> None:
        self.model, self.number = Model(), next(_numbers)
        first = Folder(self.root / str(self.number), self.number * 1_000_000)
        first.visitor.enrol(self.service)
        self.folders, self.kept = [first], list[tuple[Path, Log]]()
        self.play(0, 1)
        self.copy(0)

    def teardown(self) -> None:
        """In the end everybody visits the service once more."""
        folders = getattr(self, "folders", [])
        for which in range(len(folders)):
            self.play(which, 1)
            self.add_to_a_closed_battle(which, "note", which)
            self.add_to_a_closed_battle(which, "retraction", which)
            self.push(which)
            self.upload(which, True)
            self.compare(which)
        self.the_service_holds_what_the_model_says()
        for folder in folders:
            folder.visitor.close()

    def folder(self, which: int) -> Folder:
        return self.folders[which % len(self.folders)]

    # what people do

    @rule(which=WHICH, battles=st.integers(1, 2))
    def play(self, which: int, battles: int) -> None:
        folder = self.folder(which)
        folder.visitor.play(battles)
        folder.took_in(self.model)

    @rule(which=WHICH, said=st.sampled_from(("note", "withdrawal", "retraction", "comment", "branch")), place=WHICH)
    def add_to_a_closed_battle(self, which: int, said: str, place: int) -> None:
        folder = self.folder(which)
        if folder.add(said, place):
            folder.took_in(self.model)

    # what the client does

    @rule(which=WHICH)
    def push(self, which: int) -> None:
        folder = self.folder(which)
        with folder.visitor.centre() as centre:
            sent = finish(client.push(centre))
        verdicts, forks = self.model.drain(folder.log, sent.forks)
        assert (Counter(sent.verdicts), len(sent.forks)) == (verdicts, forks)

    @rule(which=WHICH, count=st.integers(1, 3), marked=st.booleans())
    def push_a_part_and_maybe_lose_the_reply(self, which: int, count: int, marked: bool) -> None:
        folder = self.folder(which)
        store_id = folder.log.waiting()
        if store_id is None:
            return
        batch = folder.log.batch(store_id)[:count]
        forked_at = self.model.forked_at(store_id, batch)
        answer = folder.send(store_id, [each for _, each in batch], marked=marked and forked_at is None)
        assert answer.forked_at == forked_at
        if forked_at is None:
            verdicts = self.model.push(store_id, batch)
            assert {each.op_id: each.verdict for each in answer.verdicts} == verdicts
            folder.log.judged.update(verdicts if marked else {})

    @rule(which=WHICH)
    def push_in_a_wrong_order(self, which: int) -> None:
        folder = self.folder(which)
        store_id = folder.log.waiting()
        backwards = [each for _, each in folder.log.batch(store_id)][::-1] if store_id else []
        if store_id and len(backwards) > 1:
            with pytest.raises(ServiceRefused, match="order of their numbers"):
                folder.send(store_id, backwards, marked=False)

    @rule(which=WHICH)
    def push_beyond_a_gap(self, which: int) -> None:
        folder = self.folder(which)
        store_id = folder.log.waiting()
        batch = folder.log.batch(store_id)[1:] if store_id else []
        place = self.model.places.get(store_id or "", [])
        if store_id and batch and batch[0][0] > len(place) + 1:
            answer = folder.send(store_id, [each for _, each in batch], marked=False)
            assert answer.expected_seq == len(place) + 1
            assert {each.verdict for each in answer.verdicts} == set(self.model.push(store_id, batch).values())

    @rule(which=WHICH, whole=st.booleans())
    def upload(self, which: int, whole: bool) -> None:
        folder = self.folder(which)
        with folder.visitor.centre() as centre:
            if whole:
                finish(send_episodes(centre))
                self.model.stored |= self.model.wanted(folder.log)
            else:
                stored = folder.upload_one(centre)
                assert stored <= self.model.wanted(folder.log)
                self.model.stored |= stored

    @rule(which=WHICH)
    def compare(self, which: int) -> None:
        with self.folder(which).visitor.centre() as centre:
            assert finish(verify(centre)) == 0

    # what becomes of data folders

    @precondition(lambda self: len(self.folders) < MOST_FOLDERS)
    @rule(which=WHICH)
    def copy(self, which: int) -> None:
        number = self.number * 1_000_000 + len(self.folders) * 10_000
        self.folders.append(self.folder(which).copied(self.root / f"{self.number}-{len(self.folders)}", number))

    @rule(which=WHICH)
    def keep_a_backup(self, which: int) -> None:
        folder = self.folder(which)
        place = self.root / f"{self.number}-backup-{len(self.kept)}"
        folder.copied(place, 0).visitor.close()
        self.kept.append((place, folder.log.copied()))

    @precondition(lambda self: self.kept)
    @rule(which=WHICH, kept=WHICH)
    def restore_a_backup(self, which: int, kept: int) -> None:
        place, log = self.kept[kept % len(self.kept)]
        self.folder(which).restore(place, log)

    @rule(which=WHICH, place=WHICH)
    def poison_what_was_never_sent(self, which: int, place: int) -> None:
        folder = self.folder(which)
        elsewhere = [each.log for each in self.folders if each is not folder] + [log for _, log in self.kept]
        shared = {each for log in elsewhere for ids in log.stores.values() for each in ids}
        sent = {each for ids in self.model.places.values() for each in ids}
        store_id = folder.log.waiting()
        batch = folder.log.batch(store_id) if store_id else []
        fresh = [each for _, each in batch if each not in shared | sent]
        if fresh:
            poisoned(folder, self.model, fresh[place % len(fresh)])

    @rule(which=WHICH)
    def write_what_only_a_newer_program_knows(self, which: int) -> None:
        outbox_of_the_future(self.folder(which), self.model)

    # what the operator and the worker do

    @rule(which=WHICH)
    def revoke_the_device_and_allow_it_again(self, which: int) -> None:
        folder = self.folder(which)
        device_id = folder.device_id
        transaction(self.engine, lambda c: devices.revoke_device(c, device_id))
        with pytest.raises(ServiceRefused, match="does not take this workstation"):
            folder.send(folder.log.waiting() or folder.log.present, [], marked=False)
        transaction(self.engine, lambda c: devices.allow_device(c, device_id))

    @rule(job=st.sampled_from(("ratings", "reconcile")))
    def work(self, job: jobs.Job) -> None:
        work = jobs.Work(_settings(self.service), self.service.home, self.engine)
        assert jobs.run(work, job) == "done"
        if job == "ratings":
            board, votes = transaction(self.engine, lambda c: (snapshots.latest(c).board, ballots.counting(c)))
            assert board.votes == len(votes)

    # what must be so after each of these

    @invariant()
    def the_service_holds_what_the_model_says(self) -> None:
        if not hasattr(self, "model"):
            return
        transaction(self.engine, self._check)

    def _check(self, connection: Connection) -> None:
        model, ids = self.model, list(self.model.operations)
        logged = connection.execute(text(_LOGGED), {"ids": ids}).all()
        assert [row.op_id for row in logged] == list(model.applied)
        for row in logged:
            expected = model.operations[row.op_id]
            assert (row.kind, row.record_id, row.rev) == (expected.kind, expected.record_id, expected.rev)
            assert expected.body in bytes(row.content)
        chosen = {"stores": list(model.places)}
        places: dict[str, list[str]] = {name: [] for name in model.places}
        for row in connection.execute(text(_PLACES), chosen):
            places[row.store_id].append(row.op_id)
            assert row.seq == len(places[row.store_id])
        assert places == model.places
        last = {row.store_id: row.last_seq for row in connection.execute(text(_STORES), chosen)}
        assert last == {name: len(ids) for name, ids in model.places.items()}
        kept = {(row.op_id, row.store_id): row.verdict for row in connection.execute(text(_QUARANTINE), {"ids": ids})}
        assert kept == model.quarantine
        self._check_evidence(connection)

    def _check_evidence(self, connection: Connection) -> None:
        model = self.model
        named = {name for each in model.applied for name in model.operations[each].episodes}
        rows = connection.execute(text(_EPISODES), {"names": list(named)}).all()
        assert {row.episode_id: row.status == "stored" for row in rows} == {
            name: name in model.stored for name in named
        }
        votes = {each.record_id for each in model.operations.values() if each.kind == "vote"}
        counting = {each.vote_id: each.vote for each in ballots.counting(connection) if each.vote_id in votes}
        assert counting == model.counting()

    @invariant()
    def every_folder_knows_its_log_and_what_became_of_it(self) -> None:
        for folder in getattr(self, "folders", ()):
            assert folder.told() == (folder.log.stores, folder.log.judged)


@pytest.fixture
def engine(central: Service) -> Iterator[Engine]:
    made = engine_for(central.environment["VLAARENA_CENTRAL_DATABASE_URL"], 3)
    yield made
    made.dispose()


def test_workstations_and_service_hold_what_the_model_says(central: Service, engine: Engine, tmp_path: Path) -> None:
    of_this_run = {"service": central, "engine": engine, "root": tmp_path}
    machine = type("OfThisRun", (Protocol,), of_this_run)
    told = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,) if SOAKING else (Phase.generate, Phase.shrink),
    )
    run_state_machine_as_test(machine, settings=told)


def _settings(service: Service) -> CentralSettings:
    told = {name: service.environment[f"VLAARENA_CENTRAL_{name.upper()}"] for name in ("mongo_url", "mongo_database")}
    return CentralSettings(**told)


_LOGGED = "SELECT op_id, kind, record_id, rev, content FROM op_log WHERE op_id = ANY(:ids) ORDER BY position"
_PLACES = "SELECT store_id, seq, op_id FROM op_places WHERE store_id = ANY(:stores) ORDER BY store_id, seq"
_STORES = "SELECT store_id, last_seq FROM stores WHERE store_id = ANY(:stores)"
_QUARANTINE = "SELECT op_id, store_id, verdict FROM op_quarantine WHERE op_id = ANY(:ids)"
_EPISODES = "SELECT episode_id, status FROM episodes WHERE episode_id = ANY(:names)"
