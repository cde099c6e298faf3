"""What lies in a scene and what can be asked for: tasks written as templates over the scene's objects."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Annotated, Literal

from msgspec import Meta, Struct

Length = Annotated[float, Meta(gt=0, le=10)]  # [m]
Shape = Literal["box", "cylinder", "bowl"]
Family = Literal["reach", "push", "lift", "bowl", "stack"]


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
    reach: Length | None = None  # [m] of its farthest point from its middle, seen from above; by its shape if not told
    symmetry: int = 0  # so many times in a full turn fingers find it alike; 0: by its shape
    ground: float = 0.0  # [m] height of what it rests on at the start; the scene's


class Task(Struct, frozen=True, kw_only=True):
    """One thing to do in a scene, and the ways to say it."""

    id: str  # "push_left.red_cube", "stack.red_cube.green_cube"
    family: Family
    instruction: str
    synonyms: tuple[str, ...]
    object_id: str
    target_id: str | None = None
    direction: tuple[float, float] | None = None  # unit vector in x and y


class Template(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Tasks that differ in their object, and in a target or a direction."""

    family: Family
    objects: tuple[str, ...]
    targets: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    instruction: str
    synonyms: tuple[str, ...]


def tasks_of(
    templates: tuple[Template, ...], objects: dict[str, SceneObject], directions: dict[str, tuple[float, float]]
) -> Iterator[Task]:
    """Every combination of each template's objects with its targets and directions.

    A task's id names its target where tasks of its family have more than one.
    """
    targets: dict[str, set[str]] = {}
    for template in templates:
        targets.setdefault(template.family, set()).update(template.targets)
    for template in templates:
        yield from _tasks(template, objects, directions, len(targets[template.family]) > 1)


def _tasks(
    template: Template,
    objects: dict[str, SceneObject],
    directions: dict[str, tuple[float, float]],
    names_target: bool,
) -> Iterator[Task]:
    choices = product(template.objects, template.targets or (None,), template.directions or (None,))
    for object_id, target_id, direction in choices:
        if object_id == target_id:
            continue
        phrases = _phrases(template, objects[object_id], objects[target_id] if target_id else None, direction)
        family = f"{template.family}_{direction}" if direction else template.family
        target = f".{target_id}" if names_target else ""
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
    template: Template, thing: SceneObject, target: SceneObject | None, direction: str | None
) -> tuple[str, ...]:
    """The instruction and its synonyms with the objects' own names, then with their aliases."""
    targets = (target.name, *target.aliases) if target else ("",)
    return tuple(
        pattern.format(object=name, target=target_name, direction=direction)
        for name, target_name in product((thing.name, *thing.aliases), targets)
        for pattern in (template.instruction, *template.synonyms)
    )
