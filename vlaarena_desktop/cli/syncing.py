"""`vlaarena sync`: enrol this workstation, send what waits, fetch the leaderboard, and say how it stands."""

from __future__ import annotations

import platform
import sys
from argparse import Namespace
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from scenes.errors import BadInput
from scenes.progress import Progress, finish
from sync import client, status
from sync.client import Synced
from sync.device import Device
from sync.ledger import Ledger
from sync.sharing import Shared
from sync.status import Status
from sync.store import Store
from vlaarena_desktop import settings_file
from vlaarena_desktop.cli.reports import Report
from vlaarena_desktop.settings import home_folder, read_settings


class SyncReport(Struct, frozen=True, kw_only=True):
    """What `vlaarena sync` did, and how it stands afterwards."""

    status: Status
    enrolled: Device | None = None
    synced: Synced | None = None


def sync(arguments: Namespace) -> Report:
    """Enrol if a token is given; then synchronise, unless only the status is asked for.

    Raises:
        NotEnrolled: this workstation is not known at the service.
        SyncError: the service cannot be reached or refuses.
        BadInput: a token without an address, or the other way round.
    """
    home = home_folder(arguments.home)
    settings = read_settings(home)
    if arguments.url and not arguments.enrol:
        raise BadInput("--url goes with --enrol.", hint="Afterwards the address is remembered.")
    with Store.open(home) as store:
        ledger = store.ledger()
        if arguments.status:
            return _report(SyncReport(status=ledger.do(status.status)))
        enrolled = _enrol(ledger, home, arguments) if arguments.enrol else None
        url = enrolled.url if enrolled else settings.central
        synced = finish(client.synchronise(ledger, settings.central_ca, url=url), _teller(quiet=arguments.json))
        return _report(SyncReport(status=ledger.do(status.status), enrolled=enrolled, synced=synced))


def _enrol(ledger: Ledger, home: Path, arguments: Namespace) -> Device:
    settings = read_settings(home)
    url = arguments.url or settings.central
    if not url:
        raise BadInput("Where is the service?", hint="Add --url https://arena.example.org, or set `central`.")
    token = sys.stdin.readline().strip() if arguments.enrol == "-" else arguments.enrol
    device = finish(client.enrol(ledger, url, token, platform.node() or "workstation", settings.central_ca))
    filed = settings_file.read_file(home)
    settings_file.write_file(home, settings_file.changed(filed, "central", device.url))
    return device


class _Teller:
    """Says on the terminal what is being done, each step once."""

    def __init__(self) -> None:
        self._said = ""

    def __call__(self, progress: Progress) -> None:
        if progress.text and progress.text != self._said:
            self._said = progress.text
            print(f"{progress.text} …", file=sys.stderr)


def _teller(*, quiet: bool) -> _Teller | None:
    return None if quiet else _Teller()


def _report(report: SyncReport) -> Report:
    return Report(report, "\n".join(_lines(report)))


def _lines(report: SyncReport) -> list[str]:
    now, synced = report.status, report.synced
    lines = [f"Central service: {now.url or 'none; enrol with --enrol TOKEN --url ADDRESS'}"]
    if report.enrolled:
        lines.append(f"Enrolled as {report.enrolled.device_id}.")
    if synced:
        told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(synced.verdicts.items())) or "nothing new"
        lines.append(f"Sent: {told}; episodes: {synced.episodes.stored}.")
        lines += _shared(synced.shared)
        lines += [f"This store was copied or restored; it goes on as {name}." for name in synced.forks]
        lines += [f"{synced.sent_again} operations were missing at the service and were sent again."] * (
            synced.sent_again > 0
        )
        lines += [f"Episode {name[:12]}… is missing or damaged here." for name in synced.episodes.missing]
        lines += [f"Episode {each.episode_id[:12]}… was refused: {each.reason}" for each in synced.episodes.refused]
    lines.append(f"Waiting: {now.waiting.votes} votes, {now.waiting.operations} operations; sent: {now.sent}.")
    lines += [f"Not taken: {each.kind} {each.record_id}: {each.reason}" for each in now.quarantined]
    return lines + _visit(now)


def _shared(shared: Shared) -> list[str]:
    """What went each way beside the log, where anything did."""
    told = (("contact sheets sent", shared.sheets), ("scenes sent", shared.bundles), ("scenes fetched", shared.fetched))
    parts = [f"{what}: {count}" for what, count in told if count]
    lines = [f"{', '.join(parts).capitalize()}."] if parts else []
    return lines + [f"A file was refused: {reason}" for reason in shared.refused]


def _visit(now: Status) -> list[str]:
    if now.visit is None:
        return ["Never synchronised."]
    done = f"Last synchronised: {_time(now.visit.done_at)}."
    why = f"The try of {_time(now.visit.tried_at)} ended early: {now.visit.message} {now.visit.hint}".rstrip()
    return [done, why] if now.visit.message else [done]


def _time(moment: str | None) -> str:
    return "never" if moment is None else datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")
