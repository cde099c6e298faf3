"""Whether the fetched files of a model have the structure that its adapter expects, as far as it can say so."""

from __future__ import annotations

from gpu_daemon.policies.loading import adapter_of
from scenes.models import ModelCard


def checked_structure(card: ModelCard) -> str:
    """Ask the card's adapter to compare names and shapes of its weights; the answer is one sentence.

    Adapters may have a `check(card) -> str`, a static method that reads headers alone and raises what `load` would.

    Raises:
        ArenaError: the structure is another one, with what differs.
        NotFound: the adapter is not installed.
        Incompatible: it needs a package that is not installed.
    """
    check = getattr(adapter_of(card), "check", None)
    if check is None:
        return f"The adapter '{card.adapter}' compares names and shapes when the model is loaded."
    return str(check(card))
