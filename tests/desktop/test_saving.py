"""Saved pictures are what was on the stage, whole or not there, and name no model unasked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from desktop.saved import difference, duration_of, frames_of, front, rest, swing, webp_chunks
from msgspec.structs import replace
from PySide6.QtGui import QImage

from scenes.episode import Trajectory
from scenes.errors import ArenaError, NotFound
from scenes.progress import Progress, finish
from scenes.world import World
from vlaarena_desktop.saving.caption import Caption, image_of, picture_of
from vlaarena_desktop.saving.frames import Studio, named_camera
from vlaarena_desktop.saving.png import write_png
from vlaarena_desktop.saving.saving import Order, save
from vlaarena_desktop.saving.video import FormName, times

HEIGHT, RATE = 96, 10
CANARY = "zanzibar-7f3a"
Films = dict[FormName, Path]


@pytest.fixture(scope="module")
def moving(world: World) -> Trajectory:
    return swing(world, seed=1, steps=6)


@pytest.fixture(scope="module")
def resting(world: World) -> Trajectory:
    return rest(world, seed=1, steps=3)


def both(world: World, moving: Trajectory, resting: Trajectory, folder: Path) -> Order:
    """A video of a moving A and a resting B that ends sooner."""
    return Order(
        kind="video",
        takes=front(world.model, moving, resting),
        path=folder / "both.webm",
        form="webm",
        height=HEIGHT,
        start=0.0,
        end=moving.duration,
        rate=RATE,
        caption=Caption("wave"),
    )


@pytest.fixture
def order(world: World, moving: Trajectory, resting: Trajectory, tmp_path: Path) -> Order:
    return both(world, moving, resting, tmp_path)


@pytest.fixture(scope="module")
def filmed(world: World, moving: Trajectory, resting: Trajectory, tmp_path_factory: pytest.TempPathFactory) -> Films:
    """Both sides before the vote, in both formats."""
    plain, films = both(world, moving, resting, tmp_path_factory.mktemp("films")), Films()
    for form in ("webm", "mp4"):
        films[form] = finish(save(replace(plain, form=form, path=plain.path.with_suffix(f".{form}"))))
    return films


@pytest.mark.parametrize("form", ["webm", "mp4"])
def test_a_video_shows_a_s_motion_on_the_left_and_b_s_on_the_right(filmed: Films, form: FormName) -> None:
    frames = frames_of(filmed[form])
    assert len(frames) == 7
    height, width, _ = frames[0].shape
    assert (width, height) == (2 * 128, 96 + 8)
    pictures = [frame[:96] for frame in frames]
    left, right = [[frame[24:, part] for frame in pictures] for part in (slice(0, 128), slice(128, 256))]
    assert difference(left[0], left[3]) > 2
    assert difference(right[0], right[3]) < 1
    assert duration_of(filmed[form]) == pytest.approx(0.6)


def test_a_video_shows_the_colours_that_were_drawn(filmed: Films, order: Order) -> None:
    with Studio(order.takes, 128, HEIGHT) as studio:
        drawn = studio.pictures(0.0)[0]
    assert difference(frames_of(filmed["webm"])[0][24:96, :128], drawn[24:]) < 6


def test_the_speed_makes_a_video_longer_and_keeps_its_rate() -> None:
    assert times(0.0, 1.0, 10, 1.0) == pytest.approx([index / 10 for index in range(11)])
    assert times(0.5, 1.0, 10, 0.5) == pytest.approx([0.5 + index / 20 for index in range(11)])
    assert times(0.0, 0.25, 10, 1.0) == pytest.approx([0.0, 0.1, 0.2, 0.25])
    assert times(0.3, 0.3, 60, 4.0) == [0.3]


def test_one_side_s_video_is_as_long_as_both_so_that_its_length_tells_nothing(order: Order) -> None:
    finish(save(replace(order, takes=order.takes[1:], caption=Caption())))
    frames = frames_of(order.path)
    assert len(frames) == 7
    assert frames[0].shape == (96, 128, 3)
    assert difference(frames[3], frames[-1]) < 1


def test_a_frame_is_saved_without_loss(order: Order) -> None:
    path = order.path.with_suffix(".png")
    finish(save(replace(order, kind="frame", form=None, path=path, start=0.5)))
    image = QImage(str(path))
    assert (image.width(), image.height()) == (256, 104)
    pixels = picture_of(image)
    write_png(pixels, path)
    assert np.array_equal(picture_of(QImage(str(path))), pixels)
    assert image_of(pixels).pixel(40, 40) == image.pixel(40, 40)


def test_a_contact_sheet_shows_six_moments_of_both(order: Order) -> None:
    path = order.path.with_suffix(".png")
    told: list[Progress] = []
    finish(save(replace(order, kind="sheet", form=None, path=path)), told.append)
    assert [each.done for each in told] == [1, 2, 3, 4, 5, 6]
    assert QImage(str(path)).width() > 6 * 300


def test_a_moving_contact_sheet_is_an_animation(order: Order) -> None:
    path = order.path.with_suffix(".webp")
    finish(save(replace(order, kind="sheet", form="webp", path=path)))  # each picture runs through 0.1 s
    chunks = list(webp_chunks(path))
    assert "ANIM" in chunks
    assert chunks.count("ANMF") == 2


def test_a_name_is_drawn_where_it_is_asked_for_and_is_nowhere_else_in_a_file(order: Order) -> None:
    names = (CANARY, CANARY)
    frames = []
    for caption in (Caption("wave"), Caption("wave", names)):
        finish(save(replace(order, form="mp4", end=0.1, caption=caption)))
        frames.append(frames_of(order.path)[0])
        assert CANARY.encode() not in order.path.read_bytes()
    changed = np.abs(frames[0].astype(int) - frames[1]).max(axis=2) > 60
    assert changed[:14].sum() > 50  # beside the letters
    assert changed[30:].sum() == 0


def test_a_cancelled_video_leaves_nothing_and_touches_nothing(order: Order) -> None:
    order.path.write_bytes(b"an older video")
    job = save(order)
    assert [next(job).done, next(job).done] == [1, 2]
    job.close()
    assert [each.name for each in order.path.parent.iterdir()] == [order.path.name]
    assert order.path.read_bytes() == b"an older video"


def test_a_folder_that_is_none_is_said(order: Order) -> None:
    with pytest.raises(ArenaError, match="could not be written: No such file") as caught:
        finish(save(replace(order, path=order.path.parent / "gone" / "x.webm")))
    assert "another folder" in caught.value.hint


def test_a_camera_that_is_none_is_said_with_those_there_are(world: World) -> None:
    with pytest.raises(NotFound, match="no camera called 'moon'") as caught:
        named_camera(world.model, "moon")
    assert "front" in caught.value.hint


def in_a_child(lines: str, folder: Path) -> str:
    """What a process of its own says of writing a video and a picture into a folder."""
    program = f"""
