"""`vlaarena episode reproduce`: a model plays an episode again from its provenance; the outcome is compared."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from gpu_daemon.client import DaemonClient
from scenes.progress import finish
from sync.store import Store
from vlaarena_desktop import reproducing
from vlaarena_desktop.cli.reports import Report
from vlaarena_desktop.local_daemon import daemon_at
from vlaarena_desktop.reproducing import Reproduction
from vlaarena_desktop.settings import home_folder, read_settings


def reproduce(arguments: Namespace) -> Report:
    """Play an episode of a closed battle again. Exit code 1 when it is not bit-exact.

    Raises:
        NotFound: it is not in the store, was played in no closed battle, or its model is gone from the daemon.
        RuleBroken: its battle is open.
        ArenaError: anything else of the daemon's or the store's own.
    """
    home = home_folder(arguments.home)
    settings = read_settings(home)
    with Store.open(home) as store:
        turn, side, run = reproducing.find_use(store, arguments.episode_id)
        with daemon_at(arguments.daemon or settings.daemon, home, settings.workers) as address:
            cards = DaemonClient(address).models()
            prepared = reproducing.prepare_reproduction(store, turn, side, run, cards)
            found = finish(reproducing.reproduce(address, prepared))
    return Report(found, "\n".join(_lines(found)), 0 if found.outcome == "bit_exact" else 1)


def _lines(found: Reproduction) -> Iterator[str]:
    yield f"model    {found.model_id}"
    if found.outcome == "bit_exact":
        yield "outcome  bit-exact: every state came out the same to the last bit"
    else:
        yield f"outcome  {found.outcome} from step {found.step}: largest difference {found.largest_difference:.3g}"
    physics = found.physics
    told = "bit-exact" if physics.outcome == "bit_exact" else f"{physics.outcome} from step {physics.step}"
    yield f"physics  {told} (the recorded actions alone)"
    for difference in found.differences:
        yield f"differs  {difference}"
