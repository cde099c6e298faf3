"""The commands that look after the service: its worker, its models, backups, and the doctor."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path
from typing import TypeAlias

from scenes.models import read_cards
from sync.server import backups, registry, review, webhooks
from sync.server.deferred import rebuild
from sync.server.doctor import examine
from sync.server.jobs import CONNECTIONS, Work, run
from sync.server.postgres import engine_for, in_rows
from sync.server.settings import CentralSettings
from sync.server.words import shown
from sync.server.worker import work_until_stopped

Choices: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
_KEEP = "the folder is one of backups: write a new one in it, and keep the newest N that are whole"
_MOMENT = "%Y-%m-%d %H:%M"
JOBS = ("ratings", "reconcile", "expiry", "webhooks")


def add(choices: Choices) -> None:
    """Add these commands to the command line."""
    worker = choices.add_parser("worker", help="ratings each hour, reconciliation and expiry, until stopped")
    worker.add_argument("--once", choices=JOBS, help="do this now, and nothing else")
    worker.set_defaults(run=_worker)
    models = choices.add_parser("model", help="the models that the service knows by their cards")
    words = models.add_subparsers(dest="action", required=True)
    register = words.add_parser("add", help="register the cards in a folder, or replace those of the same id")
    register.add_argument("folder", type=Path, help="of TOML cards")
    register.set_defaults(run=_add_models)
    words.add_parser("list", help="every registered model").set_defaults(run=_list_models)
    _webhooks(choices)
    kept = choices.add_parser("backup", help="everything the service keeps, into a new folder")
    kept.add_argument("folder", type=Path)
    kept.add_argument("--keep", type=int, metavar="N", help=_KEEP)
    kept.set_defaults(run=_backup)
    back = choices.add_parser("restore", help="a backup into empty databases and an empty data folder")
    back.add_argument("folder", type=Path)
    back.set_defaults(run=_restore)
    choices.add_parser("rebuild", help="make every derived row again from the log").set_defaults(run=_rebuild)
    _quarantined(choices)
    choices.add_parser("doctor", help="what is set up and what is not").set_defaults(run=_doctor)


def _webhooks(choices: Choices) -> None:
    about = choices.add_parser("webhook", help="addresses that are told of new boards and models")
    words = about.add_subparsers(dest="action", required=True)
    added = words.add_parser("add", help="tell an https address")
    added.add_argument("url")
    added.add_argument("--event", action="append", choices=webhooks.EVENTS, help="what of (snapshot)")
    added.set_defaults(run=_add_webhook)
    gone = words.add_parser("revoke", help="tell an address nothing more")
    gone.add_argument("webhook_id")
    gone.set_defaults(run=_revoke_webhook)
    words.add_parser("list", help="every address, and how telling it goes").set_defaults(run=_list_webhooks)


def _quarantined(choices: Choices) -> None:
    said = "operations that were rejected, or wait for a newer service; without a word more: those nobody resolved"
    about = choices.add_parser("quarantine", help=said)
    about.add_argument("--all", action="store_true", help="those that were resolved, too")
    about.set_defaults(run=_quarantine)
    words = about.add_subparsers(dest="action")
    done = words.add_parser("resolve", help="note that somebody looked at rejected operations; they stay rejected")
    which = done.add_mutually_exclusive_group(required=True)
    which.add_argument("op_id", nargs="?", metavar="OP_ID")
    which.add_argument("--all", dest="every", action="store_true", help="every rejected one")
    done.add_argument("--why", required=True, metavar="TEXT", help="what was found; it stands in the audit")
    done.add_argument("--who", metavar="NAME", help="who looked (the user of this command)")
    done.set_defaults(run=_resolve)


def _add_webhook(chosen: argparse.Namespace, settings: CentralSettings, _: Path) -> int:
    print(in_rows(settings.database_url, lambda c: webhooks.add(c, chosen.url, chosen.event or ["snapshot"])))
    return 0


def _revoke_webhook(chosen: argparse.Namespace, settings: CentralSettings, _: Path) -> int:
    in_rows(settings.database_url, lambda c: webhooks.revoke(c, chosen.webhook_id))
    return 0


def _list_webhooks(_: argparse.Namespace, settings: CentralSettings, __: Path) -> int:
    for hook in in_rows(settings.database_url, webhooks.listed):
        state = "revoked" if hook.revoked_at else "told"
        print(f"{hook.webhook_id}  {state:7}  {','.join(hook.events):14}  {shown(hook.url)}")
        heard = f"heard {hook.heard_at:{_MOMENT}}" if hook.heard_at else "heard nothing yet"
        print(f"    {heard}, {hook.waiting} to be told, {hook.given_up} given up")
        if hook.error is not None:
            print(f"    not heard {hook.failed_at:{_MOMENT}}: {shown(hook.error)}")
    return 0


def _worker(chosen: argparse.Namespace, settings: CentralSettings, home: Path) -> int:
    if chosen.once is None:
        return work_until_stopped(settings, home)
    engine = engine_for(settings.database_url, CONNECTIONS)
    try:
        print(run(Work(settings, home, engine), chosen.once))
    finally:
        engine.dispose()
    return 0


def _add_models(chosen: argparse.Namespace, settings: CentralSettings, _: Path) -> int:
    cards = read_cards([chosen.folder])
    changed = in_rows(settings.database_url, lambda c: registry.register(c, cards.values()))
    print(f"{len(changed)} of {len(cards)} cards are new or changed")
    return 0


def _list_models(_: argparse.Namespace, settings: CentralSettings, __: Path) -> int:
    for card in in_rows(settings.database_url, registry.cards):
        print(f"{shown(card.id):30} {card.status:9} {shown(card.name)}")
    return 0


def _backup(chosen: argparse.Namespace, settings: CentralSettings, home: Path) -> int:
    if chosen.keep is None:
        folder, made = chosen.folder, backups.backup(settings, home, chosen.folder)
    else:
        folder, made = backups.keep(settings, home, chosen.folder, chosen.keep)
    print(f"{len(made.files)} files, {made.episodes} episodes in {folder}")
    return 0


def _restore(chosen: argparse.Namespace, settings: CentralSettings, home: Path) -> int:
    found = backups.restore(settings, home, chosen.folder)
    print(f"restored the backup of {shown(found.made_at)}, {found.episodes} episodes")
    return 0


def _rebuild(_: argparse.Namespace, settings: CentralSettings, __: Path) -> int:
    print(f"{in_rows(settings.database_url, rebuild)} operations")
    return 0


def _quarantine(chosen: argparse.Namespace, settings: CentralSettings, _: Path) -> int:
    for row in in_rows(settings.database_url, lambda c: review.quarantined(c, every=chosen.all)):
        state = f"resolved {row.resolved_at:%Y-%m-%d}" if row.resolved_at else row.verdict
        print(shown(f"{row.op_id}  store {row.store_id} number {row.seq}  {state}  {row.kind}: {row.reason}"))
    return 0


def _resolve(chosen: argparse.Namespace, settings: CentralSettings, _: Path) -> int:
    who = chosen.who or getpass.getuser()
    found = in_rows(settings.database_url, lambda c: review.resolve(c, chosen.op_id, who, chosen.why))
    print(f"{found} operations")
    return 0


def _doctor(_: argparse.Namespace, settings: CentralSettings, home: Path) -> int:
    found = list(examine(settings, home))
    for each in found:
        word = "BAD" if not each.good else "warn" if each.warns else "ok"
        print(f"{word:4} {each.what:11} {shown(each.said)}")
    return 0 if all(each.good for each in found) else 1
