"""MuJoCo's integration state by the names of its parts: how it is laid out, read, kept and put back.

Records name their parts and sizes, because mjtState's bit values differ between versions.
"""

from __future__ import annotations

from itertools import pairwise

import mujoco
import numpy as np
from numpy.typing import NDArray

from scenes.episode import Component, State
from scenes.errors import BadInput

APPLIED = ("qfrc_applied", "xfrc_applied")  # parts that a record may leave out: they are zero then
_INTEGRATION = int(mujoco.mjtState.mjSTATE_INTEGRATION)
_PARTS = tuple(
    (mujoco.mjtState(1 << bit).name.removeprefix("mjSTATE_").lower(), 1 << bit)
    for bit in range(int(mujoco.mjtState.mjNSTATE))
    if _INTEGRATION & (1 << bit)
)  # (name, flag) in MuJoCo's order


def layout(model: mujoco.MjModel) -> tuple[Component, ...]:
    """All that the next step depends on, in MuJoCo's order, without empty parts."""
    sizes = [(name, mujoco.mj_stateSize(model, flag)) for name, flag in _PARTS]
    return tuple(Component(name, size) for name, size in sizes if size)


def read(model: mujoco.MjModel, data: mujoco.MjData) -> NDArray[np.float64]:
    """The present state, laid out as `layout` says."""
    values = np.empty(mujoco.mj_stateSize(model, _INTEGRATION))
    mujoco.mj_getState(model, data, values, _INTEGRATION)
    return values


def put(model: mujoco.MjModel, data: mujoco.MjData, values: NDArray[np.float64]) -> None:
    """Set the state to values laid out as `layout` says. Poses are not updated."""
    mujoco.mj_setState(model, data, values, _INTEGRATION)


def full(known: tuple[Component, ...], given: State) -> NDArray[np.float64]:
    """A state as `known` lays it out; parts it left out are zero. Its values may have leading axes.

    Raises:
        BadInput: it belongs to another model.
    """
    wanted = {component.name: component.size for component in known}
    present = {component.name: component.size for component in given.components}
    fits = present.items() <= wanted.items() and wanted.keys() - present.keys() <= set(APPLIED)
    if not fits or given.values.shape[-1:] != (sum(present.values()),):
        raise BadInput(
            "This state does not belong to this robot and scene.",
            hint="Use the robot, scene and version it was recorded with.",
            detail=f"state {present}, world {wanted}",
        )
    parts = dict(zip(present, _parts(given.components, given.values), strict=True))
    absent = given.values.shape[:-1]
    return np.concatenate([parts.get(name, np.zeros((*absent, size))) for name, size in wanted.items()], axis=-1)


def trimmed(components: tuple[Component, ...], values: NDArray[np.float64]) -> State:
    """A state without its applied forces where those are all zero. Values may have leading axes."""
    kept = [
        (component, part)
        for component, part in zip(components, _parts(components, values), strict=True)
        if component.name not in APPLIED or part.any()
    ]
    return State(tuple(component for component, _ in kept), np.concatenate([part for _, part in kept], axis=-1))


def _parts(components: tuple[Component, ...], values: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Views of each component along the last axis."""
    edges = np.cumsum([0, *(component.size for component in components)])
    return [values[..., start:stop] for start, stop in pairwise(edges)]
