"""What learned policies see must stay as it was when they learned.

`python tests/scenes/test_stored_pictures.py` stores new pictures. Whoever does that trains the baselines again.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from scenes.cameras import Cameras
from scenes.control import Controller
from scenes.models import CameraInput
from scenes.observing import observe
from scenes.policy import ActionSpace
from scenes.world import World, compile_world

STORED = Path(__file__).parent / "pictures" / "table.npz"
SPACE = ActionSpace(space="eef_delta", translation_scale=0.045, rotation_scale=0.35, clip=(-1.0, 1.0))
INPUTS = tuple(CameraInput(key=name, camera=name, width=96, height=96) for name in ("front", "wrist"))
SEEDS = (11, 12, 13)
MOVES = ([0, 0, 0, 0, 0, 0, 1], [0.4, -0.9, -0.5, 0, 0, 0.3, 1], [0.9, 0.6, -1, 0, 0, -0.4, -1])


def moved(world: World, seed: int, move: list[float]) -> Controller:
    world.reset(seed)
    controller = Controller(world, SPACE, 10.0)
    for _ in range(6):
        world.step(controller.apply(np.array(move)).ctrl, 50)
    return controller


def seen(world: World, cameras: Cameras, qpos: NDArray[np.float64] | None, index: int) -> dict[str, NDArray[np.uint8]]:
    """The pictures of one state: of these joint positions, or where the move leads."""
    controller = moved(world, SEEDS[index], list(MOVES[index]))
    if qpos is not None:
        world.data.qpos[:] = qpos
        world._update_poses()
    return observe(world, controller, cameras, INPUTS, False).images


@pytest.mark.parametrize("index", range(len(SEEDS)))
def test_fixed_states_look_as_they_did_when_the_baselines_learned(index: int) -> None:
    world = compile_world("panda", "table")
    with np.load(STORED) as stored, Cameras(world.model, 96, 96) as cameras:
        pictures = seen(world, cameras, stored[f"qpos_{index}"], index)
        for name, picture in pictures.items():
            difference = np.abs(picture.astype(int) - stored[f"{name}_{index}"].astype(int))
            assert difference.mean() <= 1.0, name
            assert (difference <= 8).mean() >= 0.999, name


def test_a_light_that_is_a_tenth_dimmer_would_be_noticed() -> None:
    world = compile_world("panda", "table")
    world.model.light_diffuse[:] *= 0.9
    with np.load(STORED) as stored, Cameras(world.model, 96, 96) as cameras:
        picture = seen(world, cameras, stored["qpos_0"], 0)["front"]
        assert np.abs(picture.astype(int) - stored["front_0"].astype(int)).mean() > 1.0


def store() -> None:
    """Render the states as they look now and keep them."""
    world = compile_world("panda", "table")
    kept: dict[str, NDArray[np.generic]] = {}
    with Cameras(world.model, 96, 96) as cameras:
        for index in range(len(SEEDS)):
            pictures = seen(world, cameras, None, index)
            kept |= {f"{name}_{index}": picture for name, picture in pictures.items()}
            kept[f"qpos_{index}"] = world.data.qpos.copy()
    STORED.parent.mkdir(exist_ok=True)
    np.savez_compressed(STORED, **kept)


if __name__ == "__main__":
    store()
