"""Small OpenVLA checkpoints in the published format, with random weights that any program can make again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, normalizers, processors
from tokenizers.models import BPE

SIZE = 56  # [pixels] of the towers' pictures: 16 patches
DINO, SIGLIP = (128, 4, 512), (144, 3, 538)  # width, blocks, hidden
HIDDEN, LAYERS, HEADS, KV_HEADS, INTERMEDIATE = 64, 2, 4, 2, 96
WORDS, VOCABULARY = 32000, 32064  # tokens, and the embedding's rows
MASKED = {"q01": [-0.03, -0.04, -0.05, -0.2, -0.1, -0.3, 0.0], "q99": [0.03, 0.02, 0.07, 0.1, 0.2, 0.3, 1.0]}
STATISTICS = {
    "bridge_orig": {"action": MASKED | {"mask": [True] * 6 + [False]}, "num_transitions": 12},
    "unmasked": {"action": {"q01": [-2.0 + i for i in range(7)], "q99": [0.5 + i for i in range(7)]}},
}

Shapes = dict[str, tuple[int, ...]]
Array = NDArray[np.float32]


def write_checkpoint(
    folder: Path, statistics: dict[str, Any] | None = None, layers: int = LAYERS, towers: tuple[int, int] = (4, 3)
) -> Path:
    """All files of a checkpoint, its weights in three shards; `towers` are the blocks of the two."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "config.json", config(STATISTICS if statistics is None else statistics, layers))
    _write(folder / "preprocessor_config.json", preprocessing())
    _write(folder / "tokenizer_config.json", {"add_bos_token": True, "tokenizer_class": "LlamaTokenizer"})
    tokenizer().save(str(folder / "tokenizer.json"))
    write_weights(folder, weights(shapes(layers, towers)))
    return folder


def write_weights(folder: Path, tensors: dict[str, Array]) -> None:
    names, where = list(tensors), {}
    for shard in range(3):
        name = f"model-0000{shard + 1}-of-00003.safetensors"
        part = names[shard * len(names) // 3 : (shard + 1) * len(names) // 3]
        save_file({each: tensors[each] for each in part}, folder / name, metadata={"format": "pt"})
        where |= dict.fromkeys(part, name)
    _write(folder / "model.safetensors.index.json", {"metadata": {"total_size": 0}, "weight_map": where})


def config(statistics: dict[str, Any], layers: int = LAYERS) -> dict[str, Any]:
    text = {
        "model_type": "llama",
        "torch_dtype": "bfloat16",
        "pad_token_id": WORDS,
        "vocab_size": VOCABULARY,
        "hidden_size": HIDDEN,
        "num_hidden_layers": layers,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS,
        "intermediate_size": INTERMEDIATE,
    }
    return {
        "architectures": ["OpenVLAForActionPrediction"],
        "arch_specifier": "no-align+fused-gelu-mlp",
        "model_type": "openvla",
        "image_resize_strategy": "resize-naive",
        "image_sizes": [SIZE, SIZE],
        "llm_backbone_id": "llama2-7b-pure",
        "n_action_bins": 256,
        "norm_stats": statistics,
        "pad_to_multiple_of": VOCABULARY - WORDS,
        "pad_token_id": WORDS,
        "text_config": text,
        "timm_model_ids": ["vit_large_patch14_reg4_dinov2.lvd142m", "vit_so400m_patch14_siglip_224"],
        "timm_override_act_layers": [None, None],
        "use_fused_vision_backbone": True,
        "vision_backbone_id": "dinosiglip-vit-so-224px",
    }


def preprocessing() -> dict[str, Any]:
    colours = [
        {"mean": [0.484375, 0.455078125, 0.40625], "std": [0.228515625, 0.2236328125, 0.224609375]},
        {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]},
    ]
    resize = {"antialias": True, "interpolation": 3, "max_size": None, "size": [SIZE, SIZE]}
    return {
        "image_processor_type": "PrismaticImageProcessor",
        "image_resize_strategy": "resize-naive",
        "input_sizes": [[3, SIZE, SIZE]] * 2,
        "interpolations": ["bicubic", "bicubic"],
        "means": [[0.485, 0.456, 0.406], [0.5, 0.5, 0.5]],
        "stds": [[0.229, 0.224, 0.225], [0.5, 0.5, 0.5]],
        "tvf_crop_params": [{"output_size": [SIZE, SIZE]}] * 2,
        "tvf_do_letterbox": False,
        "tvf_letterbox_fill": None,
        "tvf_normalize_params": [each | {"inplace": False} for each in colours],
        "tvf_resize_params": [resize] * 2,
        "use_fused_vision_backbone": True,
    }


