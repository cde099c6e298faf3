"""Whether a card, a robot and a scene fit each other: asked before any rollout, answered with reasons."""

from __future__ import annotations

from scenes.catalog import Robot, Scene
from scenes.errors import Incompatible
from scenes.models import ModelCard

PHYSICS_HZ = 500.0
EXECUTABLE_SPACES = ("joint_absolute", "eef_delta")


def issues(card: ModelCard, robot: Robot, scene: Scene) -> tuple[str, ...]:
    """Every reason why this card cannot be played on this robot in this scene; empty if it can."""
    return _places(card, robot, scene) + _cameras(card, robot, scene) + _rate(card) + _actions(card)


def check(card: ModelCard, robot: Robot, scene: Scene) -> None:
    """Refuse what does not fit.

    Raises:
        Incompatible: with every reason.
    """
    reasons = issues(card, robot, scene)
    if reasons:
        raise Incompatible(
            f"'{card.id}' cannot be played on {robot.name} in the scene {scene.name}: {' '.join(reasons)}",
            hint="Choose another model, or correct its card.",
        )


def _places(card: ModelCard, robot: Robot, scene: Scene) -> tuple[str, ...]:
    reasons = []
    if robot.id not in card.robots:
        reasons.append(f"The card is for {', '.join(card.robots)}, not for the robot '{robot.id}'.")
    if robot.id not in scene.robots:
        reasons.append(f"The scene '{scene.id}' is for {', '.join(scene.robots)}, not for the robot '{robot.id}'.")
    return tuple(reasons)


def _cameras(card: ModelCard, robot: Robot, scene: Scene) -> tuple[str, ...]:
    present = (*scene.cameras, *robot.cameras)
    keys = [camera.key for camera in card.cameras]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    return tuple(
        f"There is no camera '{camera.camera}' here; there are {', '.join(present)}."
        for camera in card.cameras
        if camera.camera not in present
    ) + tuple(f"The card uses the camera key '{key}' twice." for key in twice)


def _rate(card: ModelCard) -> tuple[str, ...]:
    substeps = PHYSICS_HZ / card.control_hz
    reasons = []
    if abs(substeps - round(substeps)) > 1e-9:
        reasons.append(
            f"{card.control_hz:g} Hz does not divide the physics rate of {PHYSICS_HZ:g} Hz to a whole number."
        )
    if card.execute > card.chunk:
        reasons.append(f"It would carry out {card.execute} actions of chunks that hold {card.chunk}.")
    return tuple(reasons)


def _actions(card: ModelCard) -> tuple[str, ...]:
    action, reasons = card.action, []
    if action.space not in EXECUTABLE_SPACES:
        spaces = " and ".join(EXECUTABLE_SPACES)
        reasons.append(f"Actions of the space {action.space} cannot be carried out yet; {spaces} can.")
    if action.space == "eef_delta" and (action.rotation, action.frame) != ("axis_angle", "base"):
        reasons.append(
            f"End-effector deltas are carried out as axis_angle in the base frame, not as {action.rotation} "
            f"in the {action.frame} frame."
        )
    if action.space == "eef_delta" and action.anchor != "target":
        reasons.append("End-effector deltas are added to the commanded target, not to the measured pose.")
    if action.clip is not None and action.clip[0] >= action.clip[1]:
        reasons.append(f"The lower clip {action.clip[0]:g} is not below the upper clip {action.clip[1]:g}.")
    if action.gripper.open == action.gripper.closed:
        reasons.append("The gripper's open and closed values are the same number.")
    return tuple(reasons)
