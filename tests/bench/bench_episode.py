"""A 50-step episode with two 224-pixel cameras: where its time goes, what recording costs, how large it is.

Run: python tests/bench/bench_episode.py
"""

from __future__ import annotations

from statistics import median
from time import process_time

from gpu_daemon.policies.loading import all_cards, load
from scenes.cameras import Cameras
from scenes.codec import encode
from scenes.control import Controller
from scenes.episode import Trajectory
from scenes.observing import observe
from scenes.recorder import Recorder
from scenes.world import World, compile_world

STEPS, SUBSTEPS, SIZE = 50, 50, 224
ROUNDS = 7
PARTS = ("render", "policy", "control", "physics")
CARD = all_cards()["random-walk"]


class Stopwatch:
    """CPU seconds of this process, shared out among parts."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(PARTS, 0.0)
        self._since = process_time()

    def lap(self, part: str) -> None:
        """All time since the last lap was spent on this part."""
        now = process_time()
        self.spent[part] += now - self._since
        self._since = now


def play(world: World, cameras: Cameras, *, recording: bool) -> tuple[dict[str, float], Trajectory | None]:
    """One episode of the random walk, which looks through both cameras."""
    policy = load(CARD)
    policy.reset("wander", 1)
    world.reset(1)
    controller, recorder = Controller(world, CARD.action, CARD.control_hz), Recorder(world, SUBSTEPS)
    watch = Stopwatch()
    for _ in range(STEPS):
        observation = observe(world, controller, cameras, CARD.cameras, CARD.reads_state)
        watch.lap("render")
        action = policy.act(observation)[0]
        watch.lap("policy")
        command = controller.apply(action)
        watch.lap("control")
        if recording:
            recorder.step(command.ctrl)
        else:
            world.step(command.ctrl, SUBSTEPS)
        watch.lap("physics")
    trajectory = recorder.finish() if recording else None
    watch.lap("physics")
    return watch.spent, trajectory


def main() -> None:
    """Print the table."""
    world = compile_world("panda", "table")
    with Cameras(world.model, SIZE, SIZE) as cameras:
        play(world, cameras, recording=True)
        pairs = [(play(world, cameras, recording=False), play(world, cameras, recording=True)) for _ in range(ROUNDS)]
        renderer = cameras.renderer
    plain = {part: median(pair[0][0][part] for pair in pairs) for part in PARTS}
    whole, extra = sum(plain.values()), median(pair[1][0]["physics"] - pair[0][0]["physics"] for pair in pairs)
    trajectory = pairs[0][1][1]
    assert trajectory is not None
    print(f"{STEPS} steps, two {SIZE} px cameras, {renderer}, CPU of one process")
    for part, seconds in (*plain.items(), ("record", extra)):
        print(f"  {part:<10}{seconds * 1e3:8.1f} ms {seconds / whole:7.1%}")
    begun = process_time()
    encode(trajectory)
    encoding = process_time() - begun
    print(f"  {'encode':<10}{encoding * 1e3:8.1f} ms {encoding / whole:7.1%}")
    print(f"  recorded / unrecorded              {1 + extra / whole:6.3f}  (goal <= 1.05)")
    print(f"  recorded and encoded / unrecorded  {1 + (extra + encoding) / whole:6.3f}")
    print(f"  exact record   {len(encode(trajectory.states)) / 1e3:5.1f} KB (goal <= 35)")
    print(f"  display track  {len(encode(trajectory.display)) / 1e3:5.1f} KB (goal <= 12)")


if __name__ == "__main__":
    main()
