"""The parity cases of every VLA on whatever accelerator is here (CUDA, MPS), with what its kernels may differ by.

    make gpu-check                                      (python tests/accelerator_check.py [--device cuda|mps|cpu])

An accelerator sums in another order than the CPU, so differences of ten times what parity allows on a CPU pass. TF32 is
off only where the models turn it off themselves. Exits with 1 where a case is further away, 2 where there is no
accelerator and none was named.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import octo_cases
import openvla_checkpoint
import openvla_checks
import pi0_checkpoint
import smolvla_cases

from gpu_daemon.policies.octo import OctoModel
from gpu_daemon.policies.openvla import OpenVLAModel
from gpu_daemon.policies.pi0.model import Pi0Model
from gpu_daemon.policies.smolvla import SmolVLAModel
from gpu_daemon.policies.weights import chosen_device

SLACK = 10.0  # on an accelerator, in units of what a CPU may differ by
PI0_ALLOWED = 5e-6


class Found(NamedTuple):
    """How far one quantity of one case is from what was recorded, in units of what a CPU may differ by."""

    case: str
    distance: float


def smolvla(device: str, place: Path) -> Iterator[Found]:
    """Actions and prefixes, as lerobot computed them."""
    for name in smolvla_cases.CASES:
        case = smolvla_cases.recorded(name)
        model = smolvla_cases.load(SmolVLAModel, name, place, device)
        asked, allowed = smolvla_cases.asked(name), smolvla_cases.TOLERANCE
        actions = smolvla_cases.distance(model.predict_chunk(*asked, case["noise"]), case["actions"])
        prefix = smolvla_cases.distance(model.embed_prefix(*asked), case["prefix"])
        yield Found(f"smolvla {name}: actions", actions / allowed)
        yield Found(f"smolvla {name}: prefix", prefix / allowed)


def octo(device: str, place: Path) -> Iterator[Found]:
    """Words, attention, readouts, scores and actions, as octo computed them."""
    for name, case in octo_cases.cases().items():
        model = OctoModel.load(octo_cases.FOLDER / case["checkpoint"], octo_cases.TOKENIZER, device=device)
        for quantity, distance in octo_cases.distances(model, name).items():
            yield Found(f"octo {name}: {quantity}", distance)


def openvla(device: str, place: Path) -> Iterator[Found]:
    """Tokens, as openvla answered: the same ones, or not."""
    model = OpenVLAModel.load(openvla_checkpoint.write_checkpoint(place / "openvla"), device, "float32")
    for number, case in enumerate(openvla_checks.cases()):
        same = model.action_tokens(case.picture, case.instruction) == case.recorded("tokens").tolist()
        yield Found(f"openvla {number}: tokens", 0.0 if same else np.inf)


def pi0(device: str, place: Path) -> Iterator[Found]:
    """Actions, as lerobot computed them."""
    folder = pi0_checkpoint.write_checkpoint(place / "pi0")
    model = Pi0Model.load(folder, folder / "tokenizer", device, "float32")
    with np.load(Path(__file__).parent / "gpu_daemon" / "policies" / "pi0" / "recorded.npz") as file:
        for number, (seed, (height, width), cameras, text) in enumerate(json.loads(str(file["cases"]))):
            pictures = {
                f"observation.images.{camera}": pi0_checkpoint.picture(10 * seed + at, height, width)
                for at, camera in enumerate(cameras)
            }
            answer = model.predict_chunk(pictures, file[f"{number}_state"], text, file[f"{number}_noise"])
            yield Found(f"pi0 {number}: actions", float(np.abs(answer - file[f"{number}_actions"]).max()) / PI0_ALLOWED)


def main() -> int:
    """Print every distance; the exit code says whether all are near enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="auto")
    wanted = parser.parse_args().device
    device = chosen_device(wanted).type
    if device == "cpu" and wanted == "auto":
        print("There is no accelerator here. To check on the CPU: --device cpu")
        return 2
    allowed = 1.0 if device == "cpu" else SLACK
    print(f"{device}: in units of what a CPU may differ by; at most {allowed:g} passes")
    far = 0
    with tempfile.TemporaryDirectory() as place:
        for family in (smolvla, octo, openvla, pi0):
            for found in family(device, Path(place)):
                far += not found.distance <= allowed
                print(f"{found.distance:10.4f}  {found.case}{'' if found.distance <= allowed else '   TOO FAR'}")
    print(f"{far} too far" if far else "all near enough")
    return 1 if far else 0


if __name__ == "__main__":
    sys.exit(main())
