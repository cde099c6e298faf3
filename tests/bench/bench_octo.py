"""What Octo-Small 1.5 costs at full size, with random weights, in float32 on one thread.

    python tests/bench/bench_octo.py [--inferences 10] [--reference COMMAND]

Loading against reading the file, CPU seconds per inference with the instruction encoded before and anew (goal: the
first at most 0.8 of the second), and the most memory the process held. COMMAND, if given, runs another implementation:
it is called with the checkpoint's folder, the tokenizer's folder and the number of inferences, and prints its CPU
seconds per inference last (goal: ours at most 1.1 of them).
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from statistics import median

os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")  # before numpy and torch read them
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from octo_files import T5_BASE, full_size_config, full_size_leaves, write_model, write_tokenizer

SIDES = {"image_primary": 256, "image_wrist": 128}


def main() -> None:
    """Write the model, measure in a process of its own, and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--inferences", type=int, default=10)
    arguments.add_argument("--reference", default="")
    arguments.add_argument("--measure", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.measure:
        measure(*given.measure, given.inferences)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folders = write(Path(temporary))
        again = [sys.executable, __file__, "--inferences", str(given.inferences), "--measure", *map(str, folders)]
        ours = float(output(again).splitlines()[-1])
        if given.reference:
            command = [*shlex.split(given.reference), *map(str, folders), str(given.inferences)]
            theirs = float(output(command).splitlines()[-1])
            print(f"the reference: {theirs:.3f} s per inference; ours with a new instruction {ours / theirs:.2f} of it")


def write(folder: Path) -> tuple[Path, Path]:
    """A checkpoint of 547 MB and its T5 folder."""
    generator = np.random.Generator(np.random.PCG64(1))
    leaves = {
        name: 0.02 * generator.standard_normal(shape, np.float32) + name.endswith(("scale", "weight"))
        for name, shape in full_size_leaves().items()
    }
    model = write_model(folder / "model", leaves, full_size_config())
    return model, write_tokenizer(folder / "t5", T5_BASE)


def measure(model_folder: Path, tokenizer_folder: Path, inferences: int) -> None:
    """Print the figures; the CPU seconds of an inference with a new instruction last."""
    import torch

    from gpu_daemon.policies.octo import OctoModel

    torch.set_num_threads(1)
    reading = clock(lambda: read(next(model_folder.glob("*/default/checkpoint"))))
    before, start = memory(), time.process_time()
    model = OctoModel.load(model_folder, tokenizer_folder, device="cpu")
    loading, loaded = time.process_time() - start, memory()
    print(f"loading {loading:.2f} s, reading the file {reading:.2f} s: {loading / reading:.1f}")
    seen, texts = observation(), [" ".join(words) for words in permutations(["close", "the", "left", "drawer", "push"])]
    task = model.create_task(texts=[texts.pop()])
    model.predict_chunk(seen, task, "seven")
    known = median(clock(lambda: model.predict_chunk(seen, task, "seven")) for _ in range(inferences))
    new = median(
        clock(lambda t=text: model.predict_chunk(seen, model.create_task(texts=[t]), "seven"))
        for text in texts[:inferences]
    )
    print(f"an inference {known:.3f} s, with a new instruction {new:.3f} s: {known / new:.2f}")
    print(f"most memory {before:.0f} MB before loading, {loaded:.0f} MB while loading, {memory():.0f} MB in all")
    print(new)


def observation() -> dict[str, np.ndarray]:
    """Two steps of random pictures."""
    generator = np.random.Generator(np.random.PCG64(2))
    pictures = {key: generator.integers(0, 256, (1, 2, side, side, 3), np.uint8) for key, side in SIDES.items()}
    return {**pictures, "timestep_pad_mask": np.ones((1, 2), bool)}


def clock(work: Callable[[], object]) -> float:
    """CPU seconds that a call takes: on one thread, what it would wait on a machine of its own."""
    start = time.process_time()
    work()
    return time.process_time() - start


def read(path: Path) -> None:
    """The file's bytes, a piece at a time."""
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass


def memory() -> float:
    """The most memory that this process has held [MB], from Linux's own account of it."""
    (line,) = [each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def output(command: list[str]) -> str:
    """What a command prints, which is shown too."""
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    print("\n".join(printed.splitlines()[:-1]))
    return printed


if __name__ == "__main__":
    main()
