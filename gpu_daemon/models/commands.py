"""`vlaarena-daemon models ...`: list, show, fetch, check and remove models, on the machine where they play."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from gpu_daemon.models.checking import check
from gpu_daemon.models.fetching import Part, fetch, missing_sources, parts_of
from gpu_daemon.models.folders import supplies, take
from gpu_daemon.models.hub import Hub
from gpu_daemon.models.pins import Pin, models_folder
from gpu_daemon.models.removing import removal_of, remove
from gpu_daemon.models.reports import ProgressLine, model_text, models_table, pins_of_card
from gpu_daemon.models.storage import alone, readable
from gpu_daemon.policies.loading import offered, unlocated_cards
from scenes.catalog import robots
from scenes.errors import BadInput, RuleBroken
from scenes.models import ModelCard, Source, find_card

EXIT_FINDING = 1
_AT_ONCE = "A running daemon offers it at once: no restart."
Cards = dict[str, ModelCard]


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `models` to the daemon's commands; without a further word it lists."""
    models = commands.add_parser("models", help="list, show, fetch, check and remove models")
    actions = models.add_subparsers(dest="action", metavar="list|show|fetch|check|remove")
    listing = actions.add_parser("list", help="list the models this daemon offers")
    show = actions.add_parser("show", help="say all that is known of one model")
    getting = actions.add_parser("fetch", help="fetch a model's files from its hub, or from a folder")
    checking = actions.add_parser("check", help="compare a model's files with what was pinned")
    removing = actions.add_parser("remove", help="free the room that a model's files take")
    for each in (show, getting, checking, removing):
        each.add_argument("id", metavar="ID", help="a model of the list")
    getting.add_argument("--accept-license", action="store_true", help="accept the licenses shown without being asked")
    getting.add_argument("--from", dest="folder", metavar="FOLDER", type=Path, help="take the files from a folder")
    getting.add_argument("--source", metavar="ROLE", default="", help="which source the folder is: checkpoint, ...")
    getting.add_argument("--newest", action="store_true", help="fetch the hub's newest commit, even if one is here")
    removing.add_argument("--yes", action="store_true", help="do not ask")
    models.add_argument("--home", metavar="DIR", help="data folder (VLAARENA_DAEMON_HOME, VLAARENA_HOME)")
    models.add_argument("--json", action="store_true", help="print the cards as JSON")
    for each in (listing, show, getting, checking, removing):
        each.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help="data folder")
    for each in (listing, show, checking):
        each.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")


def run(chosen: argparse.Namespace, home: Path) -> int:
    """Carry out one command; the result is the exit code: 1 where a check found something.

    Raises:
        ArenaError: it could not be done.
    """
    if chosen.action in {None, "list"}:
        listed = offered(home)
        print(msgspec.json.encode(listed).decode() if chosen.json else models_table(listed, home))
        return 0
    actions = {"show": _show, "fetch": _fetch, "check": _check, "remove": _remove}
    cards = unlocated_cards(home)
    find_card(cards.values(), chosen.id)
    return actions[chosen.action](chosen, home, cards)


def _show(chosen: argparse.Namespace, home: Path, cards: Cards) -> int:
    card = find_card(offered(home), chosen.id)
    pins = pins_of_card(card, home)
    print(msgspec.json.encode({"card": card, "pins": pins}).decode() if chosen.json else model_text(card, pins))
    return 0


def _fetch(chosen: argparse.Namespace, home: Path, cards: Cards) -> int:
    card = cards[chosen.id]
    if chosen.source and chosen.folder is None:
        raise BadInput("--source says which source a folder is.", hint="Give the folder with --from.")
    if not card.sources:
        print(f"'{card.id}' needs no files from a hub.")
        return 0
    if not set(card.robots) & set(robots()):
        print(f"Note: no robot here can be moved by '{card.id}': it is for {', '.join(card.robots)}.")
    with alone(home):
        missing = missing_sources(card, home)
        if chosen.newest or chosen.source:
            missing = tuple(source for source in card.sources if not source.folder)
        pins = _fetched(chosen, card, missing, home)
        left = missing_sources(card, home)
    for pin in pins:
        size = readable(sum(file.size for file in pin.files))
        print(f"{pin.repository}: {len(pin.files)} files, {size}, pinned at {pin.revision}")
    if left:
        print(f"Still missing: {', '.join(f'{source.role} ({source.repository})' for source in left)}.")
        return EXIT_FINDING
    shown = find_card(offered(home), card.id)
    why = f"It cannot be played: {shown.notes.partition(chr(10))[0]}" if shown.status == "inactive" else _AT_ONCE
    print(f"'{card.id}' is on this machine{'' if pins else ' already'}. {why}")
    return 0


