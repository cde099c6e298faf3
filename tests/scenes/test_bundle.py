from __future__ import annotations

import io
import zipfile

import mujoco
import pytest

from scenes.bundle import compose, fingerprint, pack, unpack
from scenes.catalog import find_robot, find_scene
from scenes.codec import digest
from scenes.errors import BadInput
from scenes.world import compile_world

STORED = {
    "table": "0206aa2a97d7ffc59875597814cc62061084e55f3068aa1649934cb6801ce79a",
    "libero_table": "59e64393f20657dc86b570e692d67f1e186febb426e4298dda91e8fc4318b6f3",
}


def composed() -> tuple[mujoco.MjSpec, mujoco.MjModel]:
    spec = compose(find_robot("panda"), find_scene("table"))
    return spec, spec.compile()


def test_a_bundle_gives_back_the_composed_model_to_the_last_bit() -> None:
    spec, model = composed()
    assert fingerprint(unpack(pack(spec).content)) == fingerprint(model)


def test_the_same_world_packs_to_the_same_bytes() -> None:
    first, second = (pack(composed()[0]) for _ in range(2))
    assert first == second
    assert first.digest == digest(first.content)


@pytest.mark.parametrize(("scene_id", "digest"), STORED.items())
def test_the_scenes_that_episodes_and_weights_come_from_have_not_changed_by_one_bit(scene_id: str, digest: str) -> None:
    """Whoever changes one trains the baselines again, and writes the new digest here."""
    assert compile_world("panda", scene_id).bundle.digest == digest


def test_a_different_model_has_a_different_fingerprint() -> None:
    spec, model = composed()
    spec.geom("object/red_cube").size[0] += 1e-9
    assert fingerprint(spec.compile()) != fingerprint(model)


def test_composing_keeps_physics_options_and_puts_the_robot_first() -> None:
    _, model = composed()
    assert model.opt.timestep == 0.002
    assert model.opt.integrator == mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    assert [model.joint(i).name for i in (0, 8, 9)] == [
        "robot/joint1",
        "robot/finger_joint2",
        "object/red_cube",
    ]
    assert model.nlight == 1


def test_the_home_keyframe_is_complete_with_the_objects() -> None:
    _, model = composed()
    home = model.key("robot/home")
    assert home.qpos[:9] == pytest.approx([*find_robot("panda").home, 0.04, 0.04])
    assert home.qpos[9:] == pytest.approx(model.qpos0[9:])


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + bytes(18)])
def test_bytes_that_are_no_bundle_are_refused(content: bytes) -> None:
    with pytest.raises(BadInput):
        unpack(content)


@pytest.mark.parametrize("name", ["../outside.xml", "/etc/outside.xml", "a/../../outside.xml"])
def test_a_bundle_cannot_name_files_outside_itself(name: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, "<mujoco/>")
    with pytest.raises(BadInput, match="outside"):
        unpack(content.getvalue())


def test_a_truncated_bundle_is_refused() -> None:
    content = pack(composed()[0]).content
    with pytest.raises(BadInput):
        unpack(content[: len(content) // 2])
