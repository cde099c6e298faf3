"""What an Octo checkpoint says about itself: config.json as frozen records; what is not understood is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from scenes.errors import BadInput, Incompatible
from scenes.settings import converted


class Stem(Struct, frozen=True, forbid_unknown_fields=True):
    """Convolutions that make a picture a grid of tokens; defaults of Octo's SmallStem in vit_encoders.py."""

    patch_size: int = 16
    kernel_sizes: tuple[int, ...] = (3, 3, 3, 3)
    strides: tuple[int, ...] = (2, 2, 2, 2)
    features: tuple[int, ...] = (32, 96, 192, 384)
    padding: tuple[int, ...] = (1, 1, 1, 1)
    num_features: int = 512
    img_norm_type: Literal["default"] = "default"
    use_film: bool = False

    def __post_init__(self) -> None:
        if self.use_film or self.patch_size % 16:
            raise ValueError("FiLM and patches other than multiples of 16 are not supported")

    @property
    def step(self) -> int:
        """Pixels from one token to the next."""
        pixels = self.patch_size // 16
        for stride in self.strides:
            pixels *= stride
        return pixels


class Camera(Struct, frozen=True):
    """One image tokenizer: patterns of the observed pictures and of the goal pictures that it stacks."""

    name: str
    stem_name: str
    stem: Stem
    observed: tuple[str, ...]
    goals: tuple[str, ...]
    masked: bool  # pictures marked as padding are not attended to


class Transformer(Struct, frozen=True, forbid_unknown_fields=True):
    """Sizes of the transformer, by the names in config.json."""

    num_layers: int
    mlp_dim: int
    num_attention_heads: int
    dropout_rate: float = 0.0
    attention_dropout_rate: float = 0.0
    add_position_embedding: bool = False

    def __post_init__(self) -> None:
        if self.add_position_embedding:
            raise ValueError("position embeddings inside the transformer are not supported")


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """The diffusion head, by the names and with the defaults of Octo's DiffusionActionHead in action_heads.py."""

    readout_key: str
    use_map: bool = False
    action_horizon: int = 1
    action_dim: int = 7
    max_action: float = 5.0
    loss_type: str = "mse"
    time_dim: int = 32
    num_blocks: int = 3
    dropout_rate: float = 0.0
    hidden_dim: int = 256
    use_layer_norm: bool = True
    diffusion_steps: int = 20
    n_diffusion_samples: int = 1

    def __post_init__(self) -> None:
        if self.use_map or not self.use_layer_norm:
            raise ValueError("attention pooling and heads without layer norm are not supported")

    @property
    def size(self) -> int:
        """Numbers in one flattened chunk."""
        return self.action_horizon * self.action_dim


class Structure(Struct, frozen=True):
    """All that fixes the names and shapes of an Octo model's weights, and its attention."""

    cameras: tuple[Camera, ...]
    language: str  # the name of the task tokenizer that reads the instruction
    language_masked: bool
    words: int  # tokens of an instruction
    readouts: dict[str, int]
    width: int
    transformer: Transformer
    head: Head
    horizon: int  # steps that the position tables hold
    window: int  # steps seen at once
    repeats: bool  # the instruction is repeated at every step (1.5)
    exact_mask: bool  # the attention of 1.5; without it the off-by-one look-up of 1.0


class _Part(Struct, frozen=True):
    name: str
    args: list[Any] = []
    kwargs: dict[str, Any] = {}


class _Pictures(Struct, frozen=True, forbid_unknown_fields=True):
    encoder: _Part
    use_token_learner: bool = False
    num_tokens: int = 8
    conditioning_type: Literal["none"] = "none"
    obs_stack_keys: tuple[str, ...] = ("image_.*", "depth_.*")
    task_stack_keys: tuple[str, ...] = ()
    task_film_keys: tuple[str, ...] = ()
    proper_pad_mask: bool = True

    def __post_init__(self) -> None:
        if self.use_token_learner or self.task_film_keys:
            raise ValueError("token learners and FiLM are not supported")


