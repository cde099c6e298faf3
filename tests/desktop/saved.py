"""Saved files read back: what a player would show of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import mujoco
import numpy as np
from numpy.typing import NDArray

from scenes.episode import Trajectory
from scenes.recorder import Recorder
from scenes.world import World
from sync.records import Turn
from vlaarena_desktop.replays import TurnReplay
from vlaarena_desktop.saving.frames import Take, named_camera


def frames_of(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def duration_of(path: Path) -> float:
    """[s] until the last frame begins."""
    with av.open(str(path)) as container:
        return float(max(frame.time or 0.0 for frame in container.decode(video=0)))


def difference(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """The mean difference of two pictures' colours, of 255."""
    return float(np.abs(first.astype(np.int16) - second.astype(np.int16)).mean())


def webp_chunks(path: Path) -> Iterator[str]:
    """The names of a WebP file's chunks (RIFF container)."""
    content, place = path.read_bytes(), 12
    while place < len(content):
        yield content[place : place + 4].decode()
        size = int.from_bytes(content[place + 4 : place + 8], "little")
        place += 8 + size + size % 2


def swing(world: World, seed: int, steps: int) -> Trajectory:
    """The arm turns from side to side."""
    world.reset(seed)
    recorder = Recorder(world, world.substeps(10.0))
    ctrl = world.data.ctrl.copy()
    for step in range(steps):
        ctrl[0] += 0.1 if step < steps // 2 else -0.05
        recorder.step(ctrl)
    return recorder.finish()


def rest(world: World, seed: int, steps: int) -> Trajectory:
    """Nothing moves."""
    world.reset(seed)
    recorder = Recorder(world, world.substeps(10.0))
    for _ in range(steps):
        recorder.step(world.data.ctrl.copy())
    return recorder.finish()


def front(model: mujoco.MjModel, *sides: Trajectory) -> tuple[Take, ...]:
    """These trajectories as A, or as A and B, seen through the front camera."""
    return tuple(Take(side, model, each, named_camera(model, "front")) for side, each in enumerate(sides))


def waving(world: World) -> TurnReplay:
    """A turn in which A moves and B rests and ends sooner."""
    turn = Turn(
        turn_id="turn",
        battle_id="battle",
        seq=2,
        instruction="Wave at the red cube!",
        task_id=None,
        start="reset",
        left_episode_id="0" * 64,
        right_episode_id="0" * 64,
        created_at="2026-01-01T00:00:00+00:00",
    )
    return TurnReplay(turn, swing(world, seed=1, steps=6), rest(world, seed=1, steps=3))
