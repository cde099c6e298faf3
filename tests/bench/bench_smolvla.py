"""SmolVLA at full size with random float32 weights on one thread: loading against reading, inference, peak memory.

    python tests/bench/bench_smolvla.py [--reference PYTHON] [--rounds 3] [--folder FOLDER]

PYTHON is an interpreter that can import lerobot 0.6; its own time is then measured on the same files, its actions
are compared, and ours is given as a ratio. The files (1.8 GB) are made below FOLDER and removed in the end.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from itertools import chain
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

FIXTURES = Path(__file__).parents[1] / "gpu_daemon" / "policies" / "smolvla"
CAMERAS = tuple(f"observation.images.camera{number}" for number in (1, 2, 3))
INSTRUCTION = "pick up the red cube and place it in the blue bowl"
HUB_NAME = "HuggingFaceTB/SmolVLM2-500M-Video-Instruct"


def write_files(folder: Path) -> None:
    """A checkpoint of the published structure, and what stands for its backbone."""
    import torch
    from safetensors.torch import save_file

    checkpoint, backbone = folder / "checkpoint", folder / "backbone"
    shutil.copytree(FIXTURES / "checkpoints" / "as_published", checkpoint)
    shutil.copytree(FIXTURES / "vlm_tiny", backbone)
    shutil.copyfile(FIXTURES / "vlm_full" / "config.json", backbone / "config.json")
    (backbone / "preprocessor_config.json").write_text('{"image_processor_type": "SmolVLMImageProcessor"}')
    (backbone / "processor_config.json").write_text('{"image_seq_len": 64, "processor_class": "SmolVLMProcessor"}')
    for path in checkpoint.glob("*.json"):
        text = path.read_text().replace('"num_vlm_layers": 4', '"num_vlm_layers": 16')
        path.write_text(text.replace(HUB_NAME, str(backbone)))
    shapes = json.loads((FIXTURES / "smolvla_base_shapes.json").read_text())
    generator = torch.Generator().manual_seed(1)
    weights = {name: torch.randn(shape, generator=generator) * 0.02 for name, shape in shapes.items()}
    save_file(weights, checkpoint / "model.safetensors", {"format": "pt"})


def inputs() -> tuple[dict[str, Any], Any, Any]:
    """Three pictures, a state and noise; the same for both."""
    import numpy as np

    generator = np.random.Generator(np.random.PCG64(2))
    images = {key: generator.integers(0, 256, (256, 256, 3), dtype=np.uint8) for key in CAMERAS}
    state = generator.standard_normal(6, dtype=np.float32)
    return images, state, generator.standard_normal((1, 50, 32), dtype=np.float32)


def measure_ours(folder: Path, rounds: int) -> dict[str, Any]:
    """Our loading and inference."""
    from gpu_daemon.policies.smolvla import SmolVLAModel

    images, state, noise = inputs()
    start = perf_counter()
    model = SmolVLAModel.load(folder / "checkpoint", folder / "backbone", "cpu", "float32")
    return timed(perf_counter() - start, lambda: model.predict_chunk(images, state, INSTRUCTION, noise), rounds)


def measure_reference(folder: Path, rounds: int) -> dict[str, Any]:
    """The same with lerobot's own classes."""
    import torch
    from lerobot.policies.smolvla.modeling_smolvla import SmolVLAPolicy
    from lerobot.processor import PolicyProcessorPipeline
    from lerobot.processor.converters import policy_action_to_transition, transition_to_policy_action

    images, state, noise = inputs()
    start = perf_counter()
    policy = SmolVLAPolicy.from_pretrained(folder / "checkpoint").float()
    before = PolicyProcessorPipeline.from_pretrained(folder / "checkpoint", config_filename="policy_preprocessor.json")
    after = PolicyProcessorPipeline.from_pretrained(
        folder / "checkpoint",
        config_filename="policy_postprocessor.json",
        to_transition=policy_action_to_transition,
        to_output=transition_to_policy_action,
    )
    loading = perf_counter() - start

    def predict() -> Any:
        batch = {
            key: torch.from_numpy(image).permute(2, 0, 1).contiguous().float() / 255 for key, image in images.items()
        }
        given = before(batch | {"observation.state": torch.from_numpy(state), "task": INSTRUCTION})
        return after(policy.predict_action_chunk(given, noise=torch.from_numpy(noise))).numpy()

    return timed(loading, predict, rounds)


def timed(loading: float, predict: Any, rounds: int) -> dict[str, Any]:
    """Seconds of loading, of the processor for the fastest inference, the largest memory, and what came out."""
    loaded = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = []
    for _ in range(rounds):
        start = process_time()
        actions = predict()
        seconds.append(process_time() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "loading": loading,
        "loaded_mb": loaded,
        "inference": min(seconds),
        "peak_mb": peak,
        "actions": actions.tolist(),
    }


def measured(python: str, what: str, folder: Path, rounds: int) -> dict[str, Any]:
    """A measurement in a process of its own on one thread."""
    command = [python, __file__, "--measure", what, "--folder", str(folder), "--rounds", str(rounds)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    result: dict[str, Any] = json.loads(output.splitlines()[-1])
    return result


def reading(path: Path) -> float:
    """Seconds to read a file into memory that the system has in its cache."""
    for _ in range(2):
        start = perf_counter()
        path.read_bytes()
        seconds = perf_counter() - start
    return seconds


def compare(arguments: argparse.Namespace, folder: Path) -> None:
    """All measurements, one after another."""
    write_files(folder)
    weights = folder / "checkpoint" / "model.safetensors"
    print(f"reading {weights.stat().st_size / 1e6:.0f} MB: {(read := reading(weights)):.2f} s")
    ours = measured(sys.executable, "ours", folder, arguments.rounds)
    report("ours", ours, read)
    if arguments.reference:
        reference = measured(arguments.reference, "reference", folder, arguments.rounds)
        report("lerobot", reference, read)
        pairs = zip(chain(*ours["actions"][0]), chain(*reference["actions"][0]), strict=True)
        print(f"ours / lerobot: inference {ours['inference'] / reference['inference']:.2f},", end=" ")
        print(
            f"loading {ours['loading'] / reference['loading']:.2f}, peak {ours['peak_mb'] / reference['peak_mb']:.2f}"
        )
        print(f"largest difference of an action: {max(abs(one - other) for one, other in pairs):.2g}")


def report(name: str, found: dict[str, Any], read: float) -> None:
    """One line per measurement."""
    loading = f"loading {found['loading']:.2f} s ({found['loading'] / read:.1f} x reading), {found['loaded_mb']:.0f} MB"
    print(f"{name}: {loading}; inference {found['inference']:.2f} s; peak {found['peak_mb']:.0f} MB", flush=True)


def main() -> None:
    """Compare, or measure one side for the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", help="an interpreter that can import lerobot 0.6")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--measure", choices=("ours", "reference"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure = measure_ours if arguments.measure == "ours" else measure_reference
        print(json.dumps(measure(arguments.folder, arguments.rounds)))
        return
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        compare(arguments, Path(folder))


if __name__ == "__main__":
    main()
