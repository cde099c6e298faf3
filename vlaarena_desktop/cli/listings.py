"""`vlaarena models` and `tasks`: what there is."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from msgspec import Struct

from gpu_daemon.client import DaemonClient
from scenes.catalog import Task, find_scene, scenes
from scenes.models import ModelCard
from vlaarena_desktop.cli.reports import Report, table
from vlaarena_desktop.local_daemon import daemon_at
from vlaarena_desktop.settings import home_folder, read_settings


class SceneTasks(Struct, frozen=True):
    """The tasks of one scene."""

    scene_id: str
    tasks: tuple[Task, ...]


def models(arguments: Namespace) -> Report:
    """The models that the daemon offers.

    Raises:
        DaemonError: it does not answer.
    """
    home = home_folder(arguments.home)
    settings = read_settings(home)
    with daemon_at(arguments.daemon or settings.daemon, home, settings.workers) as address:
        cards = DaemonClient(address).models()
    return Report(cards, models_text(cards))


def models_text(cards: Sequence[ModelCard]) -> str:
    """The models as a table; below it, why those that are inactive cannot be played, by the first line of their notes,
    and which are for hidden checks."""
    lines = [table(("id", "name", "organization", "license", "robots", "status"), [*map(_row, cards)])]
    checks = [card.id for card in cards if card.status == "check"]
    inactive = [card for card in cards if card.status == "inactive"]
    lines += ["", "Inactive:"] if inactive else []
    reasons = [(card.notes.partition("\n")[0].removeprefix("Inactive: ") or "It was set aside.") for card in inactive]
    lines += [f"  {card.id}: {reason}" for card, reason in zip(inactive, reasons, strict=True)]
    lines += ["", "For hidden checks alone, never compared: " + ", ".join(checks)] if checks else []
    return "\n".join(lines)


def _row(card: ModelCard) -> tuple[str, ...]:
    name = f"{card.name} (reference, not a VLA)" if card.reads_state else card.name
    return card.id, name, card.organization, card.license, " ".join(card.robots), card.status


def tasks(arguments: Namespace) -> Report:
    """The tasks of all scenes, or of one: instructions with a success predicate.

    Raises:
        NotFound: no such scene.
    """
    wanted = [find_scene(arguments.scene)] if arguments.scene else list(scenes().values())
    listed = [SceneTasks(scene.id, scene.tasks) for scene in wanted]
    rows = [(each.scene_id, task.id, task.instruction) for each in listed for task in each.tasks]
    return Report(listed, table(("scene", "task", "instruction"), rows))
