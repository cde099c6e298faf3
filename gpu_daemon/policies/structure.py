"""Whether the fetched files of a model have the structure that its adapter expects; headers alone are read."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from gpu_daemon.policies.loading import adapter_of
from gpu_daemon.policies.sources import source_folder
from scenes.models import ModelCard


def checked_structure(card: ModelCard) -> str:
    """Compare names and shapes of a model's weights with those its adapter expects; the answer is one sentence.

    An adapter may bring its own comparison, a static method `check(card) -> str` that raises what loading would.

    Raises:
        ArenaError: the structure is another one, with what differs.
        NotFound: the adapter is not installed.
        Incompatible: it needs a package that is not installed.
    """
    check = getattr(adapter_of(card), "check", None) or _COMPARISONS.get(card.adapter)
    if check is None:
        return f"The adapter '{card.adapter}' has no weights to compare."
    return str(check(card))


def _octo(card: ModelCard) -> str:
    from gpu_daemon.policies.octo.loading import read_files

    files = read_files(source_folder(card, "checkpoint"), source_folder(card, "tokenizer"), None)
    return _counted("an Octo", {name: leaf.shape for name, leaf in files.leaves.items()})


def _smolvla(card: ModelCard) -> str:
    from gpu_daemon.policies.smolvla.checkpoint import check
    from gpu_daemon.policies.smolvla.config import read_config
    from gpu_daemon.policies.smolvla.network import build
    from gpu_daemon.policies.smolvla.processing import WEIGHTS
    from gpu_daemon.policies.weights import safetensors_shapes

    weights = source_folder(card, "checkpoint") / WEIGHTS
    found = safetensors_shapes([weights])
    check(found, build(read_config(weights.parent), source_folder(card, "backbone")), str(weights))
    return _counted("a SmolVLA", found)


def _counted(kind: str, shapes: Mapping[str, tuple[int, ...]]) -> str:
    return f"All {len(shapes)} weights are those of {kind}: {sum(map(prod, shapes.values())):,} numbers."


_COMPARISONS = {"octo": _octo, "smolvla": _smolvla}
