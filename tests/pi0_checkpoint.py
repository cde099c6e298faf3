"""Small pi0 checkpoints in lerobot's format, with random weights that any program can make again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, normalizers, processors
from tokenizers.models import BPE

SIZE = 56  # [pixels] of the tower's pictures: 16 patches
VOCABULARY = 320
VISION = (144, 2, 72)  # width, layers, hidden
WORDS, EXPERT = (64, 2, 96), (32, 2, 48)
HEADS, HEAD = 2, 32
CHUNK, ROOM = 6, 12  # actions of a chunk, numbers of a padded action or state
STATE, ACTION = 8, 7
CAMERAS = ("base_0_rgb", "left_wrist_0_rgb", "right_wrist_0_rgb")

Shapes = dict[str, tuple[int, ...]]
Array = NDArray[np.float32]


def write_checkpoint(folder: Path, modes: tuple[str, str] = ("MEAN_STD", "MEAN_STD"), **changes: Any) -> Path:
    """All files of a checkpoint and, in `tokenizer`, PaliGemma's kind of tokenizer; `modes` of state and action."""
    (folder / "tokenizer").mkdir(parents=True)
    _write(folder / "config.json", config(modes) | changes)
    write_processors(folder, modes)
    save_file(weights(shapes()), folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer().save(str(folder / "tokenizer" / "tokenizer.json"))
    special = {"bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>", "unk_token": "<unk>"}
    _write(folder / "tokenizer" / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast"} | special)
    return folder


def features() -> dict[str, dict[str, Any]]:
    cameras = {f"observation.images.{key}": {"type": "VISUAL", "shape": [3, SIZE, SIZE]} for key in CAMERAS}
    return cameras | {"observation.state": {"type": "STATE", "shape": [STATE]}}


def config(modes: tuple[str, str]) -> dict[str, Any]:
    return {
        "type": "pi0",
        "paligemma_variant": "gemma_2b",
        "action_expert_variant": "gemma_300m",
        "dtype": "float32",
        "input_features": features(),
        "output_features": {"action": {"type": "ACTION", "shape": [ACTION]}},
        "normalization_mapping": {"VISUAL": "IDENTITY", "STATE": modes[0], "ACTION": modes[1]},
        "chunk_size": CHUNK,
        "n_action_steps": CHUNK,
        "max_state_dim": ROOM,
        "max_action_dim": ROOM,
        "num_inference_steps": 10,
        "image_resolution": [SIZE, SIZE],
        "empty_cameras": 0,
        "tokenizer_max_length": 48,
        "use_relative_actions": False,
    }


def write_processors(folder: Path, modes: tuple[str, str]) -> None:
    """The pipelines of lerobot 0.6.1's processor_pi0.py and the statistics that they name."""
    before, after = "policy_preprocessor", "policy_postprocessor"
    files = {
        before: f"{before}_step_6_normalizer_processor.safetensors",
        after: f"{after}_step_0_unnormalizer_processor.safetensors",
    }
    norm_map = {"VISUAL": "IDENTITY", "STATE": modes[0], "ACTION": modes[1]}
    action = {"action": {"type": "ACTION", "shape": [ACTION]}}
    scaling = {"eps": 1e-8, "features": features() | action, "norm_map": norm_map}
    tokens = {
        "max_length": 48,
        "task_key": "task",
        "padding_side": "right",
        "padding": "max_length",
        "truncation": True,
    }
    steps = [
        {"registry_name": "rename_observations_processor", "config": {"rename_map": {}}},
        {"registry_name": "to_batch_processor", "config": {}},
        {"registry_name": "pi0_new_line_processor", "config": {}},
        {
            "registry_name": "tokenizer_processor",
            "config": tokens | {"tokenizer_name": "google/paligemma-3b-pt-224"},
        },
        {"registry_name": "device_processor", "config": {"device": "cuda", "float_dtype": None}},
        {"registry_name": "relative_actions_processor", "config": {"enabled": False}},
        {"registry_name": "normalizer_processor", "config": scaling, "state_file": files[before]},
    ]
    _write(folder / f"{before}.json", {"name": before, "steps": steps})
    unscaling = {"registry_name": "unnormalizer_processor", "state_file": files[after]}
    steps = [
        unscaling | {"config": scaling | {"features": action}},
        {"registry_name": "absolute_actions_processor", "config": {"enabled": False}},
        {"registry_name": "device_processor", "config": {"device": "cpu", "float_dtype": None}},
    ]
    _write(folder / f"{after}.json", {"name": after, "steps": steps})
    for name in files.values():
        save_file(statistics(), folder / name)


def statistics() -> dict[str, Array]:
    found = {}
    for key, size in (("observation.state", STATE), ("action", ACTION)):
        drawn = _drawn(f"statistics {key}", (4, size))
        low = -1 - np.abs(drawn[2])
        found |= {f"{key}.mean": drawn[0], f"{key}.std": 0.2 + np.abs(drawn[1]), f"{key}.q01": low}
        found |= {f"{key}.q99": 1 + np.abs(drawn[3])}
    return found


def tokenizer() -> Tokenizer:
    """Gemma's kind of tokenizer: it begins with <bos> and keeps spaces as ▁."""
    words = {"<pad>": 0, "<eos>": 1, "<bos>": 2, "<unk>": 3}
    words |= {f"<0x{byte:02X}>": 4 + byte for byte in range(256)}
    letters = "▁etaoinshrdlucmfwygpbvkxqjz\n"
    words |= {letter: 260 + number for number, letter in enumerate(letters)}
    merges = [("t", "h"), ("th", "e"), ("▁", "the"), ("i", "n")]
    words |= {first + second: 300 + number for number, (first, second) in enumerate(merges)}
    words |= {f"<{number}>": number for number in (*range(288, 300), *range(304, VOCABULARY))}
    made = Tokenizer(BPE(words, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    made.normalizer = normalizers.Replace(" ", "▁")
    made.post_processor = processors.TemplateProcessing("<bos> $A", "<bos> $A <bos> $B", [("<bos>", 2)])
    special = ("<pad>", "<eos>", "<bos>", "<unk>")
    made.add_special_tokens([AddedToken(each, normalized=False, special=True) for each in special])
    return made


def shapes() -> Shapes:
    """Names and shapes of all weights, as lerobot 0.6.1 saves them."""
    paligemma, expert = "model.paligemma_with_expert.paligemma.", "model.paligemma_with_expert.gemma_expert."
    found = _vision(f"{paligemma}model.vision_tower.vision_model.")
    found |= _linear(f"{paligemma}model.multi_modal_projector.linear", VISION[0], WORDS[0])
    found |= _gemma(f"{paligemma}model.language_model.", *WORDS) | _gemma(f"{expert}model.", *EXPERT)
    found |= {f"{paligemma}lm_head.weight": (VOCABULARY, WORDS[0]), f"{expert}lm_head.weight": (VOCABULARY, EXPERT[0])}
    width = EXPERT[0]
    sizes = {"action_in_proj": (ROOM, width), "action_out_proj": (width, ROOM), "state_proj": (ROOM, width)}
    sizes |= {"action_time_mlp_in": (2 * width, width), "action_time_mlp_out": (width, width)}
    for name, (given, out) in sizes.items():
        found |= _linear(f"model.{name}", given, out)
    return found


def weights(wanted: Shapes) -> dict[str, Array]:
    """Random weights, each from a seed made of its own name."""
    return {name: _weight(name, shape) for name, shape in wanted.items()}


def picture(seed: int, height: int, width: int) -> NDArray[np.uint8]:
    """A picture with edges and noise."""
    generator = np.random.Generator(np.random.PCG64(seed))
    coarse = generator.integers(0, 256, (height // 12 + 1, width // 12 + 1, 3))
    blocks = coarse.repeat(12, 0).repeat(12, 1)[:height, :width]
    return np.clip(blocks + generator.integers(-40, 40, (height, width, 3)), 0, 255).astype(np.uint8)


def _weight(name: str, shape: tuple[int, ...]) -> Array:
    drawn = _drawn(name, shape)
    if "norm" in name and "bias" not in name:
        return drawn / 8 if "gemma" in name and "vision" not in name else 1 + drawn / 4  # Gemma adds 1 itself
    if name.endswith((".bias", "position_embedding.weight")):
        return drawn / 4
    if "lm_head" in name:
        return drawn / 4
    return drawn / np.float32(np.sqrt(np.prod(shape[1:])))


def _drawn(name: str, shape: tuple[int, ...]) -> Array:
    return np.random.Generator(np.random.PCG64(crc32(name.encode()))).standard_normal(shape, dtype=np.float32)


def _vision(prefix: str) -> Shapes:
    width, layers, hidden = VISION
    found: Shapes = {f"{prefix}embeddings.patch_embedding.weight": (width, 3, 14, 14)}
    found |= {f"{prefix}embeddings.patch_embedding.bias": (width,)}
    found |= {f"{prefix}embeddings.position_embedding.weight": ((SIZE // 14) ** 2, width)}
    names = [f"{prefix}post_layernorm"]
    for layer in (f"{prefix}encoder.layers.{number}." for number in range(layers)):
        names += [f"{layer}layer_norm1", f"{layer}layer_norm2"]
        for each in ("q_proj", "k_proj", "v_proj", "out_proj"):
            found |= _linear(f"{layer}self_attn.{each}", width, width)
        found |= _linear(f"{layer}mlp.fc1", width, hidden) | _linear(f"{layer}mlp.fc2", hidden, width)
    return found | {f"{name}.{each}": (width,) for name in names for each in ("weight", "bias")}


def _gemma(prefix: str, width: int, layers: int, hidden: int) -> Shapes:
    found: Shapes = {f"{prefix}norm.weight": (width,)}
    for layer in (f"{prefix}layers.{number}." for number in range(layers)):
        found |= {f"{layer}{name}_layernorm.weight": (width,) for name in ("input", "post_attention")}
        found |= {f"{layer}self_attn.q_proj.weight": (HEADS * HEAD, width)}
        found |= {f"{layer}self_attn.{name}_proj.weight": (HEAD, width) for name in "kv"}
        found |= {f"{layer}self_attn.o_proj.weight": (width, HEADS * HEAD)}
        found |= {f"{layer}mlp.{name}_proj.weight": (hidden, width) for name in ("gate", "up")}
        found |= {f"{layer}mlp.down_proj.weight": (width, hidden)}
    return found


def _linear(name: str, width: int, out: int) -> Shapes:
    return {f"{name}.weight": (out, width), f"{name}.bias": (out,)}


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2))
