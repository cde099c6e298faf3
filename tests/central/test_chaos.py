"""However many die, and wherever: nothing is lost, doubled or altered, and hardly anything is sent twice."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from central import chaos_blows, chaos_children
from central.chaos_checks import Ledgers, check, check_board
from central.chaos_front import ChaosFront
from central.chaos_plan import DEADLY, MONGO, WAYS, Step, schedule
from central.chaos_run import Chaos
from central.chaos_servers import POSTGRES_MEGABYTES, WORKSTATION_MEGABYTES, Databases, ForkedService, disk
from central.fronts import standing

from scenes.failpoints import BESIDES, SERVICE, WORKER, WORKSTATION

SEED = int(os.environ.get("VLAARENA_CHAOS_SEED", "20261122"))  # another one: another run
DEATHS, SOAK_DEATHS = 15, 2000
CHECK_EVERY = 100  # deaths
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def chaos(tmp_path_factory: pytest.TempPathFactory, server_logs: Path) -> Iterator[Chaos]:
    """Servers of this module alone, for they will be killed, and two workstations."""
    folder = tmp_path_factory.mktemp("chaos")
    chaos_children.begin_nursery(ROOT / "tests")
    with ExitStack() as stack:
        open_to_all = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vlaarena-rows-")))
        open_to_all.chmod(0o755)  # PostgreSQL runs as another user
        rows, small = open_to_all / "rows", folder / "small"
        own_disk = stack.enter_context(disk(rows, POSTGRES_MEGABYTES, real=True))
        small_disk = stack.enter_context(disk(small, WORKSTATION_MEGABYTES, real=False))
        databases = Databases(server_logs, rows)
        stack.callback(databases.remove)
        databases.start()
        service = ForkedService(server_logs, folder / "central", databases)
        stack.callback(service.stop)
        service.start()
        front = ChaosFront(service.url)
        url = stack.enter_context(standing(front))
        made = Chaos(databases, service, front, url, folder)
        made.filled_disk, made.small_disk = rows if own_disk else None, small if small_disk else None
        yield made


def table(chaos: Chaos) -> str:
    """Who died where and how often, and what was sent again because of it."""
    lines = [f"{chaos.died} deaths; {chaos.copies} stores copied; sent again at most per death, where it came alone:"]
    for (blow, place), times in sorted((chaos.deaths + chaos.faults).items()):
        _, operations, episodes = chaos.resent.get(f"{blow} {place}".strip(), (0, 0, 0))
        lines.append(f"{times:6} {blow:28} {place:32} {operations:4} operations {episodes} episodes")
    return "\n".join(lines)


def carried_out(chaos: Chaos, steps: list[Step], deaths: int) -> None:
    """Every blow once, then more until so many have died; a failure says how to repeat it."""
    ledgers, due, began, step = Ledgers(), CHECK_EVERY, time.monotonic(), steps[0]
    for _ in range(2):
        chaos.recover(chaos.add(chaos.new_lab()), "again")
    try:
        for step in steps:
            if chaos.died >= deaths and step.number >= len(schedule(SEED, 0)):
                break
            chaos_blows.strike(chaos, step)
            if chaos.died >= due:
                check(chaos, ledgers)
                due = chaos.died + CHECK_EVERY
                print(f"{chaos.died} deaths in {time.monotonic() - began:.0f} s", flush=True)
        check(chaos, ledgers)
        check_board(chaos, ledgers)
    except BaseException as error:
        error.add_note(f"VLAARENA_CHAOS_SEED={SEED}, {deaths} deaths, step {msgspec.to_builtins(step)}")
        error.add_note("\n".join([*chaos.front.wrong, table(chaos)]))
        raise


def test_every_death_is_survived_by_everything_that_was_acknowledged(
    chaos: Chaos, repeats: Callable[[int, int], int]
) -> None:
    deaths = repeats(DEATHS, SOAK_DEATHS)
    steps = schedule(SEED, deaths + deaths // 4)  # not every blow that is planned meets somebody alive
    carried_out(chaos, steps, deaths)
    print(table(chaos))
    places = {place for blow, place in chaos.deaths if place}
    assert places == {*WORKSTATION, *SERVICE, *WORKER}
    assert {blow for blow, _ in chaos.deaths} == set(DEADLY)
    assert {place for blow, place in chaos.faults if blow == "way breaks"} == set(WAYS)
    assert {place for blow, place in chaos.faults if blow == "mongod refuses"} == set(MONGO)
    assert chaos.died >= deaths


def test_every_failpoint_is_on_the_list_and_in_the_code() -> None:
    reached = [
        name
        for folder in ("scenes", "sync")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r'^ +reach\("([a-z_.]+)"\)', path.read_text(), re.MULTILINE)
    ]
    assert sorted(reached) == sorted([*WORKSTATION, *SERVICE, *WORKER, *BESIDES])  # BESIDES: test_deaths_besides.py


def test_the_same_seed_gives_the_same_schedule() -> None:
    assert schedule(7, 200) == schedule(7, 200)
    assert schedule(7, 200) != schedule(8, 200)
