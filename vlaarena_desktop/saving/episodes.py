"""One episode as a video or a picture, for the headless commands: nothing is written on it. Knows no Qt."""

from __future__ import annotations

from pathlib import Path

from scenes.catalog import find_scene
from scenes.episode import Trajectory
from scenes.errors import BadInput
from scenes.progress import Job, Progress
from vlaarena_desktop.saving.draft import check_folder
from vlaarena_desktop.saving.frames import Studio, Take, named_camera
from vlaarena_desktop.saving.png import write_png
from vlaarena_desktop.saving.video import FormName, encoder_of, times, write_video
from vlaarena_desktop.viewing.mjmodels import MjModels

_FORMS: dict[str, FormName] = {".webm": "webm", ".mp4": "mp4", ".webp": "webp"}


def save_episode_video(
    models: MjModels,
    trajectory: Trajectory,
    path: Path,
    *,
    size: tuple[int, int] = (640, 480),
    rate: int = 30,
    speed: float = 1.0,
    camera: str = "",
) -> Job[Path]:
    """Write a whole episode as a video; the name's end decides its format. `size` is width and height, even [px].

    Raises:
        BadInput: the name ends in no known format, or a number is out of range.
        NotFound: the scene has no such camera, or is gone.
        ArenaError: nothing can be drawn here, PyAV is missing, or the file could not be written.
    """
    if path.suffix.lower() not in _FORMS:
        raise BadInput(f"'{path.name}' names no video format.", hint=f"End it with one of: {', '.join(_FORMS)}.")
    if min(size) < 16 or size[0] % 2 or size[1] % 2 or not 1 <= rate <= 120 or not 0.01 <= speed <= 100:
        raise BadInput(
            f"{size[0]}x{size[1]} at {rate} frames a second and speed {speed:g} is no video.",
            hint="Width and height must be even, from 16 on; the rate 1 to 120; the speed 0.01 to 100.",
        )
    form = _FORMS[path.suffix.lower()]
    encoder_of(form)
    check_folder(path)
    moments = times(0.0, trajectory.duration, rate, speed)
    with Studio((_take(models, trajectory, camera),), *size) as studio:
        pictures = (studio.pictures(moment)[0] for moment in moments)
        return (yield from write_video(pictures, len(moments), rate, form, path))


def save_episode_frame(
    models: MjModels,
    trajectory: Trajectory,
    step: int,
    path: Path,
    *,
    size: tuple[int, int] = (1280, 960),
    camera: str = "",
) -> Job[Path]:
    """Write an episode's record `step` (negative: counted from the end, -1 the last) as a PNG.

    Raises:
        BadInput: there is no such step, or the name does not end in .png.
        NotFound: the scene has no such camera, or is gone.
        ArenaError: nothing can be drawn here, or the file could not be written.
    """
    if path.suffix.lower() != ".png":
        raise BadInput(f"'{path.name}' does not end in .png.", hint="A frame is written as a PNG.")
    if not -trajectory.steps - 1 <= step <= trajectory.steps:
        raise BadInput(f"There is no step {step}.", hint=f"The episode has the steps 0 to {trajectory.steps}.")
    check_folder(path)
    yield Progress(0, 1)
    moment = (step if step >= 0 else trajectory.steps + 1 + step) / trajectory.control_hz
    with Studio((_take(models, trajectory, camera),), *size, fine=True) as studio:
        write_png(studio.pictures(moment)[0], path)
    yield Progress(1, 1)
    return path


def _take(models: MjModels, trajectory: Trajectory, camera: str) -> Take:
    model = models.model_of(trajectory)
    return Take(0, model, trajectory, named_camera(model, camera or find_scene(trajectory.scene_id).cameras[0]))