def _fetched(chosen: argparse.Namespace, card: ModelCard, sources: tuple[Source, ...], home: Path) -> tuple[Pin, ...]:
    if not sources:
        return ()
    line = ProgressLine()
    if chosen.folder is not None:
        found = supplies(card, sources, chosen.folder, chosen.source)
        for supply in found:
            stated = supply.pin.license if supply.pin else ""
            print(f"{supply.source.repository}: {readable(supply.size)} in {supply.folder}")
            print(f"  license: {_license(stated, card)}")
        _require_accepted(chosen)
        return line.finish(take(found, home))
    hub = Hub()
    parts = parts_of(sources, home, hub, newest=chosen.newest)
    for part in parts:
        _introduce(part, card, hub)
    _require_accepted(chosen)
    return line.finish(fetch(parts, home, hub))


def _introduce(part: Part, card: ModelCard, hub: Hub) -> None:
    listing = part.listing
    print(f"{listing.repository}: {len(part.files)} files, {readable(part.size)}, commit {listing.commit}")
    print(f"  license: {_license(listing.license, card)}; see {hub.endpoint}/{listing.repository}")
    if listing.gated:
        print("  gated: its owner lets in those who asked on that page; HF_TOKEN must be one of theirs")


def _license(stated: str, card: ModelCard) -> str:
    return stated or f"none stated there (the card says: {card.license})"


def _require_accepted(chosen: argparse.Namespace) -> None:
    if chosen.accept_license:
        return
    if not _agreed("Do you accept these licenses? [yes/no] "):
        raise RuleBroken(
            "The licenses were not accepted; nothing was fetched.", hint="Answer yes, or give --accept-license."
        )


def _agreed(question: str) -> bool:
    print(question, end="", flush=True)
    answer = sys.stdin.readline()
    if not sys.stdin.isatty():
        print()
    return answer.strip().lower() in {"y", "yes", "j", "ja"}


def _check(chosen: argparse.Namespace, home: Path, cards: Cards) -> int:
    card = cards[chosen.id]
    findings = ProgressLine().finish(check(card, home))
    good = all(finding.ok for finding in findings)
    if chosen.json:
        print(msgspec.json.encode(findings).decode())
        return 0 if good else EXIT_FINDING
    for finding in findings:
        print(f"{'ok ' if finding.ok else 'BAD'} {finding.what}: {finding.text}")
    advice = f"To fetch it anew: vlaarena-daemon models remove {card.id}, then fetch {card.id}."
    print("All is as it was fetched." if good else f"Something is wrong. {advice}")
    return 0 if good else EXIT_FINDING


def _remove(chosen: argparse.Namespace, home: Path, cards: Cards) -> int:
    card = cards[chosen.id]
    if not models_folder(home).is_dir():
        print(f"Nothing of '{card.id}' is on this machine.")
        return 0
    with alone(home):
        removal = removal_of(card, cards, home)
        for repository, users in removal.kept.items():
            print(f"{repository} stays: {', '.join(users)} needs it.")
        if not removal.repositories:
            print(f"Nothing of '{card.id}' is to be removed.")
            return 0
        print(f"{', '.join(removal.repositories)}: {readable(removal.size)}")
        if not chosen.yes and not _agreed("Remove these files? [yes/no] "):
            raise RuleBroken("Nothing was removed.", hint="Answer yes, or give --yes.")
        remove(removal, home)
    print(f"{readable(removal.size)} are free again.")
    return 0
