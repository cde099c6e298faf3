from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from scenes.cameras import Cameras
from scenes.errors import NotFound
from scenes.world import compile_world

WORLD = compile_world("panda", "table")


@pytest.fixture(scope="module")
def cameras() -> Iterator[Cameras]:
    with Cameras(WORLD.model, 224, 224) as opened:
        yield opened


def share(picture: np.ndarray, channel: int) -> float:
    """Fraction of pixels in which one colour clearly leads the others."""
    others = np.delete(picture, channel, axis=2).max(axis=2).astype(int)
    return float((picture[..., channel].astype(int) - others > 40).mean())


@pytest.mark.parametrize("camera", ["front", "wrist"])
@pytest.mark.parametrize(("width", "height"), [(224, 224), (96, 96), (320, 200)])
def test_a_picture_has_the_size_asked_for(cameras: Cameras, camera: str, width: int, height: int) -> None:
    WORLD.reset(1)
    picture = cameras.render(WORLD.data, camera, width, height)
    assert (picture.shape, picture.dtype) == ((height, width, 3), np.uint8)


@pytest.mark.parametrize("size", [96, 224])
def test_both_cameras_see_all_coloured_objects(cameras: Cameras, size: int) -> None:
    for seed in range(5):
        WORLD.reset(seed)
        for camera in ("front", "wrist"):
            picture = cameras.render(WORLD.data, camera, size, size)
            assert min(share(picture, channel) for channel in (0, 1, 2)) > 0.0008, (seed, camera)


def test_the_wrist_camera_sees_the_fingers_close(cameras: Cameras) -> None:
    WORLD.reset(1)
    opened = cameras.render(WORLD.data, "wrist", 96, 96)
    ctrl = np.array(WORLD.data.ctrl)
    ctrl[7] = 0.0
    WORLD.step(ctrl, 200)
    closed = cameras.render(WORLD.data, "wrist", 96, 96)
    middle = slice(36, 60)
    dark = [(picture[:48, middle].max(axis=2) < 70).mean() for picture in (opened, closed)]
    assert dark[1] > dark[0] + 0.05


def test_left_in_the_front_picture_is_minus_y(cameras: Cameras) -> None:
    WORLD.reset(1)
    address = WORLD.model.joint("object/red_cube").qposadr[0]
    columns = []
    for y in (-0.2, 0.2):
        state = WORLD.state()
        WORLD.data.qpos[address : address + 3] = [0.5, y, 0.02]
        WORLD.restore(WORLD.state())
        picture = cameras.render(WORLD.data, "front", 96, 96).astype(int)
        columns.append(np.argmax((picture[..., 0] - picture[..., 1:].max(axis=2)).max(axis=0)))
        WORLD.restore(state)
    assert columns[0] < 48 < columns[1]


def test_the_same_state_gives_the_same_pixels(cameras: Cameras) -> None:
    WORLD.reset(2)
    first = cameras.render(WORLD.data, "front", 224, 224)
    cameras.render(WORLD.data, "wrist", 96, 96)
    assert np.array_equal(cameras.render(WORLD.data, "front", 224, 224), first)
    with Cameras(WORLD.model) as other:
        assert np.array_equal(other.render(WORLD.data, "front", 224, 224), first)


def test_a_picture_larger_than_the_buffer_enlarges_it() -> None:
    WORLD.reset(2)
    with Cameras(WORLD.model, 64, 64) as small:
        large = small.render(WORLD.data, "front", 224, 224)
    with Cameras(WORLD.model, 224, 224) as exact:
        assert np.array_equal(exact.render(WORLD.data, "front", 224, 224), large)


def test_drawing_leaves_the_world_as_it_is(cameras: Cameras) -> None:
    WORLD.reset(3)
    before, shadows = WORLD.state().digest, WORLD.model.vis.quality.shadowsize
    cameras.render(WORLD.data, "front", 96, 96)
    assert (WORLD.state().digest, WORLD.model.vis.quality.shadowsize) == (before, shadows)


def test_an_unknown_camera_is_refused_with_the_ones_that_exist(cameras: Cameras) -> None:
    with pytest.raises(NotFound, match="front, wrist"):
        cameras.render(WORLD.data, "ceiling", 96, 96)


def test_cameras_name_their_renderer_and_may_be_closed_twice() -> None:
    cameras = Cameras(WORLD.model, 32, 32)
    assert cameras.renderer.startswith(cameras.backend)
    cameras.close()
    cameras.close()
