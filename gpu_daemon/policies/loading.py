"""From a card to a policy: cards are read from folders, adapters are found by entry point."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import cast

from scenes.errors import Incompatible, NotFound
from scenes.models import ModelCard, read_cards
from scenes.policy import Policy

GROUP = "vlaarena.policies"
SHIPPED_CARDS = Path(__file__).parent.parent / "cards"


def all_cards(data_folder: Path | None = None) -> dict[str, ModelCard]:
    """The shipped cards and those in the data folder's `cards`, by id.

    Raises:
        BadInput: a file is not a card, or two cards have the same id.
    """
    return read_cards([SHIPPED_CARDS] if data_folder is None else [SHIPPED_CARDS, data_folder / "cards"])


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
