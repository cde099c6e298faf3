"""Whether a card, a robot and a scene fit each other: asked before any rollout, answered with reasons."""

from __future__ import annotations

from collections.abc import Iterator

from scenes.catalog import Robot, Scene
from scenes.errors import BadInput, Incompatible
from scenes.models import ModelCard
from scenes.policy import ActionSpace, Gripper
from scenes.rhythm import rhythm_of

PHYSICS_HZ = 500.0
_NUMBERS_THAT_SCALE = ("axis_angle", "euler_xyz")


def issues(card: ModelCard, robot: Robot, scene: Scene) -> tuple[str, ...]:
    """Every reason why this card cannot be played on this robot in this scene; empty if it can."""
    return (
        _places(card, robot, scene)
        + _cameras(card, robot, scene)
        + tuple(_rate(card))
        + tuple(_ensembling(card))
        + tuple(_actions(card.action))
        + tuple(_gripper(card.action.gripper))
    )


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


def _rate(card: ModelCard) -> Iterator[str]:
    try:
        rhythm_of(card.control_hz, PHYSICS_HZ)
    except BadInput:
        yield f"{card.control_hz:g} Hz does not divide the physics rate of {PHYSICS_HZ:g} Hz to a whole number."
    if card.execute > card.chunk:
        yield f"It would carry out {card.execute} actions of chunks that hold {card.chunk}."


def _ensembling(card: ModelCard) -> Iterator[str]:
    if card.ensemble == 1:
        return
    if card.ensemble > card.chunk:
        yield f"It would average {card.ensemble} chunks that reach only {card.chunk} steps ahead."
    if card.execute > 1:
        yield "A model whose chunks are averaged is asked at every step, so it cannot carry out several actions of one."
    action = card.action
    absolute = action.space == "eef_absolute" and action.rotation in _NUMBERS_THAT_SCALE
    if action.space.startswith("eef") and (action.rotation == "quaternion" or absolute):
        yield f"Means of {'absolute rotations' if absolute else 'rotations'} as {action.rotation} are no rotations."


def _actions(action: ActionSpace) -> Iterator[str]:
    yield from _joint_actions(action) if action.space.startswith("joint") else _hand_actions(action)
    if action.space.endswith("absolute") and action.anchor != "target":
        yield f"Actions of the space {action.space} are added to nothing, so they have no anchor '{action.anchor}'."
    if action.clip is not None and action.clip[0] >= action.clip[1]:
        yield f"The lower clip {action.clip[0]:g} is not below the upper clip {action.clip[1]:g}."


def _joint_actions(action: ActionSpace) -> Iterator[str]:
    plain = ActionSpace(space=action.space)
    if (action.rotation, action.frame, action.translation_scale) != (
        plain.rotation,
        plain.frame,
        plain.translation_scale,
    ):
        yield f"Actions of the space {action.space} have no rotation format, frame or translation scale."


def _hand_actions(action: ActionSpace) -> Iterator[str]:
    if action.space == "eef_absolute" and action.frame != "base":
        yield "Absolute poses stand in the base frame; in the tool's own frame they have no meaning."
    if action.rotation not in _NUMBERS_THAT_SCALE and action.rotation_scale != 1.0:
        yield f"The numbers of a rotation as {action.rotation} are no angles, so they cannot be scaled."


def _gripper(gripper: Gripper) -> Iterator[str]:
    if gripper.open == gripper.closed:
        yield "The gripper's open and closed values are the same number."
    elif gripper.kind == "binary" and not (
        min(gripper.open, gripper.closed) <= gripper.threshold <= max(gripper.open, gripper.closed)
    ):
        yield f"The gripper's threshold {gripper.threshold:g} is not between its open and closed values."