import sys, resource
from pathlib import Path
import numpy as np
{lines}
from scenes.errors import ArenaError
from scenes.progress import finish
from vlaarena_desktop.saving.png import write_png
from vlaarena_desktop.saving.video import write_video
pictures = [np.random.default_rng(i).integers(0, 255, (96, 128, 3), np.uint8) for i in range(20)]
folder = Path({str(folder)!r})
for name, act in (
    ("webm", lambda: finish(write_video(pictures, 20, 10, "webm", folder / "a.webm"))),
    ("mp4", lambda: finish(write_video(pictures, 20, 10, "mp4", folder / "a.mp4"))),
    ("png", lambda: write_png(pictures[0], folder / "a.png")),
):
    try:
        act()
    except ArenaError as error:
        print(name, error)
"""
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert child.returncode == 0, child.stderr
    return child.stdout


def test_without_pyav_a_video_is_refused_with_what_to_install_and_pictures_are_still_saved(tmp_path: Path) -> None:
    said = in_a_child("sys.modules['av'] = None", tmp_path)
    assert said.count('pip install "vlaarena[video]"') == 2
    assert [each.name for each in tmp_path.iterdir()] == ["a.png"]


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    said = in_a_child("resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))", tmp_path)
    assert [line.split()[0] for line in said.splitlines()] == ["webm", "mp4", "png"]
    assert said.count("could not be written") == 3
    assert said.count("make room on the disk") == 3
    assert list(tmp_path.iterdir()) == []
