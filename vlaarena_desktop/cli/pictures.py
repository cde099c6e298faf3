"""`vlaarena episode frame` and `video`: an episode as a picture, still or moving, that names no model."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from msgspec import Struct

from scenes.episode import Trajectory
from scenes.errors import RuleBroken
from scenes.progress import finish
from sync.store import Store
from vlaarena_desktop.cli.reports import Report
from vlaarena_desktop.saving.episodes import save_episode_frame, save_episode_video
from vlaarena_desktop.settings import home_folder
from vlaarena_desktop.viewing.mjmodels import MjModels


class Written(Struct, frozen=True):
    """A file that was made of an episode."""

    episode_id: str
    file: str


def frame(arguments: Namespace) -> Report:
    """Write one record of an episode as a PNG.

    Raises:
        NotFound, StoreDamaged: it is not in the store, or its file was changed.
        RuleBroken: its battle is open.
        ArenaError: there is no such step or camera, nothing can be drawn here, or the file cannot be written.
    """
    with Store.open(home_folder(arguments.home)) as store:
        models, trajectory = _closed(store, arguments.episode_id)
        job = save_episode_frame(models, trajectory, arguments.step, arguments.out, camera=arguments.camera)
        return _report(arguments.episode_id, finish(job))


def video(arguments: Namespace) -> Report:
    """Write an episode as a video.

    Raises:
        NotFound, StoreDamaged: it is not in the store, or its file was changed.
        RuleBroken: its battle is open.
        ArenaError: there is no such format or camera, PyAV is missing, or the file cannot be written.
    """
    with Store.open(home_folder(arguments.home)) as store:
        models, trajectory = _closed(store, arguments.episode_id)
        job = save_episode_video(models, trajectory, arguments.out, speed=arguments.speed, camera=arguments.camera)
        return _report(arguments.episode_id, finish(job))


def _closed(store: Store, episode_id: str) -> tuple[MjModels, Trajectory]:
    """How long an episode lasts tells how its side fared, so this waits for the vote."""
    trajectory = store.episode(episode_id).trajectory
    if store.is_hidden(episode_id):
        raise RuleBroken("This episode belongs to an open battle.", hint="Vote first, or save from the window.")
    return MjModels(store.bundle, "soft"), trajectory


def _report(episode_id: str, path: Path) -> Report:
    return Report(Written(episode_id, str(path)), f"written {path}")
