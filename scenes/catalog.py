"""Robot, Scene and Task records, read from the TOML beside each MJCF.

Names of joints, actuators, sites and bodies in these records are those of the composed model
(scenes/bundle.py): what comes from the robot's MJCF is called `robot/...`, what lies on the table
`object/...`. Cameras keep their names.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from scenes.episode import MAX_INSTRUCTION
from scenes.errors import BadInput, NotFound
from scenes.scene_tasks import Family as Family
from scenes.scene_tasks import Length, Template, tasks_of
from scenes.scene_tasks import SceneObject as SceneObject
from scenes.scene_tasks import Task as Task
from scenes.settings import converted

T = TypeVar("T", bound=Struct)

ROBOT_PREFIX = "robot/"
OBJECT_PREFIX = "object/"
_ASSETS = Path(__file__).parent / "assets"

Range = tuple[float, float]
Steps = Annotated[int, Meta(ge=1, le=1000)]


class RobotGripper(Struct, frozen=True, forbid_unknown_fields=True):
    """A two-finger gripper moved by one actuator; its width is the sum of its joints' positions."""

    actuator: str
    joints: tuple[str, ...]
    open_ctrl: float
    closed_ctrl: float
    max_width: Length


class Robot(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A robot as policies and controllers see it."""

    id: str
    name: str
    control_hz: Annotated[float, Meta(gt=0, le=100)]
    arm_joints: tuple[str, ...]
    arm_actuators: tuple[str, ...]
    gripper: RobotGripper
    tcp_site: str
    base_body: str
    home: tuple[float, ...]  # of the arm joints [rad]
    cameras: tuple[str, ...]
    velocity_limits: tuple[float, ...] = ()  # of the arm joints [rad/s]; empty: none


class Spawn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a reset may put the middles of objects, and how much room they get."""

    x: Range  # [m]
    y: Range  # [m]
    gap: float  # [m] at least between two objects
    corridor: float  # [m] free on both sides, in y, of an object that can be pushed


class HandCamera(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A camera that a scene fixes to a part of the robot, for policies that were trained with it there."""

    name: str
    body: str  # of the robot
    position: tuple[float, float, float]  # [m] in the body's frame
    quaternion: tuple[float, float, float, float]  # wxyz; a camera looks along its -z, its +y is up
    fovy: float  # [degrees] vertical field of view


class Scene(Struct, frozen=True, kw_only=True):
    """A set-up around a robot: what lies there and what can be asked for."""

    id: str
    name: str
    robots: tuple[str, ...]
    cameras: tuple[str, ...]
    spawn: Spawn
    objects: tuple[SceneObject, ...]
    tasks: tuple[Task, ...]
    suggested: str  # the id of the task that is offered first
    max_steps: int = 50  # the robot's control steps of an episode that suit the tasks
    home: tuple[float, ...] = ()  # [rad] of the arm joints, instead of the robot's own; empty: that
    hand_cameras: tuple[HandCamera, ...] = ()

    def object(self, object_id: str) -> SceneObject:
        """The object with this id.

        Raises:
            NotFound: there is none; the hint lists the ids.
        """
        return _found("object", object_id, {each.id: each for each in self.objects})

    def task(self, task_id: str) -> Task:
        """The task with this id.

        Raises:
            NotFound: there is none; the hint lists the ids.
        """
        return _found("task", task_id, {each.id: each for each in self.tasks})


class _SceneFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What scene.toml holds."""

    name: str
    suggested: str
    robots: tuple[str, ...]
    cameras: tuple[str, ...]
    spawn: Spawn
    directions: dict[str, tuple[float, float]]
    objects: tuple[SceneObject, ...]
    templates: tuple[Template, ...]
    order: int = 0  # in lists of scenes: the lowest first
    max_steps: Steps = 50
    table_height: float = 0.0  # [m] of the surface on which objects begin, from the robot's base
    home: tuple[float, ...] = ()
    hand_cameras: tuple[HandCamera, ...] = ()


@cache
def robots() -> dict[str, Robot]:
    """All robots by id."""
    return {path.parent.name: _robot(path) for path in sorted((_ASSETS / "robots").glob("*/robot.toml"))}


@cache
def scenes() -> dict[str, Scene]:
    """All scenes by id, in the order in which they are offered."""
    read = [_scene(path) for path in sorted((_ASSETS / "scenes").glob("*/scene.toml"))]
    return {scene.id: scene for _, scene in sorted(read, key=lambda each: each[0])}


def find_robot(robot_id: str) -> Robot:
    """The robot with this id.

    Raises:
        NotFound: there is none; the hint lists the ids.
    """
    return _found("robot", robot_id, robots())


def find_scene(scene_id: str) -> Scene:
    """The scene with this id.

    Raises:
        NotFound: there is none; the hint lists the ids.
    """
    return _found("scene", scene_id, scenes())


def robot_mjcf(robot: Robot) -> Path:
    """The robot's own MJCF file."""
    return _ASSETS / "robots" / robot.id / f"{robot.id}.xml"


def scene_mjcf(scene: Scene) -> Path:
    """The scene's fixed part; its free objects are in objects.xml beside it."""
    return _ASSETS / "scenes" / scene.id / f"{scene.id}.xml"


def match_task(scene: Scene, instruction: str) -> Task | None:
    """The task this instruction names exactly, but for case, spacing and a final full stop; or None."""
    wanted = _plain(instruction)
    for task in scene.tasks:
        if any(_plain(phrase) == wanted for phrase in (task.instruction, *task.synonyms)):
            return task
    return None


def check_instruction(text: str) -> str:
    """The instruction without surrounding space.

    Raises:
        BadInput: it is empty, longer than 500 characters or holds control characters.
    """
    stripped = text.strip()
    if not stripped:
        raise BadInput("The instruction is empty.", hint="Say what the robot should do.")
    if len(stripped) > MAX_INSTRUCTION:
        raise BadInput(
            f"The instruction has {len(stripped)} characters.",
            hint=f"Use at most {MAX_INSTRUCTION} characters.",
        )
    if not stripped.isprintable():
        raise BadInput("The instruction holds control characters.", hint="Write it as one line of plain text.")
    return stripped


def _found(what: str, wanted: str, known: dict[str, T]) -> T:
    if wanted not in known:
        raise NotFound.among(what, wanted, list(known))
    return known[wanted]


def _plain(phrase: str) -> str:
    return " ".join(phrase.casefold().split()).removesuffix(".").rstrip()


def _robot(path: Path) -> Robot:
    robot = _read(path, Robot, id=path.parent.name)
    gripper = robot.gripper
    return msgspec.structs.replace(
        robot,
        arm_joints=_prefixed(robot.arm_joints),
        arm_actuators=_prefixed(robot.arm_actuators),
        tcp_site=ROBOT_PREFIX + robot.tcp_site,
        base_body=ROBOT_PREFIX + robot.base_body,
        gripper=msgspec.structs.replace(
            gripper, actuator=ROBOT_PREFIX + gripper.actuator, joints=_prefixed(gripper.joints)
        ),
    )


def _prefixed(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(ROBOT_PREFIX + name for name in names)


def _scene(path: Path) -> tuple[int, Scene]:
    """A scene and its place in lists."""
    file = _read(path, _SceneFile)
    objects = tuple(
        msgspec.structs.replace(each, body=OBJECT_PREFIX + each.body, ground=file.table_height) for each in file.objects
    )
    scene = Scene(
        id=path.parent.name,
        name=file.name,
        robots=file.robots,
        cameras=file.cameras,
        spawn=file.spawn,
        suggested=file.suggested,
        objects=objects,
        tasks=tuple(tasks_of(file.templates, {each.id: each for each in objects}, file.directions)),
        max_steps=file.max_steps,
        home=file.home,
        hand_cameras=file.hand_cameras,
    )
    return file.order, scene


def _read(path: Path, kind: type[T], **known: str) -> T:
    with path.open("rb") as file:
        return converted(tomllib.load(file) | known, kind, source=str(path))
