"""What Octo-Small 1.5 costs at full size, with random weights, in float32 on one thread.

    python tests/bench/bench_octo.py [--inferences 20] [--before SECONDS] [--reference COMMAND]

Loading against reading the file, CPU seconds per inference, and the most memory the process held. Taken in turns, one
inference has the instruction of those before it (cached), and one an instruction that was never seen, which has to be
encoded and to go through the layers (goal: the first at most 0.8 of the second); the ratio is the median of those of
neighbours. So at the first step of an episode, the one step at which an instruction can be new; and at later steps,
which see a new picture and, as the step before, the one that the last inference saw. SECONDS, if given, are what a
cached inference cost before, to compare with. COMMAND, if given, runs another implementation: it is called with the
checkpoint's folder, the tokenizer's folder and the number of inferences, and prints its CPU seconds per inference last
(goal: ours at most 1.1 of them).
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
from typing import Any

os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")  # before numpy and torch read them
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from octo_files import T5_BASE, full_size_config, full_size_leaves, write_model, write_tokenizer

SIDES = {"image_primary": 256, "image_wrist": 128}


def main() -> None:
    """Write the model, measure in a process of its own, and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--inferences", type=int, default=20)
    arguments.add_argument("--before", type=float, default=0.0)
    arguments.add_argument("--reference", default="")
    arguments.add_argument("--measure", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.measure:
        measure(*given.measure, given.inferences, given.before)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folders = write(Path(temporary))
        numbers = ["--inferences", str(given.inferences), "--before", str(given.before)]
        again = [sys.executable, __file__, *numbers, "--measure", *map(str, folders)]
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


def measure(model_folder: Path, tokenizer_folder: Path, inferences: int, past: float) -> None:
    """Print the figures; the CPU seconds of an inference with a new instruction last."""
    import torch

    from gpu_daemon.policies.octo import OctoModel

    torch.set_num_threads(1)
    reading = clock(lambda: read(next(model_folder.glob("*/default/checkpoint"))))
    before, start = memory(), time.process_time()
    model = OctoModel.load(model_folder, tokenizer_folder, device="cpu")
    loading, loaded = time.process_time() - start, memory()
    print(f"loading {loading:.2f} s, reading the file {reading:.2f} s: {loading / reading:.1f}")
    known, new = told(model, inferences, "the first step of an episode, where an instruction can be new", first=True)
    known, new = told(model, inferences, "later steps, as if one could be new there, too", first=False)
    if past:
        print(f"before, with a cached instruction {past:.3f} s: now {median(known) / past:.2f} of it")
    print(f"most memory {before:.0f} MB before loading, {loaded:.0f} MB while loading, {memory():.0f} MB in all")
    print(median(new))


def told(model: Any, inferences: int, where: str, *, first: bool) -> tuple[list[float], list[float]]:
    """The CPU seconds of `in_turns`, which are printed, too."""
    known, new, encoding = in_turns(model, inferences, first=first)
    ratio = median(one / other for one, other in zip(known, new, strict=True))
    print(f"at {where}: with a cached instruction {median(known):.3f} s, ", end="")
    print(f"with one never seen {median(new):.3f} s (of which T5 {median(encoding):.3f} s): {ratio:.3f}")
    return known, new


def in_turns(model: Any, inferences: int, *, first: bool) -> tuple[list[float], list[float], list[float]]:
    """CPU seconds of inferences with a cached instruction, with one never seen, and of encoding the latter alone.

    `first`: each is the first of an episode; else they are later ones, with pictures of the past.
    """
    from gpu_daemon.policies.octo.playing import History

    history, generator = History(model.window), np.random.Generator(np.random.PCG64(2))
    words = permutations(["close", "the", "left", "drawer" if first else "door", "push", "it"])
    known, new, encoding = [], [], []
    task = model.create_task(texts=[" ".join(next(words))])
    for turn in range(-2, inferences):  # the first two fill the window and lay out memory
        for cached in (True, False):
            history = History(model.window) if first else history
            seen = history.observation({key: picture(generator, side) for key, side in SIDES.items()})
            text = " ".join(next(words))
            encoded = 0.0 if cached else clock(lambda t=text: model.create_task(texts=[t]))
            told = task if cached else model.create_task(texts=[text])
            took = encoded + clock(lambda s=seen, t=told: model.predict_chunk(s, t, "seven"))
            if turn >= 0:
                (known if cached else new).append(took)
                encoding.extend([] if cached else [encoded])
    return known, new, encoding


def picture(generator: np.random.Generator, side: int) -> np.ndarray:
    """A random picture."""
    return generator.integers(0, 256, (side, side, 3), np.uint8)


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
