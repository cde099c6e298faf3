"""Robot, Scene and Task records, read from the TOML beside each MJCF.

Names of joints, actuators, sites and bodies in these records are those of the composed model
(scenes/bundle.py): what comes from the robot's MJCF is called `robot/...`, what lies on the table
`object/...`. Cameras keep their names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from scenes.episode import MAX_INSTRUCTION
from scenes.errors import BadInput, NotFound
from scenes.settings import converted

T = TypeVar("T", bound=Struct)

ROBOT_PREFIX = "robot/"
OBJECT_PREFIX = "object/"
_ASSETS = Path(__file__).parent / "assets"

Length = Annotated[float, Meta(gt=0, le=10)]  # [m]
Range = tuple[float, float]
Shape = Literal["box", "cylinder", "bowl"]
Family = Literal["reach", "push", "lift", "bowl", "stack"]


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


class SceneObject(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A free object. Its body's origin is its middle."""

    id: str
    name: str  # "red cube", as instructions call it
    aliases: tuple[str, ...] = ()
    body: str
    shape: Shape
    half_height: Length
    radius: Length  # half its width; a box's corners are sqrt(2) times as far out
    graspable: bool


class Spawn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a reset may put the middles of objects, and how much room they get."""

    x: Range  # [m]
    y: Range  # [m]
    gap: float  # [m] at least between two objects
    corridor: float  # [m] free on both sides, in y, of an object that can be pushed


class Task(Struct, frozen=True, kw_only=True):
    """One thing to do in a scene, and the ways to say it."""

    id: str  # "push_left.red_cube", "stack.red_cube.green_cube"
    family: Family
    instruction: str
    synonyms: tuple[str, ...]
    object_id: str
    target_id: str | None = None
    direction: tuple[float, float] | None = None  # unit vector in x and y


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


class _Template(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Tasks that differ in their object, and in a target or a direction."""

    family: Family
    objects: tuple[str, ...]
    targets: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    instruction: str
    synonyms: tuple[str, ...]


class _SceneFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What scene.toml holds."""

    name: str
    suggested: str
    robots: tuple[str, ...]
    cameras: tuple[str, ...]
    spawn: Spawn
    directions: dict[str, tuple[float, float]]
    objects: tuple[SceneObject, ...]
    templates: tuple[_Template, ...]


@cache
def robots() -> dict[str, Robot]:
    """All robots by id."""
    return {path.parent.name: _robot(path) for path in sorted((_ASSETS / "robots").glob("*/robot.toml"))}


@cache
def scenes() -> dict[str, Scene]:
    """All scenes by id."""
    return {path.parent.name: _scene(path) for path in sorted((_ASSETS / "scenes").glob("*/scene.toml"))}


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


def _scene(path: Path) -> Scene:
    file = _read(path, _SceneFile)
    objects = tuple(msgspec.structs.replace(each, body=OBJECT_PREFIX + each.body) for each in file.objects)
    by_id = {each.id: each for each in objects}
    return Scene(
        id=path.parent.name,
        name=file.name,
        robots=file.robots,
        cameras=file.cameras,
        spawn=file.spawn,
        suggested=file.suggested,
        objects=objects,
        tasks=tuple(task for template in file.templates for task in _tasks(template, by_id, file.directions)),
    )


def _tasks(
    template: _Template, objects: dict[str, SceneObject], directions: dict[str, tuple[float, float]]
) -> Iterator[Task]:
    """Every combination of the template's objects with its targets and directions."""
    choices = product(template.objects, template.targets or (None,), template.directions or (None,))
    for object_id, target_id, direction in choices:
        if object_id == target_id:
            continue
        phrases = _phrases(template, objects[object_id], objects[target_id] if target_id else None, direction)
        family = f"{template.family}_{direction}" if direction else template.family
        target = f".{target_id}" if len(template.targets) > 1 else ""
        yield Task(
            id=f"{family}.{object_id}{target}",
            family=template.family,
            instruction=phrases[0],
            synonyms=phrases[1:],
            object_id=object_id,
            target_id=target_id,
            direction=directions[direction] if direction else None,
        )


def _phrases(
    template: _Template, thing: SceneObject, target: SceneObject | None, direction: str | None
) -> tuple[str, ...]:
    """The instruction and its synonyms with the objects' own names, then with their aliases."""
    targets = (target.name, *target.aliases) if target else ("",)
    return tuple(
        pattern.format(object=name, target=target_name, direction=direction)
        for name, target_name in product((thing.name, *thing.aliases), targets)
        for pattern in (template.instruction, *template.synonyms)
    )


def _read(path: Path, kind: type[T], **known: str) -> T:
    with path.open("rb") as file:
        return converted(tomllib.load(file) | known, kind, source=str(path))