def tokenizer() -> Tokenizer:
    """Llama's kind of tokenizer: bytes, a lone space at 29871, single letters, and some words that are merged."""
    words = {"<unk>": 0, "<s>": 1, "</s>": 2} | {f"<0x{byte:02X}>": 3 + byte for byte in range(256)}
    letters = "▁ensartodiIchulgmpbfvykwOWAUTxzqj0123456789.,?:-'"
    words |= {letter: 29871 + number for number, letter in enumerate(letters)}
    merges = [("t", "h"), ("th", "e"), ("▁", "the"), ("▁", "t"), ("▁t", "o"), ("o", "n"), ("i", "n"), ("O", "u")]
    words |= {first + second: 259 + number for number, (first, second) in enumerate(merges)}
    words |= {f"<{number}>": number for number in range(259 + len(merges), 29871)}
    made = Tokenizer(BPE(words, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    made.post_processor = processors.TemplateProcessing("<s> $A", "<s> $A <s> $B", [("<s>", 1)])
    made.decoder = decoders.ByteFallback()
    made.add_special_tokens([AddedToken(each, normalized=False, special=True) for each in ("<unk>", "<s>", "</s>")])
    return made


def shapes(layers: int = LAYERS, towers: tuple[int, int] = (DINO[1], SIGLIP[1])) -> Shapes:
    """Names and shapes of all weights, as openvla/openvla-7b has them."""
    width = DINO[0] + SIGLIP[0]
    found = _tower("vision_backbone.featurizer.", DINO[0], towers[0], DINO[2], dino=True)
    found |= _tower("vision_backbone.fused_featurizer.", SIGLIP[0], towers[1], SIGLIP[2], dino=False)
    found |= _linear("projector.fc1", width, 4 * width)
    found |= _linear("projector.fc2", 4 * width, HIDDEN)
    found |= _linear("projector.fc3", HIDDEN, HIDDEN)
    found |= {
        f"language_model.{name}": (VOCABULARY, HIDDEN) for name in ("model.embed_tokens.weight", "lm_head.weight")
    }
    found["language_model.model.norm.weight"] = (HIDDEN,)
    keys = HIDDEN * KV_HEADS // HEADS
    for layer in range(layers):
        prefix = f"language_model.model.layers.{layer}."
        found |= {f"{prefix}{name}_layernorm.weight": (HIDDEN,) for name in ("input", "post_attention")}
        found |= {f"{prefix}self_attn.{name}_proj.weight": (HIDDEN, HIDDEN) for name in "qo"}
        found |= {f"{prefix}self_attn.{name}_proj.weight": (keys, HIDDEN) for name in "kv"}
        found |= {f"{prefix}mlp.{name}_proj.weight": (INTERMEDIATE, HIDDEN) for name in ("gate", "up")}
        found[f"{prefix}mlp.down_proj.weight"] = (HIDDEN, INTERMEDIATE)
    return found


def weights(wanted: Shapes) -> dict[str, Array]:
    """Random weights, each from a seed made of its own name."""
    return {name: _random(name, shape) for name, shape in wanted.items()}


def _random(name: str, shape: tuple[int, ...]) -> Array:
    drawn = np.random.Generator(np.random.PCG64(crc32(name.encode()))).standard_normal(shape, dtype=np.float32)
    if name.endswith("norm.weight") or ".norm1.weight" in name or ".norm2.weight" in name or "scale_factor" in name:
        return 1 + drawn / 4
    if name.endswith((".bias", "pos_embed", "token", "latent")):
        return drawn / 4
    if "lm_head" in name:  # only action tokens and their neighbours are ever likely
        drawn[: WORDS - 262] *= 0.01
        drawn[WORDS + 4 :] *= 0.01
        return drawn
    if "embed_tokens" in name:
        return drawn / 16  # small beside what attention adds, so that each answer depends on the picture
    if "q_proj" in name or "o_proj" in name:
        return drawn / 2
    return drawn / np.float32(np.sqrt(np.prod(shape[1:])))


def _tower(prefix: str, width: int, blocks: int, hidden: int, *, dino: bool) -> Shapes:
    found: Shapes = {f"{prefix}pos_embed": (1, (SIZE // 14) ** 2, width)}
    found |= {f"{prefix}patch_embed.proj.weight": (width, 3, 14, 14), f"{prefix}patch_embed.proj.bias": (width,)}
    if dino:
        found |= {f"{prefix}cls_token": (1, 1, width), f"{prefix}reg_token": (1, 4, width)}
    for block in (f"{prefix}blocks.{number}." for number in range(blocks)):
        found |= _norm(f"{block}norm1", width) | _norm(f"{block}norm2", width)
        found |= _linear(f"{block}attn.qkv", width, 3 * width) | _linear(f"{block}attn.proj", width, width)
        found |= _linear(f"{block}mlp.fc1", width, hidden) | _linear(f"{block}mlp.fc2", hidden, width)
        found |= {f"{block}{name}.scale_factor": (width,) for name in ("ls1", "ls2") if dino}
    found |= _norm(f"{prefix}norm", width)
    if not dino:
        pool = f"{prefix}attn_pool."
        found |= {f"{pool}latent": (1, 1, width)} | _linear(f"{pool}q", width, width) | _norm(f"{pool}norm", width)
        found |= _linear(f"{pool}kv", width, 2 * width) | _linear(f"{pool}proj", width, width)
        found |= _linear(f"{pool}mlp.fc1", width, hidden) | _linear(f"{pool}mlp.fc2", hidden, width)
    return found


def _norm(name: str, width: int) -> Shapes:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _linear(name: str, width: int, out: int) -> Shapes:
    return {f"{name}.weight": (out, width), f"{name}.bias": (out,)}


def picture(seed: int, height: int = 97, width: int = 120) -> NDArray[np.uint8]:
    """A picture with edges and noise, so that every way of resizing it gives other pixels."""
    generator = np.random.Generator(np.random.PCG64(seed))
    coarse = generator.integers(0, 256, (height // 12 + 1, width // 12 + 1, 3))
    blocks = coarse.repeat(12, 0).repeat(12, 1)[:height, :width]
    return np.clip(blocks + generator.integers(-40, 40, (height, width, 3)), 0, 255).astype(np.uint8)


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2))
