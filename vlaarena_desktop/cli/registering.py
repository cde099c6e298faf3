"""`vlaarena register` and `registrations`: comparisons promised before their first battle, and what came of them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Sequence
from math import exp

from msgspec import Struct

from gpu_daemon.client import DaemonClient
from scenes import compat
from scenes.catalog import Robot, find_robot, find_scene, scenes
from scenes.errors import Incompatible, RuleBroken
from scenes.models import ModelCard, find_card
from sync.ratings import registration
from sync.ratings.registration import Outcome, Registration
from sync.records import Vote
from sync.store import Store
from vlaarena_desktop.cli.reports import Report, table
from vlaarena_desktop.local_daemon import daemon_at
from vlaarena_desktop.settings import home_folder, read_settings

_MOST = 700.0  # log evidence beyond which a float has no such number


class Promise(Struct, frozen=True, kw_only=True):
    """A registration as --json prints it; its digest may be published."""

    registration: Registration
    digest: str
    outcome: Outcome


def register(arguments: Namespace) -> Report:
    """Promise a comparison.

    Raises:
        NotFound: no such robot, scene or model.
        Incompatible: a model does not fit them.
        BadInput: the models are the same, a number is out of range, or the comparison was registered already.
        RuleBroken: the two have met there already.
    """
    robot = find_robot(arguments.robot)
    there = tuple(sorted({find_scene(name).id for name in arguments.scenes.split(",") if name}))
    home = home_folder(arguments.home)
    settings = read_settings(home)
    with Store.open(home) as store:
        with daemon_at(arguments.daemon or settings.daemon, home, settings.workers) as address:
            cards = DaemonClient(address).models()
        for model_id in (arguments.first, arguments.second):
            _check_plays(_compared(cards, model_id), robot, there)
        votes, earlier = store.votes(), store.comparing().registrations()
        made = _made(votes, earlier, robot.id, there, arguments)
        store.comparing().check_new(made)
        if not arguments.from_now_on:
            _check_first(made)
        store.comparing().register(made)
        kept = _promise(made, votes)
    return Report(kept, f"Registered.\n{_told(kept)}\nDigest {kept.digest}")


def registrations(arguments: Namespace) -> Report:
    """All comparisons that were promised here, the oldest first, and what came of each."""
    with Store.open(home_folder(arguments.home)) as store:
        votes = store.votes()
        found = [_promise(made, votes) for made in store.comparing().registrations()]
    header = ("registered", "first", "second", "robot", "scenes", "alpha", "battles", "evidence", "answer")
    text = table(header, [_row(each) for each in found]) if found else "No comparison was registered here."
    return Report(found, text)


def _made(
    votes: Sequence[Vote],
    earlier: Iterable[Registration],
    robot_id: str,
    there: tuple[str, ...],
    arguments: Namespace,
) -> Registration:
    return registration.register(
        arguments.first,
        arguments.second,
        robot_id,
        there,
        votes=votes,
        promised=earlier,
        alpha=arguments.alpha,
        maximum_battles=arguments.max_battles,
        pairs=arguments.pairs,
    )


def _compared(cards: Iterable[ModelCard], model_id: str) -> ModelCard:
    return find_card([card for card in cards if card.status != "check"], model_id)


def _check_plays(card: ModelCard, robot: Robot, there: Sequence[str]) -> None:
    """It fits every scene that was named, or one at least where none was."""
    if there:
        for name in there:
            compat.check(card, robot, find_scene(name))
    elif all(compat.issues(card, robot, scene) for scene in scenes().values()):
        raise Incompatible(f"'{card.id}' cannot be played on {robot.name} in any scene.", hint="Choose another model.")


def _check_first(made: Registration) -> None:
    if made.known:
        raise RuleBroken(
            f"These two have met there already, in {len(made.known)} rated battles.",
            hint="A comparison is registered before its first battle. --from-now-on registers it all the same: then "
            "earlier battles do not count for it.",
        )


def _promise(made: Registration, votes: Iterable[Vote]) -> Promise:
    return Promise(registration=made, digest=made.digest, outcome=registration.outcome(made, votes))


def _told(kept: Promise) -> str:
    made = kept.registration
    where = f"on {made.robot_id}, {', '.join(made.scene_ids) or 'all scenes'}"
    return (
        f"Is {made.first_model_id} better than {made.second_model_id} {where}? alpha {made.alpha:g}, at most "
        f"{made.maximum_battles} battles that tell them apart, {made.pairs} pairs watched at once."
    )


def _row(kept: Promise) -> tuple[str, ...]:
    made, told = kept.registration, kept.outcome.verdict
    answers = {"first": f"{made.first_model_id} is better", "second": f"{made.second_model_id} is better"}
    answer = answers.get(told.decision, "not decided" if kept.outcome.finished else "open")
    return (
        made.created_at[:10],
        made.first_model_id,
        made.second_model_id,
        made.robot_id,
        " ".join(made.scene_ids) or "all",
        f"{made.alpha:g}",
        f"{told.wins + told.losses} of {made.maximum_battles}",
        f"{exp(min(told.evidence, _MOST)):.3g}",
        answer,
    )
