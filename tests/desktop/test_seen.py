"""What the policies saw is rendered exactly as they were given it, on a thread of its own."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from desktop.evaluator import PATIENCE
from desktop.staged import evidence_for, turn
from pytestqt.qtbot import QtBot

import gpu_daemon
from scenes.cameras import Cameras
from scenes.episode import Trajectory
from scenes.models import CameraInput, ModelCard, read_cards
from scenes.progress import finish
from scenes.world import World
from vlaarena_desktop import seeing
from vlaarena_desktop.evidence import TurnEvidence
from vlaarena_desktop.pages.seen_panel import SeenPanel
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.replays import TurnReplay
from vlaarena_desktop.seeing import Album, Seer

FRONT = CameraInput(key="image", camera="front", width=40, height=32)
WRIST = CameraInput(key="wrist_image", camera="wrist", width=24, height=24)


@pytest.fixture
def album(world: World, trajectory: Trajectory, shorter_trajectory: Trajectory) -> Album:
    return Album(world.model, (Seer(trajectory, (FRONT, WRIST)), Seer(shorter_trajectory, (WRIST,))))


@pytest.fixture(scope="module")
def cards() -> dict[str, ModelCard]:
    return read_cards([Path(gpu_daemon.__file__).parent / "cards"])


@pytest.fixture
def watched(trajectory: Trajectory, shorter_trajectory: Trajectory, cards: dict[str, ModelCard]) -> TurnEvidence:
    """A played by a model that looks every second step, B by one that reads the state."""
    made = evidence_for([TurnReplay(turn(1), trajectory, shorter_trajectory)]).turns[0]
    looking = msgspec.structs.replace(cards["film-cnn"], cameras=(FRONT, WRIST), execute=2)
    reading = msgspec.structs.replace(cards["film-cnn"], cameras=(), reads_state=True)
    return msgspec.structs.replace(
        made,
        left=msgspec.structs.replace(made.left, card=looking),
        right=msgspec.structs.replace(made.right, card=reading),
    )


def test_pictures_are_those_of_an_observation_to_the_last_pixel(
    album: Album, world: World, trajectory: Trajectory
) -> None:
    finish(album.render())
    with Cameras(world.model, 40, 32) as cameras:
        for step in (0, 6):
            world.restore(trajectory.state(step))
            expected = cameras.render(world.data, "front", 40, 32)
            found = album.at(0, step / 10)
            assert found is not None
            assert np.array_equal(found["image"], expected)
            assert found["wrist_image"].shape == (24, 24, 3)


def test_pictures_near_the_playhead_come_first(album: Album) -> None:
    album.wanted = 0.7
    job = album.render()
    next(job)
    assert album.at(0, 0.7) is not None
    assert album.at(0, 0.0) is None
    job.close()
    assert not album.complete


def test_an_album_keeps_no_more_than_its_budget(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    largest = max(side.size for side in album.sides)
    monkeypatch.setattr(seeing, "BUDGET", 6 * largest)
    small = Album(album._model, album.sides)
    finish(small.render())
    assert small.complete
    kept = [step for step in range(20) if small.at(0, step / 10) is not None]
    assert kept == [0, 1, 2]
    small.wanted = 1.5
    assert not small.complete


def test_the_panel_shows_what_was_seen_at_the_playhead(qtbot: QtBot, world: World, watched: TurnEvidence) -> None:
    playhead = Playhead()
    playhead.set_length(watched.left.episode.trajectory.duration, 10.0)
    panel = SeenPanel(playhead)
    qtbot.addWidget(panel)
    panel.set_turn(watched, world.model)
    panel.show()
    playhead.seek_step(5)
    left, right = panel.sides
    qtbot.waitUntil(lambda: not left.pictures["image"].shown.isNull(), timeout=PATIENCE)
    assert left.pictures["image"].shown.width() == 40
    assert left.said.text() == "step 5: it last looked at 4"
    assert right.pictures == {}
    assert right.said.text() == "It reads the simulator's state, not pictures."
    panel.hide()


def test_a_hidden_panel_renders_nothing(qtbot: QtBot, world: World, watched: TurnEvidence) -> None:
    panel = SeenPanel(Playhead())
    qtbot.addWidget(panel)
    panel.set_turn(watched, world.model)
    assert panel._job is None
