"""The processes of a chaos run that may die: forked from one that has read every module, which saves a second each.

A child runs the product as its own commands do: `vlaarena-central serve`, its worker, and a workstation's visit. Its
environment, its standard streams and its clock are set before.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from arena_samples import Arena, ballot, episode
from central.chaos_plan import Act
from msgspec import Struct

from scenes.errors import ArenaError
from scenes.progress import finish
from sync import client
from sync.records import Choice
from sync.store import Store

CONTEXT = multiprocessing.get_context("forkserver")
MODELS = ("alpha", "beta", "gamma", "delta")
CHOICES: tuple[Choice, ...] = ("left_better", "right_better", "tie", "both_bad")
_YEAR = timedelta(days=365.25)


class Visit(Struct, frozen=True, kw_only=True):
    """What a workstation does in a process of its own."""

    folder: str
    number: int  # makes its episodes different from all others
    acts: tuple[Act, ...] = ()
    times: int = 1  # that each is done
    enrol: tuple[str, str] = ("", "")  # url and token
    sync: bool = True
    years: int = 0
    file_bytes: int = 0  # a disk that is full, where nothing small can be mounted: no file grows beyond


class Said(Struct, frozen=True, kw_only=True):
    """How it ended, if it did not die."""

    done: bool = False
    error: str = ""
    verdicts: dict[str, int] = {}
    forks: tuple[str, ...] = ()
    sent_again: int = 0
    new_board: bool = False


def begin_nursery(tests: Path) -> None:
    """Start the process that all others are forked from."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(tests), *([before] if before else [])])
    try:
        CONTEXT.set_forkserver_preload(["central.chaos_nursery"])
        forkserver.ensure_running()
    finally:
        os.environ.pop("PYTHONPATH")
        if before is not None:
            os.environ["PYTHONPATH"] = before


def begin(target: Any, environment: Mapping[str, str], *words: Any, years: int = 0) -> tuple[ForkServerProcess, Any]:
    """A child, and what it says."""
    ours, theirs = CONTEXT.Pipe(duplex=False)
    child = CONTEXT.Process(target=_child, args=(target, dict(environment), years, theirs, words), daemon=True)
    child.start()
    theirs.close()
    return child, ours


def _child(target: Any, environment: dict[str, str], years: int, out: Connection, words: Sequence[Any]) -> None:
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if years:
        shift_clock(years)
    target(out, *words)


def shift_clock(years: int) -> None:
    """Let this process's clock be wrong, for everything that asks Python what time it is."""
    off, real_time, real_ns = years * _YEAR, time.time, time.time_ns
    time.time = lambda: real_time() + off.total_seconds()
    time.time_ns = lambda: real_ns() + int(off.total_seconds()) * 10**9

    class Off(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + off

    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("sync", "scenes", "arena_samples") and getattr(module, "datetime", None) is datetime:
            module.datetime = Off  # type: ignore[attr-defined]


def serve(out: Connection, log: str, words: tuple[str, ...]) -> None:
    """`vlaarena-central WORDS...`, its first line to whoever began it."""
    from sync.server.__main__ import main

    errors = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(out.fileno(), 1)
    os.dup2(errors, 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    try:
        main(list(words))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def visit(out: Connection, order: Visit) -> None:
    """What its evaluator does, each deed told once it is acknowledged; then a whole visit at the service."""
    if order.file_bytes:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.file_bytes, resource.RLIM_INFINITY))
    try:
        with Store.open(Path(order.folder)) as store:
            said = _visited(out, store, order)
    except ArenaError as error:
        said = Said(error=f"{type(error).__name__}: {error.message} {error.detail}"[:500])
    out.send(said)


def _visited(out: Connection, store: Store, order: Visit) -> Said:
    for reveal in store.close_voted():  # as the application does when it begins
        out.send(reveal.battle_id)
    for place, act in enumerate(order.acts * order.times):
        _ACTS[act](out, store, order.number * 1000 + 4 * place)
    url, token = order.enrol
    if url:
        finish(client.enrol(store.ledger(), url, token, Path(order.folder).name))
    if not order.sync:
        return Said(done=True)
    synced = finish(client.synchronise(store.ledger()))
    return Said(
        done=True,
        verdicts={str(word): count for word, count in synced.verdicts.items()},
        forks=synced.forks,
        sent_again=synced.sent_again,
        new_board=synced.new_board,
    )


def _play(store: Store, variant: int) -> str:
    """A battle with a turn that was not voted on yet."""
    arena, number = Arena(store), variant // 4
    left, right = MODELS[number % 4], MODELS[(number + 1 + number // 4 % 3) % 4]
    battle_id = arena.battle(left, right).battle_id
    arena.turn(battle_id, episode(variant=variant), episode(variant=variant + 1))
    return battle_id


def _battle(out: Connection, store: Store, variant: int) -> None:
    battle_id = _play(store, variant)
    store.cast_vote(battle_id, ballot(CHOICES[variant // 4 % len(CHOICES)]))
    store.close_battle(battle_id)
    out.send(battle_id)


def _again(out: Connection, store: Store, variant: int) -> None:
    """Two battles in which the same was played: the second with episodes that the service has by then."""
    _battle(out, store, 4 * (variant % 2))


def _void(out: Connection, store: Store, variant: int) -> None:
    battle_id = _play(store, variant)
    store.void_battle(battle_id, "scene_broken")
    out.send(battle_id)


def _retract(_: Connection, store: Store, __: int) -> None:
    if found := store.votes():
        store.retract_vote(found[-1].battle_id)


def _branch(_: Connection, store: Store, variant: int) -> None:
    if found := store.votes():
        Arena(store).branch(found[-1].battle_id, instruction=f"push it number {variant}")


def _note(_: Connection, store: Store, variant: int) -> None:
    if found := store.votes():
        note = store.add_note(store.turns(found[-1].battle_id)[0].turn_id, "left", 1, f"Here it lets go: {variant}.")
        if variant // 4 % 2:
            store.withdraw_note(note.note_id)


def _comment(_: Connection, store: Store, variant: int) -> None:
    if found := store.votes():
        store.comment_session(found[-1].session_id, f"number {variant}")


_ACTS: dict[Act, Any] = {
    "battle": _battle,
    "again": _again,
    "void": _void,
    "retract": _retract,
    "branch": _branch,
    "note": _note,
    "comment": _comment,
}
