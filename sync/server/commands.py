"""The commands of `vlaarena-central`: what each takes, and what it prints."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from sync.server import devices, migrating, upkeep
from sync.server.centre import check_restored
from sync.server.postgres import in_rows
from sync.server.settings import CentralSettings
from sync.server.words import shown

Run = Callable[[argparse.Namespace, CentralSettings, Path], int]


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    made = argparse.ArgumentParser(prog="vlaarena-central", description="The central service of VLA Arena.")
    made.add_argument("--home", metavar="DIR", help="data folder (VLAARENA_CENTRAL_HOME)")
    choices = made.add_subparsers(dest="command", required=True)
    serve = _command(choices, "serve", _serve, "answer workstations and people until stopped")
    serve.add_argument("--bind", metavar="HOST:PORT", help="where to listen")
    migrate = _command(choices, "migrate", _migrate, "bring the database to this version's tables")
    migrate.add_argument("--sql", action="store_true", help="only print what would be done, without any database")
    _tokens(choices)
    _devices(choices)
    upkeep.add(choices)
    return made


def _tokens(choices: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = choices.add_parser("token", help="what people enrol workstations and programs with")
    words = about.add_subparsers(dest="action", required=True)
    create = _command(words, "create", _create_token, "a new token; its text is shown once")
    create.add_argument("name", help="whom or what it is for")
    create.add_argument("--scope", action="append", choices=devices.SCOPES, help="what it allows (enrol)")
    create.add_argument("--days", type=int, metavar="N", help="after which it is not valid any more (1 to 3650)")
    create.add_argument("--uses", type=int, default=1, metavar="N", help="how many workstations it enrols (1)")
    revoke = _command(words, "revoke", _revoke_token, "let a token open nothing any more")
    revoke.add_argument("token_id")
    _command(words, "list", _list_tokens, "every token, without its text")


def _devices(choices: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = choices.add_parser("device", help="workstations that are enrolled")
    words = about.add_subparsers(dest="action", required=True)
    allow = _command(words, "allow", _allow_device, "let a device in again, or push for one more store")
    allow.add_argument("device_id")
    allow.add_argument("--store", metavar="STORE_ID")
    revoke = _command(words, "revoke", _revoke_device, "let a device do nothing any more")
    revoke.add_argument("device_id")
    _command(words, "list", _list_devices, "every device")


def _command(
    choices: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: Run, text: str
) -> argparse.ArgumentParser:
    made = choices.add_parser(name, help=text)
    made.set_defaults(run=run)
    return made


def _serve(_: argparse.Namespace, settings: CentralSettings, home: Path) -> int:
    from sync.server.serving import serve  # the other commands need no web framework

    return serve(settings, home)


def _migrate(chosen: argparse.Namespace, settings: CentralSettings, home: Path) -> int:
    check_restored(home)
    print(migrating.as_sql() if chosen.sql else f"revision {migrating.migrate(settings.database_url)}")
    return 0


def _create_token(chosen: argparse.Namespace, settings: CentralSettings, _: Path) -> int:
    scopes = chosen.scope or ["enrol"]
    made = (chosen.name, scopes, chosen.days, chosen.uses)
    token_id, told = in_rows(settings.database_url, lambda c: devices.create_token(c, *made))
    print(f"{token_id}\n{told}")
    return 0


def _revoke_token(chosen: argparse.Namespace, settings: CentralSettings, _: Path) -> int:
    in_rows(settings.database_url, lambda c: devices.revoke_token(c, chosen.token_id))
    return 0


def _list_tokens(_: argparse.Namespace, settings: CentralSettings, __: Path) -> int:
    for token in in_rows(settings.database_url, devices.tokens):
        made, scopes = f"{token.created_at:%Y-%m-%d}", ",".join(token.scopes)
        print(f"{token.token_id}  {devices.state_of(token):22} {scopes:14} made {made}  {shown(token.name)}")
    return 0


def _allow_device(chosen: argparse.Namespace, settings: CentralSettings, _: Path) -> int:
    in_rows(settings.database_url, lambda c: devices.allow_device(c, chosen.device_id, chosen.store))
    return 0


def _revoke_device(chosen: argparse.Namespace, settings: CentralSettings, _: Path) -> int:
    in_rows(settings.database_url, lambda c: devices.revoke_device(c, chosen.device_id))
    return 0


def _list_devices(_: argparse.Namespace, settings: CentralSettings, __: Path) -> int:
    for device in in_rows(settings.database_url, devices.listed):
        print(f"{device.device_id}  {'revoked' if device.revoked_at else 'allowed':8} {shown(device.name)}")
    return 0
