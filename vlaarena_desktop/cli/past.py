"""`vlaarena history` and `vlaarena notes`: battles found again, and what was noted beside their frames."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime, time, timedelta
from typing import TypeVar, get_args

from msgspec import Struct

from scenes.catalog import find_robot, find_scene
from scenes.errors import BadInput, NotFound
from sync.records import BattleKind, BattleQuery, BattleStatus, Choice, Note, PastBattle
from sync.store import Store
from vlaarena_desktop.cli.reports import Report, table
from vlaarena_desktop.settings import home_folder

N = TypeVar("N", bound=str)

RETRACTED = "retracted"  # in the place of a choice
_LONGEST = 48  # characters of an instruction in a table


class ListedBattle(Struct, frozen=True, kw_only=True):
    """A battle as it may be told: what an open one hides is None, also how probable its pair was."""

    battle_id: str
    begun_at: str
    status: BattleStatus
    kind: BattleKind | None
    robot_id: str
    scene_id: str
    evaluator: str
    instruction: str
    turns: int
    branches: int
    vote: Choice | None
    retracted: bool  # there was a vote, and it counts no more
    left_model_id: str | None
    right_model_id: str | None
    comment: str | None
    session_comment: str | None


def history(arguments: Namespace) -> Report:
    """The battles that fit every filter given, the newest first; open ones without names.

    Raises:
        NotFound: there is no such robot, scene, kind, state or evaluator.
        BadInput: a day is not one.
    """
    with Store.open(home_folder(arguments.home)) as store:
        found = [_listed(past) for past in store.find_battles(_query(store, arguments))]
    header = ("battle", "begun", "instruction", "turns", "branches", "vote", "left", "right", "kind", "evaluator")
    return Report(found, table(header, [_row(listed) for listed in found]) if found else "No battle fits.")


def notes(arguments: Namespace) -> Report:
    """The notes pinned to frames of a closed battle; withdrawn ones are marked, never left out.

    Raises:
        NotFound: there is no such battle.
    """
    with Store.open(home_folder(arguments.home)) as store:
        store.battle(arguments.battle_id)
        turns = {turn.turn_id: turn.seq for turn in store.turns(arguments.battle_id)}
        names = {person.evaluator_id: person.name for person in store.evaluators()}
        found = store.notes(arguments.battle_id)
    rows = [_note_row(note, turns, names) for note in found]
    return Report(found, table(("turn", "side", "step", "by", "note"), rows) if found else "No notes.")


def _query(store: Store, arguments: Namespace) -> BattleQuery:
    until = _day(arguments.until)
    return BattleQuery(
        text=arguments.search or "",
        robot_id=find_robot(arguments.robot).id if arguments.robot else None,
        scene_id=find_scene(arguments.scene).id if arguments.scene else None,
        vote=None if arguments.vote == RETRACTED else arguments.vote,
        retracted=True if arguments.vote == RETRACTED else None,
        status=_status(arguments.status),
        kind=_kind(arguments.kind),
        evaluator_id=_evaluator(store, arguments.evaluator),
        since=_day(arguments.since),
        until=until + timedelta(days=1) if until else None,
        model_id=arguments.model,
        limit=arguments.limit,
    )


def _status(name: str | None) -> BattleStatus | None:
    known: tuple[BattleStatus, ...] = get_args(BattleStatus)
    return _among("state of a battle", name, known)


def _kind(name: str | None) -> BattleKind | None:
    known: tuple[BattleKind, ...] = get_args(BattleKind)
    return _among("kind of battle", name, known)


def _among(what: str, name: str | None, known: tuple[N, ...]) -> N | None:
    if name is None:
        return None
    for each in known:
        if each == name:
            return each
    raise NotFound.among(what, name, list(known))


def _evaluator(store: Store, name: str | None) -> str | None:
    if name is None:
        return None
    known = {person.name.casefold(): person for person in store.evaluators()}
    if name.casefold() not in known:
        raise NotFound.among("evaluator", name, [person.name for person in known.values()])
    return known[name.casefold()].evaluator_id


def _day(text: str | None) -> datetime | None:
    """The beginning of a day, here."""
    if text is None:
        return None
    try:
        return datetime.combine(datetime.strptime(text, "%Y-%m-%d").date(), time.min).astimezone()
    except ValueError as error:
        raise BadInput(f"'{text[:40]}' is not a day.", hint="Write it as 2026-11-22.") from error


def _listed(past: PastBattle) -> ListedBattle:
    battle = past.battle
    return ListedBattle(
        battle_id=battle.battle_id,
        begun_at=battle.created_at,
        status=battle.status,
        kind=battle.kind if battle.left_model_id is not None else None,
        robot_id=past.robot_id,
        scene_id=past.scene_id,
        evaluator=past.evaluator_name,
        instruction=past.instruction,
        turns=past.turns,
        branches=past.branches,
        vote=past.choice,
        retracted=past.retracted,
        left_model_id=battle.left_model_id,
        right_model_id=battle.right_model_id,
        comment=past.comment,
        session_comment=past.session_comment,
    )


def _row(listed: ListedBattle) -> tuple[object, ...]:
    begun = datetime.fromisoformat(listed.begun_at).astimezone().strftime("%Y-%m-%d %H:%M")
    long = len(listed.instruction) > _LONGEST
    instruction = f"{listed.instruction[: _LONGEST - 1]}…" if long else listed.instruction
    names = (listed.left_model_id or "?", listed.right_model_id or "?")
    without = {"ongoing": "open", "voted": RETRACTED}.get(listed.status, listed.status)
    said = listed.vote or without
    counts = (listed.turns, listed.branches)
    return listed.battle_id, begun, instruction, *counts, said, *names, listed.kind or "?", listed.evaluator


def _note_row(note: Note, turns: dict[str, int], names: dict[str, str]) -> tuple[object, ...]:
    text = f"(withdrawn) {note.text}" if note.withdrawn else note.text
    by = names.get(note.evaluator_id, note.evaluator_id)
    return turns.get(note.turn_id, 0), note.side, note.step, by, " ".join(text.split())
