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
Word = Annotated[str, Meta(min_length=1, max_length=40)]
MAX_NOTES = 8000  # characters
Option = str | int | float | bool


class CameraInput(Struct, frozen=True, forbid_unknown_fields=True):
    """One image a model wants: its own key, our camera, and the size in pixels."""

    key: Short
    camera: Id
    width: Annotated[int, Meta(ge=8, le=1024)] = 224
    height: Annotated[int, Meta(ge=8, le=1024)] = 224


class ModelCard(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The public facts of one model. One TOML file each."""

    id: Id
    name: Short
    organization: Short
    license: Short
    parameters: Annotated[int, Meta(ge=0)] = 0
    status: Literal["active", "inactive"] = "active"
    adapter: Id  # the entry point of the group vlaarena.policies that plays it
    checkpoint: Short = ""
    revision: Short = ""
    weights_sha256: Short = ""
    robots: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=64)]
    cameras: Annotated[tuple[CameraInput, ...], Meta(max_length=8)] = ()
    action: ActionSpace
    control_hz: Annotated[float, Meta(gt=0, le=100)]
    chunk: Annotated[int, Meta(ge=1, le=256)] = 1  # actions of one inference
    execute: Annotated[int, Meta(ge=1, le=256)] = 1  # of these, carried out before the next
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
