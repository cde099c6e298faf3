"""The folder of a published OpenVLA checkpoint: its config, preprocessing, statistics, tokenizer and weight files.

The layout is that of openvla/openvla-7b on the hub (facts: openvla's configuration_prismatic.py and
processing_prismatic.py): config.json, preprocessor_config.json, tokenizer.json, safetensors shards with an index, and,
beside fine-tuned models, dataset_statistics.json.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from scenes.errors import BadInput, Incompatible

_T = TypeVar("_T")
_AGAIN = "Fetch the model again."
_INTERPOLATIONS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}  # PIL's numbers
Colour = tuple[float, float, float]


class ActionStatistics(Struct, frozen=True):
    """The range of each number of a data set's actions; a number whose mask is False is not scaled."""

    q01: tuple[float, ...]  # 1 % quantiles
    q99: tuple[float, ...]
    mask: tuple[bool, ...] | None = None  # None: all are scaled


class Dataset(Struct, frozen=True):
    """What is known of one data set."""

    action: ActionStatistics


class Config(Struct, frozen=True):
    """config.json, as far as it fixes what is computed."""

    image_sizes: tuple[int, ...]  # [pixels] one per tower
    timm_model_ids: tuple[str, ...]
    text_config: dict[str, Any]  # of the language model; what it leaves out has Llama's defaults
    norm_stats: dict[str, Dataset] | None = None
    n_action_bins: int = 256
    pad_to_multiple_of: int = 64
    use_fused_vision_backbone: bool = True
    image_resize_strategy: str = "resize-naive"
    timm_override_act_layers: tuple[str | None, ...] = ()


class Scaling(Struct, frozen=True):
    """How one tower's picture is resized; the numbers of torchvision's resize."""

    size: tuple[int, int]
    interpolation: int = _INTERPOLATIONS["bicubic"]


class Normalization(Struct, frozen=True):
    """What is subtracted from each colour (0..1), and what it is divided by."""

    mean: Colour
    std: Colour


class Preprocessing(Struct, frozen=True):
    """preprocessor_config.json. The parameters of torchvision's functions win over the others, as in the original."""

    input_sizes: tuple[tuple[int, int, int], ...] = ()  # channels, height, width
    interpolations: tuple[str, ...] = ()
    means: tuple[Colour, ...] = ()
    stds: tuple[Colour, ...] = ()
    tvf_resize_params: tuple[Scaling, ...] = ()
    tvf_normalize_params: tuple[Normalization, ...] = ()
    tvf_do_letterbox: bool = False

    @property
    def scalings(self) -> tuple[Scaling, ...]:
        """One per tower."""
        named = zip(self.input_sizes, self.interpolations, strict=False)
        return self.tvf_resize_params or tuple(Scaling(size[1:], _INTERPOLATIONS.get(name, -1)) for size, name in named)

    @property
    def normalizations(self) -> tuple[Normalization, ...]:
        """One per tower."""
        named = zip(self.means, self.stds, strict=False)
        return self.tvf_normalize_params or tuple(Normalization(mean, std) for mean, std in named)


class _Index(Struct, frozen=True):
    weight_map: dict[str, str]


class Checkpoint(Struct, frozen=True):
    """All of a checkpoint but its weights, and the files that these are in."""

    folder: Path
    config: Config
    preprocessing: Preprocessing
    statistics: dict[str, Dataset]
    weights: tuple[Path, ...]


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read the small files of a folder and find its weights.

    Raises:
        BadInput: a file is missing or not what it should be.
        Incompatible: it is a relative of OpenVLA that is computed in another way.
    """
    config = _json(folder / "config.json", Config)
    preprocessing = _json(folder / "preprocessor_config.json", Preprocessing)
    _check(config, preprocessing, folder)
    own = folder / "dataset_statistics.json"  # wins, as in openvla's experiments/robot/openvla_utils.py
    statistics = _json(own, dict[str, Dataset]) if own.is_file() else config.norm_stats or {}
    return Checkpoint(folder, config, preprocessing, statistics, _weights(folder))


def _check(config: Config, preprocessing: Preprocessing, folder: Path) -> None:
    scalings, normalizations = preprocessing.scalings, preprocessing.normalizations
    both = all(len(each) == 2 for each in (config.image_sizes, config.timm_model_ids, scalings, normalizations))
    reasons = {
        "it does not have two vision towers": not (config.use_fused_vision_backbone and both),
        "its language model is not Llama": config.text_config.get("model_type", "llama") != "llama",
        "its towers' activation is not GELU": any(config.timm_override_act_layers),
        "it does not stretch pictures to a square": config.image_resize_strategy != "resize-naive",
        "it pads pictures": preprocessing.tvf_do_letterbox,
        "pictures are not resized to the size its towers see": any(
            scaling.size != (size, size) for scaling, size in zip(scalings, config.image_sizes, strict=False)
        ),
        "its way of resizing pictures is unknown": any(
            each.interpolation not in _INTERPOLATIONS.values() for each in scalings
        ),
    }
    if wrong := [reason for reason, holds in reasons.items() if holds]:
        raise Incompatible(
            f"The model in {folder} is not computed as OpenVLA 7B is: {'; '.join(wrong)}.",
            hint="Play it through a policy host or a policy server instead.",
        )


def _weights(folder: Path) -> tuple[Path, ...]:
    index = folder / "model.safetensors.index.json"
    names = set(_json(index, _Index).weight_map.values()) if index.is_file() else {"model.safetensors"}
    if outside := [name for name in names if Path(name).name != name]:
        raise BadInput(f"{index} points outside of its folder: {outside[0][:80]}.", hint=_AGAIN)
    if missing := sorted(name for name in names if not (folder / name).is_file()):
        raise BadInput(f"Weights are missing from {folder}: {', '.join(missing[:8])}.", hint=_AGAIN)
    return tuple(folder / name for name in sorted(names))


def _json(path: Path, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise BadInput(f"{path} could not be read: {error.strerror}.", hint=_AGAIN) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not what an OpenVLA checkpoint has: {error}.", hint=_AGAIN) from error
