"""The central service over what PostgreSQL and MongoDB do bare with the same rows and documents, and the rest of what
is promised of its speed: answers that nothing changed, servers of tests that are up, the memory of a workstation.

Everything runs on real servers that write to the disk (fsync on). The service and what it is compared with take turns,
so that other load of the machine meets both.

Run: python tests/bench/bench_central.py [--only starts push episodes board pending] [--profile FILE.svg]
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from arena_samples import episode
from bare_databases import BareMongo, BarePostgres
from central.servers import Mongo, Postgres, Service
from central.test_sync_many import VISIT, write_notes
from central.visitors import Visitor
from central.workstations import Answer, Asking, Workstation

from scenes.codec import encode
from scenes.episode import Episode
from scenes.recorder import Recorder
from scenes.world import World, compile_world
from sync import api
from sync.operations import sign
from sync.server import migrating

PARTS = ("starts", "push", "episodes", "board", "pending")
ROUNDS = {1000: 11, 200: 31}  # of pushes, by how many operations each brings
GOALS = {1000: 12, 200: 25}  # times what COPY takes
BARE = ("bare", "bare_log")
EPISODES = {64: 15, 256: 11, 390: 11}  # rounds, by how many one request brings; 390 fill the 16 MiB it may hold
STEPS, SUBSTEPS = 50, 50  # of an episode
REQUESTS, STARTS, PENDING = 1000, 5, 100_000
_LIMITS = {"VLAARENA_CENTRAL_ADDRESS_BURST": "1000000", "VLAARENA_CENTRAL_DEVICE_BURST": "1000000"}


class Site:
    """PostgreSQL, MongoDB and the service; and a second database with the same tables."""

    def __init__(self, folder: Path, *, fsync: bool = True) -> None:
        self.postgres, self.mongo = Postgres(folder, fsync=fsync), Mongo(folder)
        self.service = Service(folder, folder / "home", {})
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        with ThreadPoolExecutor(1) as beside:
            started = beside.submit(self.mongo.start)
            self.postgres.start()
            self.migrate("central")
            started.result()
        url = self.postgres.url("central")
        names = {"DATABASE_URL": url, "MONGO_URL": self.mongo.url, "MONGO_DATABASE": "central"}
        self.service.environment |= {f"VLAARENA_CENTRAL_{key}": value for key, value in names.items()} | _LIMITS
        self.service.start()

    def migrate(self, name: str) -> None:
        """A database with the tables."""
        self.postgres.execute(f"CREATE DATABASE {name}")
        migrating.migrate(self.postgres.url(name))

    def close(self) -> None:
        self.service.stop()
        self.mongo.remove()
        self.postgres.remove()


def milliseconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def told(name: str, value: str, goal: str, detail: str = "") -> None:
    print(f"{name:42}{value:>10}   goal {goal:12}{detail}", flush=True)


def spread(values: list[float]) -> str:
    low, middle, high = np.percentile(values, [10, 50, 90])
    return f"{middle:.1f} ({low:.1f}..{high:.1f}) ms"


def sent(lab: Workstation, path: str, record: Any) -> float:
    """[ms] until a request was answered; it is signed before."""
    body = encode(record)
    headers = lab.signed("POST", path, body)
    answers = list[Answer]()
    taken = milliseconds(lambda: answers.append(lab.ask("POST", path, body, headers)))
    assert answers[0].status == 200, answers[0].body
    return taken


def starts(folder: Path) -> None:
    """PostgreSQL, MongoDB and the service on fresh data, as tests start them."""
    times = list[float]()
    for turn in range(STARTS):
        place = folder / f"start-{turn}"
        place.mkdir()
        sites = list[Site]()
        times.append(milliseconds(lambda place=place, sites=sites: sites.append(Site(place, fsync=False))))
        sites[0].close()
    told("test servers up", f"{median(times) / 1000:.2f} s", "<= 3 s", spread(times))


def pushes(site: Site, lab: Workstation, size: int) -> None:
    """Batches of a log that goes on, against COPY of the very rows that each of them became, and of its log alone."""
    bare, log = (BarePostgres(site.postgres.url("central"), site.postgres.url(name), lab.store_id) for name in BARE)
    times, copies, logs, rows = list[float](), list[float](), list[float](), 0
    for turn in range(ROUNDS[size] + 1):
        first, body = _batch(lab, size)
        pushed = sent(lab, api.PUSH, body)
        rows, blocks = bare.read(first, first + size - 1)
        copied = milliseconds(lambda blocks=blocks: bare.write(blocks))
        logged = milliseconds(lambda blocks=blocks: log.write(blocks[:1]))
        if turn:  # the first one warms up
            times, copies, logs = [*times, pushed], [*copies, copied], [*logs, logged]
    bare.close()
    log.close()
    for name, found, count in (("its rows", copies, rows), ("its log alone", logs, size)):
        ratio = median(times) / median(found)
        detail = f"push {spread(times)}, COPY of {count} {spread(found)}"
        told(f"push of {size} over COPY of {name}", f"1/{ratio:.1f}", f">= 1/{GOALS[size]}", detail)


def _batch(lab: Workstation, size: int) -> tuple[int, api.Push]:
    """The next operations of a log, in which every battle has a turn, a vote and a note; the number of the first."""
    first = len(lab.operations)
    while len(lab.operations) < first + size:
        closed = lab.battle()
        lab.note(closed, lab.operations[-2].record_id)
    chosen = tuple(sign(each, lab.key) for each in lab.operations[first : first + size])
    del lab.operations[first + size :]
    return first + 1, api.Push(version=api.VERSION, store_id=lab.store_id, operations=chosen)


def real_episodes() -> Iterator[bytes]:
    """Episodes of a robot that wanders, each with bytes of its own and as large as those of a real policy."""
    world = compile_world("panda", "table")
    recorded = [msgspec.msgpack.decode(_recorded(world, seed)) for seed in range(8)]
    number = 0
    while True:  # extension types pass through as they are: nothing is compressed again
        number += 1
        yield msgspec.msgpack.encode(recorded[number % len(recorded)] | {"policy_seed": number})


def _recorded(world: World, seed: int) -> bytes:
    world.reset(seed)
    start, recorder = world.state(), Recorder(world, SUBSTEPS)
    random = np.random.Generator(np.random.PCG64(seed))
    raw = random.normal(size=(STEPS, 7)).astype(np.float32)
    for _ in range(STEPS):
        recorder.step(world.data.ctrl + random.normal(scale=0.02, size=world.model.nu))
    return encode(
        Episode(
            trajectory=recorder.finish(),
            instruction="push the red cube to the left",
            task_id=None,
            seed=seed,
            policy_seed=0,
            start="reset",
            start_digest=start.digest,
            max_steps=STEPS,
            termination="max_steps",
            raw_actions=raw,
            processed_actions=raw.astype(np.float64),
            events=(),
        )
    )


def episodes(site: Site, lab: Workstation, made: Iterator[bytes], count: int) -> None:
    """Episodes of turns that were pushed, against insert_many of the very documents that they became."""
    bare = BareMongo(site.mongo.url)
    lab.new_episode = lambda: next(made)
    times, inserts, size = list[float](), list[float](), 0
    for turn in range(EPISODES[count] + 1):
        lab.episodes.clear()
        first = len(lab.operations)
        for _ in range(count // 2):
            lab.battle()
        lab.push(lab.operations[first:])
        uploads = tuple(api.EpisodeUpload(*each) for each in lab.episodes.items())
        body = api.Episodes(version=api.VERSION, episodes=uploads)
        took = sent(lab, api.EPISODES, body)
        documents = bare.read(list(lab.episodes))
        inserted = milliseconds(lambda documents=documents: bare.write(documents))
        size = sum(map(len, lab.episodes.values())) // len(documents)
        if turn:
            times.append(took)
            inserts.append(inserted)
    bare.close()
    detail = f"{count} of {size / 1000:.0f} KB: {spread(times)}, insert_many {spread(inserts)}"
    told("episodes over insert_many, j: true", f"{median(inserts) / median(times):.2f}", ">= 0.5", detail)


def board(site: Site) -> None:
    """The leaderboard asked for again by somebody who has it."""
    visitor = Asking(site.service)
    etag = visitor.ask("GET", "/api/leaderboard").headers["ETag"]

    def ask() -> None:
        assert visitor.ask("GET", "/api/leaderboard", headers={"If-None-Match": etag}).status == 304

    times = [milliseconds(ask) for _ in range(REQUESTS)]
    visitor.close()
    told("leaderboard with matching ETag, p95", f"{np.percentile(times, 95):.1f} ms", "<= 20 ms", spread(times))


def pending(site: Site, folder: Path) -> None:
    """Very many operations that wait, sent by a process of their own."""
    lab = Visitor(folder / "lab")
    lab.enrol(site.service)
    (battle_id,) = lab.play()
    write_notes(lab, battle_id, PENDING)
    lab.close()
    command = [sys.executable, "-c", VISIT, str(lab.folder)]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - start
    applied, kilobytes = (int(word) for word in done.stdout.split())
    told(f"{applied} pending operations", f"{kilobytes / 1024:.0f} MB", "< 150 MB", f"{applied / seconds:.0f} a second")


@contextlib.contextmanager
def profiled(pid: int, file: Path | None) -> Iterator[None]:
    """The CPU profile of a process while the block runs, by py-spy (which is to be installed beside)."""
    if file is None:
        yield
        return
    command = [shutil.which("py-spy") or sys.exit("--profile needs py-spy on the PATH"), "record", "-o", str(file)]
    kind = {".json": "speedscope", ".txt": "raw"}.get(file.suffix, "flamegraph")
    spying = subprocess.Popen([*command, "-f", kind, "-t", "-r", "500", "-d", "3600", "-p", str(pid)])
    try:
        yield
    finally:
        spying.send_signal(signal.SIGINT)
        spying.wait()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--profile", type=Path, help="of the service, while it is measured: .svg, .json or .txt")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as closing:
        folder = Path(name)
        if "starts" in chosen.only:
            starts(folder)
        site = Site(folder)
        closing.callback(site.close)
        for bare in BARE:
            site.migrate(bare)
        lab = Workstation(site.service)
        lab.enrol()
        numbers, made = itertools.count(), real_episodes()
        lab.new_episode = lambda: episode(variant=next(numbers)).to_bytes()
        measures: dict[str, Callable[[], Any]] = {
            "push": lambda: [pushes(site, lab, size) for size in ROUNDS],
            "episodes": lambda: [episodes(site, lab, made, count) for count in EPISODES],
            "board": lambda: board(site),
            "pending": lambda: pending(site, folder),
        }
        with profiled(site.service.pid, chosen.profile):
            for part, measure in measures.items():
                if part in chosen.only:
                    measure()


if __name__ == "__main__":
    main()
