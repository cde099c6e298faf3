"""Deliberate mistakes in copies of the modules on an action's way, each of which breaks the rule named for it."""

from __future__ import annotations

import inspect
from types import ModuleType, SimpleNamespace

import pytest
from control_rules import MODULES, PARTS, RULES
from seeing_rules import actions_of

MISTAKES: dict[str, tuple[str, str, str, str]] = {  # what is wrong: module, right, wrong, broken rule
    "gripper sign": (
        "control",
        "(gripper.open > gripper.closed)",
        "(gripper.open < gripper.closed)",
        "a_gripper_opens",
    ),
    "threshold 0": ("control", "(value > gripper.threshold)", "(value > 0)", "a_gripper_opens"),
    "not sticky": ("control", "< -reach else before", "< -reach else 0.0", "a_sticky_gripper"),
    "opening not commanded": (
        "control",
        "ctrl[self._gripper] = gripper.closed_ctrl + ",
        "_ = ",
        "a_continuous_gripper",
    ),
    "delta anchored wrong": (
        "control",
        'self._commanded if self._space.anchor == "target" else self.measured()',
        "self.measured()",
        "deltas_are_added",
    ),
    "always anchored to the target": (
        "control",
        'self._commanded if self._space.anchor == "target" else self.measured()',
        "self._commanded",
        "a_card_may_have",
    ),
    "tool frame for base": ("control", 'frame == "tool"', 'frame == "base"', "deltas_in_the_base_frame"),
    "base frame for tool": ("control", 'frame == "tool"', 'frame == "world"', "deltas_in_the_tool"),
    "turn on the wrong side": ("control", "matrix @ anchor.rotation", "anchor.rotation @ matrix", "deltas_in_the_base"),
    "tool shift in the base frame": ("control", "+ anchor.rotation @ shift", "+ shift", "deltas_in_the_tool"),
    "no leash": ("control", "distance <= LEASH", "distance <= 9", "an_absolute_pose"),
    "absolute pose as a delta": (
        "control",
        "Pose(_leashed(position, self.measured().position), matrix)",
        "Pose(_leashed(position + self._commanded.position, self.measured().position), matrix)",
        "an_absolute_pose",
    ),
    "velocity as a delta": ("control", "given / self.control_hz", "given", "joint_velocities"),
    "velocity of ten hertz": ("control", "given / self.control_hz", "given / 10", "joint_velocities"),
    "joints anchored to the target": ("control", "else self._world.arm_qpos", "else self._targets", "joint_deltas"),
    "joints without speed limit": (
        "control",
        "np.clip(near, low, high)",
        "np.clip(joints, low, high)",
        "joint_targets",
    ),
    "angles by the length scale": (
        "control",
        "raw[3:] * self._space.rotation_scale",
        "raw[3:] * self._space.translation_scale",
        "lengths_and_angles",
    ),
    "no clip": ("control", "np.clip(raw, *self._space.clip)", "raw", "lengths_and_angles"),
    "quaternion scalar last": ("rotations", "wxyz / length", "np.roll(wxyz, 1) / length", "quaternions_are"),
    "quaternion not normalised": ("rotations", "wxyz / length", "wxyz", "quaternions_are"),
    "euler order": ("rotations", "yaw @ pitch @ roll", "roll @ pitch @ yaw", "euler_angles"),
    "roll and yaw exchanged": ("rotations", "roll, pitch, yaw = (", "yaw, pitch, roll = (", "euler_angles"),
    "rot6d by rows": ("rotations", "np.cross(x, y)], axis=1)", "np.cross(x, y)], axis=0)", "six_numbers"),
    "rot6d not orthogonal": ("rotations", "second - (x @ second) * x", "second", "six_numbers"),
    "turned by 180 degrees instead of mirrored": (
        "observing",
        '"horizontal": (_ALL, _BACKWARDS)',
        '"horizontal": (_BACKWARDS, _BACKWARDS)',
        "pictures_are_flipped",
    ),
    "mirrored top to bottom": (
        "observing",
        '"horizontal": (_ALL, _BACKWARDS)',
        '"horizontal": (_BACKWARDS, _ALL)',
        "pictures_are_flipped",
    ),
    "no crop": ("cameras", "if crop < 1.0:", "if crop < 0.0:", "a_crop"),
    "crop of the area": ("cameras", "_narrow(self._scene, crop)", "_narrow(self._scene, crop**0.5)", "a_crop"),
    "LIBERO's base on the floor": ("proprioception", "(-0.66, 0.0, 0.912)", "(-0.66, 0.0, 0.0)", "the_state_of"),
    "LIBERO's grip site where ours is": ("proprioception", "- LIBERO_GRIP * along", "", "the_state_of"),
    "both fingers positive": ("proprioception", "-fingers / 2]", "fingers / 2]", "the_state_of"),
    "the shorter way round": ("proprioception", "if wxyz[1] < 0", "if wxyz[0] < 0", "its_axis_and_angle"),
    "opening in metres": ("proprioception", "fingers / widest]", "fingers]", "other_states"),
    "only the first of a chunk": ("queueing", "[: self._execute]", "[:1]", "of_a_chunk"),
    "the whole chunk": ("queueing", "[: self._execute]", "", "of_a_chunk"),
    "ensemble back to front": (
        "queueing",
        "enumerate(reversed(self._chunks))",
        "enumerate(self._chunks)",
        "an_ensemble",
    ),
    "ensemble of all chunks": ("queueing", "deque(maxlen=card.ensemble)", "deque(maxlen=99)", "an_ensemble"),
    "33 steps for ever": (
        "rhythm",
        "(step * self.substeps + phase) // self.cycle",
        "step * (self.substeps // self.cycle)",
        "fifteen_hertz",
    ),
}


def parts_with(module_name: str, right: str, wrong: str) -> SimpleNamespace:
    """The program's parts, where one is a copy with the mistake, and those that use it use the copy."""
    parts = SimpleNamespace(**vars(PARTS))
    spoilt: dict[str, object] = {}
    for module in MODULES:
        name = module.__name__.rpartition(".")[2]
        source = inspect.getsource(module)
        if name == module_name:
            assert source.count(right) == 1, f"{right!r} is not there once"
            source = source.replace(right, wrong)
        copy = ModuleType(f"copy_of_{name}")
        exec(compile(source, copy.__name__, "exec"), vars(copy))
        vars(copy).update({key: value for key, value in spoilt.items() if getattr(module, key, None) is not None})
        if name == module_name:
            spoilt = {key: value for key, value in vars(copy).items() if inspect.isroutine(value)}
        setattr(parts, name, copy)
    return parts


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_breaks_the_rule_named_for_it(mistake: str) -> None:
    module, right, wrong, broken = MISTAKES[mistake]
    (rule,) = [rule for name, rule in RULES.items() if name.startswith(broken)]
    with pytest.raises(AssertionError):
        rule(parts_with(module, right, wrong))


def test_a_copy_without_a_mistake_keeps_every_rule() -> None:
    copies = parts_with("rotations", "Rz(yaw) Ry(pitch) Rx(roll)", "the product")
    assert actions_of(copies, 1, chunk=1) == [1]
    for rule in RULES.values():
        rule(copies)
