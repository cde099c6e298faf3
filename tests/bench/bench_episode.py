"""A 50-step episode with two 224-pixel cameras: where its time goes, what recording costs, how large it is.

Run: python tests/bench/bench_episode.py
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np

from scenes.cameras import Cameras
from scenes.codec import encode
from scenes.episode import Trajectory
from scenes.recorder import Recorder
from scenes.world import World, compile_world

STEPS, SUBSTEPS, SIZE = 50, 50, 224
ROUNDS = 7


def controls(step: int) -> np.ndarray:
    """A sweep over the table and through its objects, opening and closing."""
    ctrl = np.array([0.0, 0.55, 0.0, -2.0, 0.0, 2.5, 0.785, 255.0 if step % 8 < 4 else 0.0])
    ctrl[0] = 0.5 * np.sin(0.25 * step)
    ctrl[1] += 0.1 * np.sin(0.4 * step)
    return ctrl


def seconds(task: Callable[[], object]) -> float:
    begun = process_time()
    task()
    return process_time() - begun


def play(world: World, cameras: Cameras, advance: Callable[[np.ndarray], None]) -> np.ndarray:
    """CPU seconds of policy stand-in, physics (with recording, if `advance` records) and rendering: (3,)."""
    spent = np.zeros(3)
    for step in range(STEPS):
        spent[2] += seconds(lambda: [cameras.render(world.data, camera, SIZE, SIZE) for camera in ("front", "wrist")])
        begun = process_time()
        ctrl = controls(step)
        spent[0] += process_time() - begun
        spent[1] += seconds(lambda ctrl=ctrl: advance(ctrl))  # type: ignore[misc]
    return spent


def recorded(world: World, cameras: Cameras) -> tuple[np.ndarray, Trajectory]:
    world.reset(1)
    recorder = Recorder(world, SUBSTEPS)
    spent = play(world, cameras, recorder.step)
    begun = process_time()
    trajectory = recorder.finish()
    spent[1] += process_time() - begun
    return spent, trajectory


def unrecorded(world: World, cameras: Cameras) -> np.ndarray:
    world.reset(1)
    return play(world, cameras, lambda ctrl: world.step(ctrl, SUBSTEPS))


def main() -> None:
    """Print the table."""
    world = compile_world("panda", "table")
    with Cameras(world.model, SIZE, SIZE) as cameras:
        unrecorded(world, cameras)
        pairs = [(unrecorded(world, cameras), *recorded(world, cameras)) for _ in range(ROUNDS)]
        renderer = cameras.renderer
    plain = np.median([pair[0] for pair in pairs], axis=0)
    recording = median(pair[1][1] - pair[0][1] for pair in pairs)
    ratio = 1 + recording / plain.sum()
    trajectory = pairs[0][2]
    print(f"50 steps, two {SIZE} px cameras, {renderer}, CPU of one process")
    for name, value in zip(("policy stand-in", "physics", "render"), plain, strict=True):
        print(f"  {name:<18}{value * 1e3:8.1f} ms {value / plain.sum():7.1%}")
    print(f"  {'record':<18}{recording * 1e3:8.1f} ms {recording / plain.sum():7.1%}")
    print(f"  {'recorded / unrecorded':<26}{ratio:8.3f}  (goal <= 1.05)")
    print(f"  {'physics per control step':<26}{plain[1] / STEPS * 1e3:8.2f} ms")
    print(f"  {'encode':<26}{seconds(lambda: encode(trajectory)) * 1e3:8.1f} ms")
    print(f"  {'exact record':<26}{len(encode(trajectory.states)) / 1e3:8.1f} KB (goal <= 35)")
    print(f"  {'display track':<26}{len(encode(trajectory.display)) / 1e3:8.1f} KB (goal <= 12)")


if __name__ == "__main__":
    main()
