"""From a card to a policy: cards are read from folders, adapters are found by entry point."""

from __future__ import annotations

from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace

from gpu_daemon.models.overlay import located
from scenes.errors import Incompatible, NotFound
from scenes.models import MAX_NOTES, ModelCard, read_cards
from scenes.policy import Policy

GROUP = "vlaarena.policies"
SHIPPED_CARDS = Path(__file__).parent.parent / "cards"
EXTRAS = {  # adapter -> the extra it needs, and that extra's packages
    "onnx": ("daemon", ("onnxruntime",)),
} | dict.fromkeys(
    ("octo", "openvla", "pi0", "smolvla"), ("vla", ("PIL", "huggingface_hub", "safetensors", "torch", "transformers"))
)


def all_cards(data_folder: Path | None = None) -> dict[str, ModelCard]:
    """The shipped cards and those in the data folder's `cards`, by id, with what is fetched there.

    Raises:
        BadInput: a file is not a card, or two cards have the same id.
    """
    if data_folder is None:
        return read_cards([SHIPPED_CARDS])
    return {name: located(card, data_folder).card for name, card in unlocated_cards(data_folder).items()}


def unlocated_cards(data_folder: Path) -> dict[str, ModelCard]:
    """The shipped cards and those in the data folder's `cards`, by id, as their files have them.

    Raises:
        BadInput: a file is not a card, or two cards have the same id.
    """
    return read_cards([SHIPPED_CARDS, data_folder / "cards"])


def offered(data_folder: Path) -> tuple[ModelCard, ...]:
    """The cards as a daemon offers them, by id: one that cannot be played here is inactive, and says why.

    Raises:
        BadInput: a file is not a card, or two cards have the same id.
    """
    installed = {entry.name for entry in entry_points(group=GROUP)}
    cards = unlocated_cards(data_folder)
    return tuple(_as_offered(cards[name], installed, data_folder) for name in sorted(cards))


def _as_offered(card: ModelCard, installed: set[str], data_folder: Path) -> ModelCard:
    """The first line of an inactive card's notes is the reason; a card that calls itself inactive has its own."""
    card, missing = located(card, data_folder)
    if card.status == "inactive":
        return card
    why = _uninstalled(card.adapter, installed) or missing
    if not why:
        return card
    return replace(card, status="inactive", notes=f"Inactive: {why}\n{card.notes}"[:MAX_NOTES].rstrip())


def _uninstalled(adapter: str, installed: set[str]) -> str:
    """Why an adapter cannot be used here; nothing is imported for it."""
    if adapter not in installed:
        return f"no adapter called '{adapter}' is installed here."
    extra, packages = EXTRAS.get(adapter, ("", ()))
    lacking = [package for package in packages if find_spec(package) is None]
    if not lacking:
        return ""
    return f'it needs {", ".join(lacking)}. Install the extra `{extra}`: pip install "vlaarena[daemon,{extra}]".'


def adapter_of(card: ModelCard) -> Any:
    """The class that makes a policy of this card.

    Raises:
        NotFound: no such adapter is installed; the hint lists those that are.
        Incompatible: the adapter needs a package that is not installed.
    """
    adapters = {entry.name: entry for entry in entry_points(group=GROUP)}
    if card.adapter not in adapters:
        raise NotFound.among("adapter", card.adapter, list(adapters))
    try:
        return adapters[card.adapter].load()
    except ImportError as error:
        extra = EXTRAS.get(card.adapter, ("", ()))[0]
        raise Incompatible(
            f"The adapter '{card.adapter}' of '{card.id}' needs a package that is not installed.",
            hint=f'Install the extra `{extra}`: pip install "vlaarena[{extra}]".' if extra else "Install it.",
            detail=str(error),
        ) from error


def load(card: ModelCard) -> Policy:
    """The policy that plays this card.

    Raises:
        NotFound: no such adapter is installed; the hint lists those that are.
        Incompatible: the adapter needs a package that is not installed.
    """
    return cast("Policy", adapter_of(card)(card))
