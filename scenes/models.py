"""ModelCard: what is publicly known of a model, and all that its checkpoint does not say about playing it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from scenes.errors import BadInput, NotFound
from scenes.policy import ActionSpace
from scenes.settings import converted

Id = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Short = Annotated[str, Meta(max_length=200)]
Folder = Annotated[str, Meta(max_length=1024)]
Word = Annotated[str, Meta(min_length=1, max_length=40)]
StateLayout = Literal["none", "joints", "joints_gripper", "eef_axis_angle_fingers", "eef_euler_gripper"]
MAX_NOTES = 8000  # characters
Option = str | int | float | bool


class CameraInput(Struct, frozen=True, forbid_unknown_fields=True):
    """One image a model wants: its own key, our camera, the size in pixels, and what is done to the picture first."""

    key: Short
    camera: Id
    width: Annotated[int, Meta(ge=8, le=1024)] = 224
    height: Annotated[int, Meta(ge=8, le=1024)] = 224
    flip: Literal["none", "horizontal", "vertical", "rotate_180"] = "none"
    crop: Annotated[float, Meta(gt=0, le=1)] = 1.0  # of each side, around the middle, before it is scaled to the size


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """One repository of a model hub that a model needs, and where it lies once it has been fetched."""

    role: Id  # what the adapter calls it: "checkpoint", "backbone", "tokenizer"
    repository: Short  # "organization/name"
    revision: Short = ""  # the commit; empty until fetched
    files: Annotated[tuple[Short, ...], Meta(max_length=64)] = ()  # patterns of what is fetched; empty: everything
    folder: Folder = ""  # where it lies on this machine; empty until fetched


class ModelCard(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The public facts of one model. One TOML file each."""

    id: Id
    name: Short
    organization: Short
    license: Short
    parameters: Annotated[int, Meta(ge=0)] = 0
    status: Literal["active", "inactive", "check"] = "active"  # check: it plays in hidden checks alone, never compared
    adapter: Id  # the entry point of the group vlaarena.policies that plays it
    checkpoint: Short = ""
    revision: Short = ""
    weights_sha256: Short = ""
    robots: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=64)]
    sources: Annotated[tuple[Source, ...], Meta(max_length=8)] = ()
    cameras: Annotated[tuple[CameraInput, ...], Meta(max_length=8)] = ()
    state: StateLayout = "none"  # the numbers about the robot itself that the model reads
    action: ActionSpace
    control_hz: Annotated[float, Meta(gt=0, le=100)]
    chunk: Annotated[int, Meta(ge=1, le=256)] = 1  # actions of one inference
    execute: Annotated[int, Meta(ge=1, le=256)] = 1  # of these, carried out before the next
    ensemble: Annotated[int, Meta(ge=1, le=256)] = 1  # chunks whose actions for one step are averaged; 1: none
    statistics: Short = ""  # the key of the data set whose statistics scale the model's numbers
    device: Literal["auto", "cuda", "mps", "cpu"] = "auto"
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    reads_state: bool = False  # sees the simulator's state: a reference, not a VLA
    stochastic: bool = False  # its actions depend on policy_seed
    words: Annotated[tuple[Word, ...], Meta(max_length=2000)] = ()  # that it has learned; empty: nobody has listed them
    options: Annotated[dict[Short, Option], Meta(max_length=64)] = {}  # for the adapter alone
    notes: Annotated[str, Meta(max_length=MAX_NOTES)] = ""


def read_cards(folders: Iterable[Path]) -> dict[str, ModelCard]:
    """All cards in the folders' TOML files, by id.

    Raises:
        BadInput: a file is not a card, or two cards have the same id.
    """
    cards: dict[str, ModelCard] = {}
    for path in sorted(path for folder in folders for path in folder.glob("*.toml")):
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise BadInput(f"{path} is not a readable model card: {error}.") from error
        card = converted(table, ModelCard, source=str(path))
        if card.id in cards:
            raise BadInput(f"Two model cards have the id '{card.id}'; one is {path}.", hint="Rename one of them.")
        cards[card.id] = card
    return cards


def find_card(cards: Iterable[ModelCard], model_id: str) -> ModelCard:
    """The card with this id.

    Raises:
        NotFound: there is none; the hint lists the ids.
    """
    known = {card.id: card for card in cards}
    if model_id not in known:
        raise NotFound.among("model", model_id, list(known))
    return known[model_id]
