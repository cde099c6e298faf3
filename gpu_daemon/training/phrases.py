"""How tasks are put into words for training, and phrasings held out to test what was understood."""

from __future__ import annotations

from itertools import product

from scenes.catalog import Family, Scene, SceneObject, Task
from scenes.words import Vocabulary, words_of

_GENEROUS: dict[Family, tuple[str, ...]] = {
    "reach": (
        "reach towards the {object}",
        "move the hand to the {object}",
        "go over to the {object}",
        "move close to the {object}",
        "approach the {object}",
        "point at the {object}",
        "go near the {object}",
    ),
    "push": (
        "push the {object} towards the {direction}",
        "move the {object} {direction}",
        "slide the {object} {direction}",
        "shove the {object} {direction}",
        "nudge the {object} to the {direction}",
        "push the {object} over to the {direction} side",
        "drag the {object} to the {direction}",
    ),
    "lift": (
        "lift up the {object}",
        "lift the {object} up",
        "raise the {object} up",
        "take the {object}",
        "pick the {object}",
        "grab the {object}",
        "grab and lift the {object}",
        "lift the {object} off the table",
        "grasp the {object}",
    ),
    "bowl": (
        "drop the {object} in the {target}",
        "move the {object} to the {target}",
        "put the {object} inside the {target}",
        "place the {object} into the {target}",
        "pick up the {object} and put it in the {target}",
        "place the {object} inside the {target}",
        "take the {object} to the {target}",
    ),
    "stack": (
        "stack the {object} on top of the {target}",
        "put the {object} on top of the {target}",
        "place the {object} onto the {target}",
        "pick up the {object} and put it on the {target}",
        "put the {object} onto the {target}",
        "set the {object} on the {target}",
    ),
}
_HELD_OUT: dict[Family, tuple[str, ...]] = {
    "reach": ("move over to the {object}", "go towards the {object}", "move the hand close to the {object}"),
    "push": (
        "nudge the {object} {direction}",
        "slide the {object} towards the {direction}",
        "shove the {object} over to the {direction} side",
    ),
    "lift": (
        "grab the {object} and lift it up",
        "take the {object} off the table",
        "pick the {object} up off the table",
    ),
    "bowl": (
        "drop the {object} inside the {target}",
        "set the {object} in the {target}",
        "take the {object} and put it into the {target}",
    ),
    "stack": (
        "pick the {object} up and place it on the {target}",
        "move the {object} on top of the {target}",
        "set the {object} onto the {target}",
    ),
}


def phrases(scene: Scene, task: Task) -> tuple[str, ...]:
    """Every sentence for a task that a policy is trained on, the scene's own first."""
    own = (task.instruction, *task.synonyms)
    return tuple(dict.fromkeys((*own, *_filled(_GENEROUS, scene, task))))


def held_out_phrases(scene: Scene, task: Task) -> tuple[str, ...]:
    """Sentences for a task that no policy is trained on; all their words are known from others."""
    return tuple(phrase for phrase in _filled(_HELD_OUT, scene, task) if phrase not in phrases(scene, task))


def vocabulary(scene: Scene) -> Vocabulary:
    """Every word of every sentence that is trained on, in alphabetical order."""
    words = {word for task in scene.tasks for phrase in phrases(scene, task) for word in words_of(phrase)}
    return Vocabulary(tuple(sorted(words)))


def _filled(patterns: dict[Family, tuple[str, ...]], scene: Scene, task: Task) -> tuple[str, ...]:
    """The family's patterns with all names of the task's objects."""
    targets = _names(scene.object(task.target_id)) if task.target_id else ("",)
    direction = task.id.partition(".")[0].rpartition("_")[2]
    return tuple(
        pattern.format(object=name, target=target, direction=direction)
        for pattern, name, target in product(patterns[task.family], _names(scene.object(task.object_id)), targets)
    )


def _names(thing: SceneObject) -> tuple[str, ...]:
    return (thing.name, *thing.aliases)
