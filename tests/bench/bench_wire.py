"""What the daemon adds to playing: time to start, to say hello, to carry an episode; its cost at rest.

Run as `python tests/bench/bench_wire.py`. Wall times depend on the machine; the ratios hardly do.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from faults.daemons import RunningDaemon, add_card, new_play, running_daemon

from gpu_daemon.client import DaemonClient
from gpu_daemon.policies.loading import all_cards, load
from gpu_daemon.rollout import rollout
from scenes.progress import finish
from scenes.world import compile_world

MODEL = "scripted-careful"
INSTRUCTION = "push the red cube to the left"
REPEATS = 10


def seconds_of(action: object, repeats: int = REPEATS) -> list[float]:
    times = []
    for _ in range(repeats):
        began = perf_counter()
        action()  # type: ignore[operator]
        times.append(perf_counter() - began)
    return times


def direct() -> float:
    """A 50-step episode played in this process."""
    card, world = all_cards()[MODEL], compile_world("panda", "table")
    policy, play = load(card), new_play(MODEL, max_steps=50, instruction=INSTRUCTION)
    return min(seconds_of(lambda: finish(rollout(policy, card, world, play, None)).episode.to_bytes()))


def through(client: DaemonClient, count: int) -> float:
    """The same through the daemon, `count` at once."""

    def plays() -> None:
        wanted = [new_play(MODEL, max_steps=50, instruction=INSTRUCTION) for _ in range(count)]
        finish(client.play(wanted))

    plays()
    return min(seconds_of(plays))


def hellos_while_busy(daemon: RunningDaemon) -> list[float]:
    """How long Hello takes while every worker plays."""
    stop, busy = Event(), DaemonClient(daemon.address)

    def play_on() -> None:
        while not stop.is_set():
            finish(busy.play([new_play(MODEL, max_steps=50, instruction=INSTRUCTION) for _ in range(4)]))

    thread = Thread(target=play_on)
    thread.start()
    times = seconds_of(lambda: DaemonClient(daemon.address).hello(), 100)
    stop.set()
    thread.join()
    return times


def at_rest(daemon: RunningDaemon) -> float:
    """The part of one core that an idle daemon and its workers use."""
    pids = [daemon.process.pid, *daemon.workers()]
    began, before = perf_counter(), sum(map(_cpu_seconds, pids))
    daemon.process.poll()
    Event().wait(5.0)
    return (sum(map(_cpu_seconds, pids)) - before) / (perf_counter() - began)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        add_card(home, "unused", "behaves")
        began = perf_counter()
        with running_daemon(home) as daemon:
            ready = perf_counter() - began
            alone = direct()
            one, two = through(daemon.client(), 1), through(daemon.client(), 2)
            quiet = seconds_of(lambda: DaemonClient(daemon.address).hello(), 100)
            busy = hellos_while_busy(daemon)
            resting = at_rest(daemon)
    print(f"ready after start            {ready:8.2f} s")
    print(f"50 steps in this process     {alone * 1000:8.1f} ms")
    print(f"  through the daemon, one    {one * 1000:8.1f} ms   {one / alone:5.2f} x")
    print(f"  through the daemon, two    {two * 1000:8.1f} ms   {two / alone:5.2f} x")
    print(f"hello, at rest               {median(quiet) * 1000:8.1f} ms   longest {max(quiet) * 1000:.1f} ms")
    print(f"hello, both workers playing  {median(busy) * 1000:8.1f} ms   longest {max(busy) * 1000:.1f} ms")
    print(f"at rest                      {resting * 100:8.2f} % of one core")


if __name__ == "__main__":
    main()
