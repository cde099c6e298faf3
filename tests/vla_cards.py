"""Small random checkpoints of every VLA in the published formats, with the cards that play them on our table."""

from __future__ import annotations

from pathlib import Path

import openvla_checkpoint
import pi0_checkpoint
import smolvla_cases

OCTO = Path(__file__).parent / "gpu_daemon" / "policies" / "octo"
CARD = """
id = "{id}"
name = "Small {id}"
organization = "Tests"
license = "Apache-2.0"
adapter = "{adapter}"
robots = ["panda"]
device = "cpu"
{facts}
"""
SOURCE = """
[[sources]]
role = "{role}"
repository = "tests/{role}"
folder = "{folder}"
"""
CAMERA = """
[[cameras]]
key = "{key}"
camera = "{camera}"
width = {size}
height = {size}
"""
SMOLVLA = """
state = "eef_axis_angle_fingers"
control_hz = 20.0
chunk = 6
execute = 4
stochastic = true
action = { space = "eef_delta", translation_scale = 0.01, rotation_scale = 0.05, clip = [-1.0, 1.0] }
"""
OCTO_FACTS = """
control_hz = 5.0
chunk = 4
ensemble = 4
stochastic = true
statistics = "bridge_dataset"
action = { space = "eef_delta", rotation = "euler_xyz", gripper = { open = 1.0, closed = 0.0, threshold = 0.5 } }
"""
OPENVLA = """
control_hz = 5.0
statistics = "bridge_orig"
action = { space = "eef_delta", rotation = "euler_xyz", gripper = { open = 1.0, closed = 0.0, threshold = 0.5 } }
"""
PI0 = """
state = "joints_gripper"
control_hz = 10.0
chunk = 6
execute = 6
stochastic = true
action = { space = "eef_delta", translation_scale = 0.02, rotation_scale = 0.1, clip = [-1.0, 1.0] }
"""


def place(home: Path) -> tuple[str, ...]:
    """Put a card for each family into a data folder; the ids of the models."""
    (home / "cards").mkdir(parents=True, exist_ok=True)
    checkpoints = home / "checkpoints"
    smolvla = {
        "checkpoint": smolvla_cases.checkpoint("renamed_cameras", checkpoints),
        "backbone": smolvla_cases.backbone("renamed_cameras"),
    }
    pictures = [("image", "front", 96), ("wrist_image", "wrist", 64)]
    _place(home, "smolvla", SMOLVLA, smolvla, pictures)
    octo = {"checkpoint": OCTO / "octo_tiny_15b", "tokenizer": OCTO / "t5_tiny"}
    _place(home, "octo", OCTO_FACTS, octo, [("image_primary", "front", 256), ("image_wrist", "wrist", 128)])
    openvla = {"checkpoint": openvla_checkpoint.write_checkpoint(checkpoints / "openvla")}
    _place(home, "openvla", OPENVLA, openvla, [("image", "front", 224)])
    pi0 = pi0_checkpoint.write_checkpoint(checkpoints / "pi0")
    pictures = [("base_0_rgb", "front", 56), ("left_wrist_0_rgb", "wrist", 56)]
    _place(home, "pi0", PI0, {"checkpoint": pi0, "tokenizer": pi0 / "tokenizer"}, pictures)
    return "octo", "openvla", "pi0", "smolvla"


def _place(home: Path, adapter: str, facts: str, sources: dict[str, Path], cameras: list[tuple[str, str, int]]) -> None:
    text = CARD.format(id=adapter, adapter=adapter, facts=facts)
    text += "".join(SOURCE.format(role=role, folder=folder) for role, folder in sources.items())
    text += "".join(CAMERA.format(key=key, camera=camera, size=size) for key, camera, size in cameras)
    (home / "cards" / f"{adapter}.toml").write_text(text)
