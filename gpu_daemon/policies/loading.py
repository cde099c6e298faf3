"""From a card to a policy: cards are read from folders, adapters are found by entry point."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import cast

from msgspec.structs import replace

from scenes.errors import Incompatible, NotFound
from scenes.models import MAX_NOTES, ModelCard, read_cards
from scenes.policy import Policy

GROUP = "vlaarena.policies"
SHIPPED_CARDS = Path(__file__).parent.parent / "cards"


def all_cards(data_folder: Path | None = None) -> dict[str, ModelCard]:
    """The shipped cards and those in the data folder's `cards`, by id.

    Raises:
        BadInput: a file is not a card, or two cards have the same id.
    """
    return read_cards([SHIPPED_CARDS] if data_folder is None else [SHIPPED_CARDS, data_folder / "cards"])


def offered(data_folder: Path | None = None) -> tuple[ModelCard, ...]:
    """The cards as a daemon offers them, by id: one whose adapter is not installed is inactive, and says why.

    Raises:
        BadInput: a file is not a card, or two cards have the same id.
    """
    installed = {entry.name for entry in entry_points(group=GROUP)}
    cards = all_cards(data_folder)
    return tuple(_if_installed(cards[name], installed) for name in sorted(cards))


def _if_installed(card: ModelCard, installed: set[str]) -> ModelCard:
    if card.adapter in installed:
        return card
    why = f"Inactive: no adapter called '{card.adapter}' is installed here. {card.notes}"
    return replace(card, status="inactive", notes=why[:MAX_NOTES].rstrip())


def load(card: ModelCard) -> Policy:
    """The policy that plays this card.

    Raises:
        NotFound: no such adapter is installed; the hint lists those that are.
        Incompatible: the adapter needs a package that is not installed.
    """
    adapters = {entry.name: entry for entry in entry_points(group=GROUP)}
    if card.adapter not in adapters:
        raise NotFound.among("adapter", card.adapter, list(adapters))
    try:
        adapter = adapters[card.adapter].load()
    except ImportError as error:
        raise Incompatible(
            f"The adapter '{card.adapter}' of '{card.id}' needs a package that is not installed.",
            hint="Install the extra that its card names.",
            detail=str(error),
        ) from error
    return cast("Policy", adapter(card))