class _Words(Struct, frozen=True, forbid_unknown_fields=True):
    encoder: str
    finetune_encoder: bool = False
    proper_pad_mask: bool = True


class _Model(Struct, frozen=True, forbid_unknown_fields=True):
    observation_tokenizers: dict[str, _Part]
    task_tokenizers: dict[str, _Part]
    heads: dict[str, _Part]
    readouts: dict[str, int]
    transformer_kwargs: Transformer
    token_embedding_size: int
    max_horizon: int
    repeat_task_tokens: bool = False
    use_correct_attention: bool = False


class _Tokens(Struct, frozen=True):
    max_length: int
    padding: Literal["max_length"]
    truncation: bool


class _Text(Struct, frozen=True):
    tokenizer_kwargs: _Tokens
    encode_with_model: bool = False


class _Config(Struct, frozen=True):
    model: _Model
    text_processor: _Part
    window_size: int = 2


def read_json(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
        BadInput: it is missing or not JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read: {error.strerror}.", hint="Fetch the model again, with this file."
        ) from error
    except ValueError as error:
        raise BadInput(f"{path} is not readable JSON: {error}.", hint="Fetch the model again.") from error


def read_structure(path: Path) -> Structure:
    """The structure that a checkpoint's config.json describes, of version 1.0 or 1.5.

    Raises:
        BadInput: the file is missing, or says something that is not understood.
        Incompatible: the model is of a kind that is not played here.
    """
    config = converted(read_json(path), _Config, str(path))
    model, text = config.model, converted(config.text_processor.kwargs, _Text, f"{path}: text_processor")
    if len(model.task_tokenizers) != 1 or "action" not in model.heads or text.encode_with_model:
        raise Incompatible(
            f"{path} describes an Octo model that is not read here.",
            hint="One task tokenizer for language and a head called 'action' are expected.",
        )
    ((language, words),) = model.task_tokenizers.items()
    _must_be(words, ("LanguageTokenizer",), path)
    return Structure(
        cameras=tuple(_camera(name, part, path) for name, part in model.observation_tokenizers.items()),
        language=language,
        language_masked=converted(words.kwargs, _Words, f"{path}: {language}").proper_pad_mask,
        words=text.tokenizer_kwargs.max_length,
        readouts=model.readouts,
        width=model.token_embedding_size,
        transformer=model.transformer_kwargs,
        head=_head(model, path),
        horizon=model.max_horizon,
        window=config.window_size,
        repeats=model.repeat_task_tokens,
        exact_mask=model.use_correct_attention,
    )


def _camera(name: str, part: _Part, path: Path) -> Camera:
    _must_be(part, ("ImageTokenizer",), path)
    pictures = converted(part.kwargs, _Pictures, f"{path}: {name}")
    stems = {"SmallStem": 32, "SmallStem16": 16, "SmallStem32": 32}
    _must_be(pictures.encoder, stems, path)
    given = {"patch_size": stems[pictures.encoder.name], **pictures.encoder.kwargs}
    return Camera(
        name=name,
        stem_name=pictures.encoder.name,
        stem=converted(given, Stem, f"{path}: {name}"),
        observed=pictures.obs_stack_keys,
        goals=pictures.task_stack_keys,
        masked=pictures.proper_pad_mask,
    )


def _head(model: _Model, path: Path) -> Head:
    """The action head; version 1.0 called its horizon `pred_horizon`."""
    part = model.heads["action"]
    _must_be(part, ("DiffusionActionHead",), path)
    given = dict(part.kwargs)
    if "pred_horizon" in given:
        given["action_horizon"] = given.pop("pred_horizon")
    head = converted(given, Head, f"{path}: action")
    readouts = [f"readout_{name}" for name in model.readouts]
    if head.readout_key not in readouts:
        raise Incompatible(f"{path}: the head reads '{head.readout_key}'.", hint=f"There is: {', '.join(readouts)}.")
    return head


def _must_be(part: _Part, names: Iterable[str], path: Path) -> None:
    if part.name not in names or part.args:
        raise Incompatible(
            f"{path} has a part '{part.name}', which is not played here.", hint=f"Played: {', '.join(names)}."
        )
