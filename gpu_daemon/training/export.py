"""Export: trained weights -> safetensors and ONNX that agree, and the card to play them with."""

from __future__ import annotations

import io
import warnings
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from msgspec import Struct
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from gpu_daemon.policies.proprioception import SIZE
from gpu_daemon.training.config import CHUNK, PIXELS, PolicyPlan
from gpu_daemon.training.networks.building import Network, build, parameter_count
from gpu_daemon.training.networks.film_cnn import ACTION
from gpu_daemon.training.networks.flow import Flow
from scenes import durable
from scenes.errors import BadInput
from scenes.words import MAX_WORDS, Vocabulary

AGREEMENT = 1e-4  # between torch and ONNX, in units of the action
LARGEST = 10 * 2**20  # [bytes] of one weights file
_TRIALS = 8


class Exported(Struct, frozen=True):
    """One policy's files."""

    onnx: Path
    sha256: str
    parameters: int
    disagreement: float  # the largest difference to torch that was found


def export(plan: PolicyPlan, policy_id: str, weights: Path, vocabulary: Vocabulary, folder: Path) -> Exported:
    """Write `<policy_id>.safetensors` and `<policy_id>.onnx` into the folder.

    Raises:
        BadInput: there are no weights, the file is too large, or ONNX answers otherwise than torch.
    """
    network = _network(plan, weights, vocabulary)
    content = _onnx(network)
    disagreement = largest_difference(network, content)
    if disagreement > AGREEMENT or len(content) > LARGEST:
        raise BadInput(
            f"'{policy_id}' cannot be exported.",
            detail=f"differs by {disagreement:.2e} (at most {AGREEMENT}), {len(content)} bytes (at most {LARGEST})",
        )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{policy_id}.onnx"
    save_file(load_file(weights), path.with_suffix(".safetensors"), {"words": " ".join(vocabulary.words)})
    durable.write(path, content)
    return Exported(path, sha256(content).hexdigest(), parameter_count(network), disagreement)


def largest_difference(network: Network, content: bytes) -> float:
    """The largest difference between torch's and onnxruntime's actions on random inputs."""
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    generator = np.random.Generator(np.random.PCG64(0))
    worst = 0.0
    for _ in range(_TRIALS):
        inputs = _random_inputs(network, generator)
        with torch.inference_mode():
            expected = network(*(torch.from_numpy(value) for value in inputs.values()))
        answer = session.run(["actions"], inputs)[0]
        worst = max(worst, float(np.abs(answer - expected.numpy()).max()))
    return worst


def _network(plan: PolicyPlan, weights: Path, vocabulary: Vocabulary) -> Network:
    if not weights.exists():
        raise BadInput(f"'{plan.id}' has not been trained yet.", hint="Run `vlaarena-daemon train policy` first.")
    network = build(plan, len(vocabulary.words))
    network.load_state_dict(load_file(weights))
    return network.eval()


def _random_inputs(network: Network, generator: np.random.Generator) -> dict[str, NDArray[np.generic]]:
    inputs: dict[str, NDArray[np.generic]] = {
        name: generator.integers(0, 256, (1, PIXELS, PIXELS, 3), dtype=np.uint8) for name in ("front", "wrist")
    }
    inputs["proprioception"] = generator.standard_normal((1, SIZE), dtype=np.float32)
    inputs["words"] = generator.integers(0, 20, (1, MAX_WORDS))
    if isinstance(network, Flow):
        inputs["noise"] = generator.standard_normal((1, CHUNK, ACTION), dtype=np.float32)
    return inputs


def _onnx(network: Network) -> bytes:
    inputs = _random_inputs(network, np.random.Generator(np.random.PCG64(0)))
    arguments: tuple[Tensor, ...] = tuple(torch.from_numpy(value) for value in inputs.values())
    buffer: Any = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about itself
        torch.onnx.export(
            network,
            arguments,
            buffer,
            input_names=list(inputs),
            output_names=["actions"],
            opset_version=17,
            dynamo=False,
        )
    content: bytes = buffer.getvalue()
    return content
