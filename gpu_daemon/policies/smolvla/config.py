"""What a SmolVLA checkpoint's config.json says; the fields and their defaults are those of lerobot 0.6.1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from scenes.errors import BadInput, Incompatible
from scenes.settings import converted

Count = Annotated[int, Meta(ge=1, le=4096)]
ACTION = "action"
STATE = "observation.state"
EMPTY = "observation.images.empty_camera_"  # and a number: a camera of which there is never a picture


class Feature(Struct, frozen=True):
    """One thing the policy reads or writes."""

    type: str  # VISUAL, STATE, ACTION, ...
    shape: Annotated[tuple[int, ...], Meta(min_length=1)]


class SmolVLAConfig(Struct, frozen=True, kw_only=True):
    """The part of config.json that decides what is computed."""

    type: str
    input_features: dict[str, Feature]
    output_features: dict[str, Feature]
    normalization_mapping: dict[str, str] = field(
        default_factory=lambda: {"VISUAL": "IDENTITY", "STATE": "MEAN_STD", "ACTION": "MEAN_STD"}
    )
    chunk_size: Count = 50
    max_state_dim: Count = 32
    max_action_dim: Count = 32
    resize_imgs_with_padding: tuple[Count, Count] | None = (512, 512)  # width, height [px]
    empty_cameras: Annotated[int, Meta(ge=0, le=16)] = 0
    adapt_to_pi_aloha: bool = False
    use_delta_joint_actions_aloha: bool = False
    use_peft: bool = False
    tokenizer_max_length: Count = 48
    pad_language_to: str = "longest"
    num_steps: Count = 10
    add_image_special_tokens: bool = False
    attention_mode: str = "cross_attn"
    prefix_length: int = -1
    num_expert_layers: int = -1  # 0 or less: as many as the language model's
    num_vlm_layers: int = 16  # 0 or less: all
    self_attn_every_n_layers: int = 2
    expert_width_multiplier: Annotated[float, Meta(gt=0, le=4)] = 0.75
    min_period: Annotated[float, Meta(gt=0)] = 4e-3
    max_period: Annotated[float, Meta(gt=0)] = 4.0

    @property
    def cameras(self) -> tuple[str, ...]:
        """The keys of the cameras in their order; the declared empty ones come last unless they are listed."""
        listed = [key for key, feature in self.input_features.items() if feature.type == "VISUAL"]
        empty = [f"{EMPTY}{number}" for number in range(self.empty_cameras)]
        return tuple(dict.fromkeys(listed + empty))


def read_json(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
        BadInput: it is missing or no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{path} cannot be read as JSON.", hint="Fetch the model again, completely.", detail=str(error)
        ) from error


def read_config(checkpoint: Path) -> SmolVLAConfig:
    """The configuration in a checkpoint's folder.

    Raises:
        BadInput: config.json is missing or damaged.
        Incompatible: it belongs to another kind of model, or asks for something this implementation does not do.
    """
    path = checkpoint / "config.json"
    config = converted(read_json(path), SmolVLAConfig, source=str(path))
    refusals = {
        f"it belongs to a model of the type '{config.type}'": config.type != "smolvla",
        "it holds only a PEFT adapter": config.use_peft,
        "it speaks of ALOHA's joints (adapt_to_pi_aloha)": config.adapt_to_pi_aloha,
        "it uses delta joints of ALOHA": config.use_delta_joint_actions_aloha,
        "it names no camera": not config.cameras,
        "it names no action": ACTION not in config.output_features,
    }
    if reasons := [reason for reason, applies in refusals.items() if applies]:
        raise Incompatible(
            f"{path} cannot be played as SmolVLA: {'; '.join(reasons)}.",
            hint="Choose a complete SmolVLA checkpoint for this robot.",
        )
    return config
