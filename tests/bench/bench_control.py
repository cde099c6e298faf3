"""How well end-effector deltas are followed: a zig-zag at several rates, and turns near the joint limits.

    python tests/bench/bench_control.py

Tracking error: distance of the tool centre point from where the actions have led by then, after each control step.
Lag along the way is part of it, so it is also given across the way. Drift: the same distance after one second of rest.
Of joint 7's limit, "beyond" asks for what no arm can do; position and orientation then share what is missing.
Goals: tracking error <= 6 mm on average, drift <= 8 mm; near the joint limits the target is not lost: <= 10 mm.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scenes.control import Controller
from scenes.policy import ActionSpace
from scenes.rotations import from_axis_angle
from scenes.world import World, compile_world

Vector = NDArray[np.float64]

SPEED = 0.1  # [m/s]
RATES = (5.0, 10.0, 15.0, 20.0)
LEG = 1.0  # [s]
LEGS = np.array(
    [[0, 1, 0], [0.6, -0.8, 0], [0, 1, 0], [-0.6, -0.8, 0], [0, 0.6, -0.8], [0, -0.6, 0.8], [0, -1, 0], [0, 1, 0]]
)
TURN_SPEED = 0.6  # [rad/s]
TURNS = {  # axes in the base frame, and for how many seconds
    "yaw up to joint 7's limit": [([0, 0, -1], 3.4), ([0, 0, 1], 3.4)],
    "yaw beyond it and back": [([0, 0, -1], 4.0), ([0, 0, 1], 4.0)],
    "roll to both sides": [([1, 0, 0], 2.0), ([-1, 0, 0], 4.0), ([1, 0, 0], 2.0)],
    "pitch to both sides": [([0, 1, 0], 0.8), ([0, -1, 0], 2.0), ([0, 1, 0], 1.2)],
    "about slanted axes": [([0.6, 0, -0.8], 2.0), ([0, 0.7, -0.7], 2.0), ([-0.6, 0, 0.8], 2.0), ([0, -0.7, 0.7], 2.0)],
}


class Following(Struct):
    """Distances [mm] and angles [degrees]."""

    mean: float
    worst: float
    across: float
    drift: float
    turned_off: float
    nearest_limit: float


def follow(world: World, hz: float, moves: Iterator[tuple[Vector, Vector]], space: ActionSpace) -> Following:
    """Carry out shifts [m] and turns [rad], one per control step, and a second of rest."""
    controller, rhythm = Controller(world, space, hz), world.rhythm(hz)
    goal, turn = controller.measured().position, controller.measured().rotation
    errors, across, nearest, low_high = [], [], np.inf, world.model.actuator_ctrlrange[:7].T
    steps = [*moves, *[(np.zeros(3), np.zeros(3))] * int(hz)]
    for step, (shift, axis_angle) in enumerate(steps):
        command = controller.apply(np.concatenate([shift, axis_angle, [1.0]]))
        world.step(command.ctrl, rhythm.begins(step + 1) - rhythm.begins(step))
        goal, turn = goal + shift, from_axis_angle(axis_angle) @ turn
        error = goal - controller.measured().position
        along = shift / max(float(np.linalg.norm(shift)), 1e-9)
        errors.append(float(np.linalg.norm(error)))
        across.append(float(np.linalg.norm(error - (error @ along) * along)))
        nearest = min(nearest, float(np.abs(low_high - world.arm_qpos).min()))
    moving = slice(0, len(steps) - int(hz))
    off = np.arccos(np.clip((np.trace(controller.measured().rotation.T @ turn) - 1) / 2, -1, 1))
    return Following(
        1000 * float(np.mean(errors[moving])),
        1000 * max(errors[moving]),
        1000 * float(np.mean(across[moving])),
        1000 * errors[-1],
        float(np.degrees(off)),
        float(np.degrees(nearest)),
    )


def zigzag(hz: float) -> Iterator[tuple[Vector, Vector]]:
    """Straight legs of LEG seconds at SPEED."""
    for leg in LEGS:
        for _ in range(round(LEG * hz)):
            yield leg * SPEED / hz, np.zeros(3)


def turning(hz: float, turns: list[tuple[list[float], float]]) -> Iterator[tuple[Vector, Vector]]:
    """About each axis for its time at TURN_SPEED, while the position is to stay."""
    for axis, seconds in turns:
        for _ in range(round(seconds * hz)):
            yield np.zeros(3), np.array(axis) * TURN_SPEED / hz


def main() -> None:
    """Measure and print."""
    head = f"{'path':40} {'Hz':>4} {'mean':>6} {'worst':>6} {'across':>6} {'drift':>6} {'angle':>6} {'limit':>6}"
    print("all in mm; angle: off at rest, limit: nearest joint limit on the way, in degrees\n" + head)
    space = ActionSpace(space="eef_delta")
    for scene in ("table", "libero_table"):
        world = compile_world("panda", scene)
        for hz in RATES:
            world.reset(3)
            print_line(f"zig-zag, {scene}", hz, follow(world, hz, zigzag(hz), space))
        for name, turns in TURNS.items():
            world.reset(3)
            print_line(f"{name}, {scene}", 10.0, follow(world, 10.0, turning(10.0, turns), space))
    print_units()


def osc_steps(units: float, steps: int) -> Vector:
    """[mm] of each 20 Hz step under robosuite's OSC_POSE (kp 150, critically damped, 0.05 m a unit), along one axis.

    LIBERO's controller, as in robosuite 1.4.1's osc.py and osc_pose.json: a unit mass drawn to a goal that every step
    sets anew from the measured pose. Rotations follow the same law with 0.5 rad a unit.
    """
    stiffness, physics_step, place, speed, places = 150.0, 0.002, 0.0, 0.0, [0.0]
    for _ in range(steps):
        goal = place + 0.05 * units
        for _ in range(25):
            speed += physics_step * (stiffness * (goal - place) - 2 * np.sqrt(stiffness) * speed)
            place += physics_step * speed
        places.append(place)
    return 1000 * np.diff(places)


def print_units() -> None:
    """How far the hand goes in each 20 Hz step of one unit, under LIBERO's controller and under ours."""
    print("\nmm of each step of one unit of a LIBERO action at 20 Hz, and degrees of yaw")
    print(f"{'LIBERO (robosuite OSC)':40}", osc_steps(1.0, 8).round(1), (osc_steps(10.0, 8) * 0.18 / np.pi).round(1))
    world = compile_world("panda", "libero_table")
    for anchor, scale in (("target", 0.05), ("measured", 0.05), ("measured", 0.034), ("target", 0.0133)):
        space = ActionSpace(
            space="eef_delta", translation_scale=scale, rotation_scale=10 * scale, anchor=anchor, clip=(-1.0, 1.0)
        )
        shifts, yaws = [], []
        for axis, found in ((1, shifts), (5, yaws)):
            world.reset(3)
            controller, action = Controller(world, space, 20.0), np.eye(7)[axis]
            before = controller.measured()
            for _ in range(8):
                world.step(controller.apply(action).ctrl, 25)
                now = controller.measured()
                turn = now.rotation @ before.rotation.T
                found.append(
                    1000 * (now.position - before.position)[1]
                    if axis == 1
                    else np.degrees(np.arctan2(turn[1, 0], turn[0, 0]))
                )
                before = now
        print(f"{f'anchor {anchor}, scale {scale:g} m, {10 * scale:g} rad':40}", np.round(shifts, 1), np.round(yaws, 1))


def print_line(name: str, hz: float, result: Following) -> None:
    """One row of the table."""
    print(
        f"{name:40} {hz:4g} {result.mean:6.2f} {result.worst:6.2f} {result.across:6.2f} {result.drift:6.2f}"
        f" {result.turned_off:6.2f} {result.nearest_limit:6.1f}"
    )


if __name__ == "__main__":
    main()
