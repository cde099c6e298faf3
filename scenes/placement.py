"""Where free objects begin: random places that never overlap, drawn by rejection."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

from scenes.catalog import Scene, SceneObject
from scenes.errors import BadInput

_BATCH = 256
_BATCHES = 64


def place(scene: Scene, seed: int) -> NDArray[np.float64]:
    """x [m], y [m] and yaw [rad] of every object, shape (objects, 3), from the scene and the seed alone.

    Objects keep `spawn.gap` from each other, and those that can be pushed have `spawn.corridor` free on both
    sides in y wherever such a layout is found; a corridor of length 0 asks for nothing.

    Raises:
        BadInput: the scene's objects do not fit into its spawn area.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    apart: NDArray[np.float64] | None = None
    for _ in range(_BATCHES):
        layouts = _random_layouts(scene, generator)
        separate = _are_separate(scene, layouts)
        free = separate & _have_corridors(scene, layouts) if scene.spawn.corridor else separate
        if free.any():
            return np.array(layouts[int(np.argmax(free))])
        if apart is None and separate.any():
            apart = np.array(layouts[int(np.argmax(separate))])
    if apart is None:
        raise BadInput(
            f"The objects of '{scene.id}' do not fit into its spawn area.",
            hint="Enlarge the area in scene.toml.",
        )
    return apart


def footprint(thing: SceneObject) -> float:
    """[m] Radius of the circle that holds an object whatever its yaw."""
    return thing.reach or thing.radius * (sqrt(2) if thing.shape == "box" else 1.0)


def _random_layouts(scene: Scene, generator: np.random.Generator) -> NDArray[np.float64]:
    """Shape (batch, objects, 3)."""
    low = [scene.spawn.x[0], scene.spawn.y[0], -pi]
    high = [scene.spawn.x[1], scene.spawn.y[1], pi]
    return generator.uniform(low, high, size=(_BATCH, len(scene.objects), 3))


def _are_separate(scene: Scene, layouts: NDArray[np.float64]) -> NDArray[np.bool_]:
    reach = _pair_sums(scene) + scene.spawn.gap
    distance = np.linalg.norm(_differences(layouts), axis=-1)
    return _everywhere(distance >= reach)


def _have_corridors(scene: Scene, layouts: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether nothing lies beside a pushable object within the corridor's length."""
    difference = np.abs(_differences(layouts))
    beside = difference[..., 0] < _pair_sums(scene)
    near = difference[..., 1] < _pair_sums(scene) + scene.spawn.corridor
    pushable = np.array([each.graspable for each in scene.objects])
    return _everywhere(~(beside & near) | ~(pushable[:, None] | pushable[None, :]))


def _pair_sums(scene: Scene) -> NDArray[np.float64]:
    radii = np.array([footprint(each) for each in scene.objects])
    return np.asarray(radii[:, None] + radii[None, :])


def _differences(layouts: NDArray[np.float64]) -> NDArray[np.float64]:
    middles = layouts[..., :2]
    return np.asarray(middles[:, :, None] - middles[:, None])


def _everywhere(holds: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether a relation (batch, objects, objects) holds between any two different objects."""
    return np.asarray((holds | np.eye(holds.shape[1], dtype=bool)).all(axis=(1, 2)))
