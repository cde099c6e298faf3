"""What the headless commands save of one episode."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from desktop.saved import difference, frames_of, front, swing
from PySide6.QtGui import QImage

from scenes.episode import Trajectory
from scenes.errors import BadInput, NotFound
from scenes.progress import finish
from scenes.world import World
from vlaarena_desktop.saving.caption import picture_of
from vlaarena_desktop.saving.episodes import save_episode_frame, save_episode_video
from vlaarena_desktop.saving.frames import Studio, Take
from vlaarena_desktop.viewing.mjmodels import MjModels
from vlaarena_desktop.viewing.overlays import Overlays

SMALL = (96, 64)


@pytest.fixture(scope="module")
def trajectory(world: World) -> Trajectory:
    return swing(world, seed=1, steps=6)


@pytest.fixture(scope="module")
def models() -> MjModels:
    return MjModels(lambda digest: None, "plain")


def test_an_episode_s_video_is_as_long_as_the_episode(models: MjModels, trajectory: Trajectory, tmp_path: Path) -> None:
    path = tmp_path / "episode.webm"
    assert finish(save_episode_video(models, trajectory, path, size=SMALL, rate=10, speed=2.0)) == path
    frames = frames_of(path)
    assert len(frames) == 4
    assert frames[0].shape == (64, 96, 3)
    assert difference(frames[0], frames[-1]) > 1


def test_a_step_s_picture_is_that_step(models: MjModels, trajectory: Trajectory, tmp_path: Path) -> None:
    pictures = []
    for step in (6, -1, 0):
        finish(save_episode_frame(models, trajectory, step, tmp_path / "step.png", size=SMALL))
        pictures.append(picture_of(QImage(str(tmp_path / "step.png"))))
    assert np.array_equal(pictures[0], pictures[1])
    assert difference(pictures[0], pictures[2]) > 1


def test_a_name_a_step_a_size_or_a_camera_that_is_none_is_refused_at_once(
    models: MjModels, trajectory: Trajectory, tmp_path: Path
) -> None:
    for job, said in (
        (save_episode_video(models, trajectory, tmp_path / "a.avi"), "no video format"),
        (save_episode_video(models, trajectory, tmp_path / "a.mp4", size=(97, 64)), "no video"),
        (save_episode_frame(models, trajectory, 7, tmp_path / "a.png"), "no step 7"),
        (save_episode_frame(models, trajectory, 0, tmp_path / "a.jpg"), "end in .png"),
    ):
        with pytest.raises(BadInput, match=said):
            finish(job)
    with pytest.raises(NotFound, match="no camera"):
        finish(save_episode_frame(models, trajectory, 0, tmp_path / "a.png", camera="moon"))
    assert list(tmp_path.iterdir()) == []


def test_what_is_drawn_over_a_stage_after_the_vote_is_in_its_pictures_too(world: World, trajectory: Trajectory) -> None:
    (plain,) = front(world.model, trajectory)
    ghost = Take(0, plain.model, trajectory, plain.camera, Overlays(ghost=True), swing(world, seed=2, steps=3))
    trails = Take(0, plain.model, trajectory, plain.camera, Overlays(trails=True))
    with Studio((plain, ghost, trails), *SMALL) as studio:
        bare, haunted, trailed = studio.pictures(0.6)
    assert difference(bare, haunted) > 0.5
    assert difference(bare, trailed) > 0.05
