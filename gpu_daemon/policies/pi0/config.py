"""What a pi0 checkpoint's config.json says; the fields and their defaults are those of lerobot 0.6.1."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, field

from gpu_daemon.policies.smolvla.config import ACTION, Feature, read_json
from scenes.errors import Incompatible
from scenes.settings import converted

Count = Annotated[int, Meta(ge=1, le=4096)]


class Pi0Config(Struct, frozen=True, kw_only=True):
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
    num_inference_steps: Count = 10
    min_period: Annotated[float, Meta(gt=0)] = 4e-3
    max_period: Annotated[float, Meta(gt=0)] = 4.0
    image_resolution: tuple[Count, Count] = (224, 224)  # height, width [px]
    use_relative_actions: bool = False
    use_peft: bool = False
    resize_imgs_with_padding: tuple[int, int] | None = None  # only in files made before lerobot 0.4

    @property
    def cameras(self) -> tuple[str, ...]:
        """The keys of the cameras in their order; those declared empty are never given, so they do not count."""
        return tuple(key for key, feature in self.input_features.items() if feature.type == "VISUAL")


def read_config(checkpoint: Path) -> Pi0Config:
    """The configuration in a checkpoint's folder.

    Raises:
        BadInput: config.json is missing or damaged.
        Incompatible: it belongs to another kind of model, or asks for something this implementation does not do.
    """
    path = checkpoint / "config.json"
    config = converted(read_json(path), Pi0Config, source=str(path))
    height, width = config.image_resolution
    refusals = {
        f"it belongs to a model of the type '{config.type}'": config.type != "pi0",
        "it holds only a PEFT adapter": config.use_peft,
        "it was made before lerobot 0.4": config.resize_imgs_with_padding is not None,
        "its actions are relative to the state": config.use_relative_actions,
        "its pictures are not square": height != width,
        "it names no camera": not config.cameras,
        "it names no action": ACTION not in config.output_features,
    }
    if reasons := [reason for reason, applies in refusals.items() if applies]:
        raise Incompatible(
            f"{path} cannot be played as pi0: {'; '.join(reasons)}.",
            hint="Choose a complete pi0 checkpoint in the present format, or play it through a policy host.",
        )
    return config
