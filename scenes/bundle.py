"""Robot and scene composed into one model, and that model as a self-contained file named by its SHA-256."""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from pathlib import Path

import mujoco
import numpy as np
from msgspec import Struct

from scenes.catalog import OBJECT_PREFIX, ROBOT_PREFIX, Robot, Scene, robot_mjcf, scene_mjcf
from scenes.codec import digest
from scenes.errors import BadInput

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MAX_BYTES = 64 * 2**20
_MAX_FILES = 1000


class Bundle(Struct, frozen=True):
    """A model's MJCF and assets as one .mjz archive; equal models give equal bytes."""

    digest: str  # SHA-256 of the content
    content: bytes


def compose(robot: Robot, scene: Scene) -> mujoco.MjSpec:
    """The scene with the robot at its origin, then the free objects: the robot's joints come first."""
    keep_log_files_away()
    spec = mujoco.MjSpec.from_file(str(scene_mjcf(scene)))
    spec.compiler.conflict = mujoco.mjtConflict.mjCONFLICT_ERROR
    objects = scene_mjcf(scene).with_name("objects.xml")
    for path, prefix in ((robot_mjcf(robot), ROBOT_PREFIX), (objects, OBJECT_PREFIX)):
        child = mujoco.MjSpec.from_file(str(path))
        spec.attach(child, prefix=prefix, frame=spec.worldbody.add_frame())
    for each in scene.hand_cameras:
        spec.body(ROBOT_PREFIX + each.body).add_camera(
            name=each.name, pos=each.position, quat=each.quaternion, fovy=each.fovy
        )
    for camera in spec.cameras:
        camera.name = camera.name.removeprefix(ROBOT_PREFIX)
    return spec


def pack(spec: mujoco.MjSpec) -> Bundle:
    """A compiled spec as a bundle."""
    spec.compiler.savecompiled = False
    with tempfile.TemporaryDirectory(prefix="vlaarena-") as folder:
        path = Path(folder) / "bundle.mjz"
        spec.encode(str(path))
        content = _without_times(path.read_bytes())
    return Bundle(digest(content), content)


def unpack(content: bytes) -> mujoco.MjModel:
    """The model in a bundle, equal to the one that was packed in every array.

    Raises:
        BadInput: these bytes are not a bundle.
    """
    keep_log_files_away()
    _check_archive(content)
    with tempfile.TemporaryDirectory(prefix="vlaarena-") as folder:
        path = Path(folder) / "bundle.mjz"
        path.write_bytes(content)
        try:
            return mujoco.MjSpec.from_file(str(path)).compile()
        except ValueError as error:
            raise BadInput("This bundle holds no model that can be compiled.", detail=str(error)) from error


def fingerprint(model: mujoco.MjModel) -> str:
    """SHA-256 over all arrays, names, sizes and options of a model, but for file paths."""
    looks = [getattr(model.vis, name) for name in sorted(dir(model.vis)) if name[0].islower()]
    hasher = hashlib.sha256()
    for owner in (model, model.opt, model.stat, *looks):
        for name in sorted(dir(owner)):
            value = None if name.startswith("_") or "path" in name else getattr(owner, name)
            if isinstance(value, int | float | bytes | np.ndarray):
                array = np.asarray(value)
                hasher.update(f"{name} {array.dtype.str} {array.shape}".encode())
                hasher.update(np.ascontiguousarray(array).tobytes())
    return hasher.hexdigest()


def keep_log_files_away() -> None:
    """Stop MuJoCo from writing MUJOCO_LOG.TXT into the working directory; MjData counts its warnings."""
    config = mujoco.MjLogConfig.get()
    config.logto_file = False
    config.logto_console = False
    mujoco.MjLogConfig.set(config)


def _without_times(content: bytes) -> bytes:
    """The same archive with sorted names, fixed times and no compression, whose bytes depend on zlib."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive,
    ):
        for name in sorted(source.namelist()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            archive.writestr(entry, source.read(name))
    return target.getvalue()


def _check_archive(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise BadInput("These bytes are not a bundle.", detail=str(error)) from error
    if len(entries) > _MAX_FILES or sum(entry.file_size for entry in entries) > _MAX_BYTES:
        raise BadInput(f"This bundle holds more than {_MAX_FILES} files or {_MAX_BYTES} bytes.")
    for entry in entries:
        if entry.filename.startswith("/") or ".." in Path(entry.filename).parts or "\\" in entry.filename:
            raise BadInput(f"This bundle names a file outside itself: {entry.filename[:80]!r}.")
