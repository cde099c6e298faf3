"""`vlaarena leaderboard` and `compare`: how the models stand, with every filter of the page."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import exp
from typing import Any, get_args

from msgspec import Struct, structs

from scenes.catalog import find_robot, find_scene
from scenes.errors import BadInput, NotFound
from scenes.progress import finish
from sync.ratings.agreement import Agreement
from sync.ratings.evaluators import Checked
from sync.ratings.intervals import Interval
from sync.records import BattleKind, Evaluator, Origin
from sync.store import Store
from vlaarena_desktop.cli.judging import evaluators_text
from vlaarena_desktop.cli.reports import Report, table
from vlaarena_desktop.exporting import Exported, export, exported
from vlaarena_desktop.pairwise import Comparison, compare, known_model, promise_on
from vlaarena_desktop.quality import Judging
from vlaarena_desktop.settings import home_folder
from vlaarena_desktop.standing import BoardQuery, Place, Standings, standings

_MOST = 700.0  # log evidence beyond which a float has no such number


class Told(Struct, frozen=True, kw_only=True):
    """A leaderboard as --json prints it."""

    kinds: tuple[str, ...]
    origins: tuple[str, ...]
    counted: int
    not_counted: int
    provisional: bool  # whether any rating is
    board: Exported
    checks: tuple[Checked, ...] = ()  # how evaluators did on hidden checks
    judging: tuple[Judging, ...] = ()  # how they judged on this board
    agreement: Agreement | None = None  # of those who judged the same
    written: str | None = None  # the file of --export


def leaderboard(arguments: Namespace) -> Report:
    """How the models stand, over rated battles voted in the window and what --include adds.

    Raises:
        NotFound: no such robot, scene or group, or nothing of that name to include.
        BadInput: a day cannot be read, or the file of --export has no known ending.
    """
    with Store.open(home_folder(arguments.home)) as store:
        people = store.evaluators()
        found = read_standings(store, query_of(arguments, people))
    path = export(found, arguments.export) if arguments.export else None
    report = told(found)
    written = str(path) if path else None
    judged = evaluators_text(found, people) if arguments.evaluators else _checks(found, people)
    text = "\n".join([standings_text(found), *judged]) + (f"\n\nWritten: {path}" if path else "")
    return Report(structs.replace(report, written=written), text)


def pair(arguments: Namespace) -> Report:
    """Is the first model better than the second yet?

    Raises:
        NotFound: a model has no votes here, and the pair is not registered.
        BadInput: they are one and the same.
    """
    with Store.open(home_folder(arguments.home)) as store:
        found = read_standings(store, query_of(arguments, store.evaluators()))
        promises = store.comparing().registrations()
    first, second = arguments.first, arguments.second
    if promise_on(promises, first, second, found.query.robot_id) is None:
        first, second = (known_model(found, model_id) for model_id in (first, second))
    compared = compare(found, first, second, promises)
    return Report(compared, comparison_text(compared))


def read_standings(store: Store, query: BoardQuery) -> Standings:
    """The board that a query asks for."""
    reads = store.comparing()
    asked = structs.replace(query, declared=reads.declared_robots())
    return finish(standings(asked, reads.rows(), reads.evaluators()))


def query_of(arguments: Namespace, people: Sequence[Evaluator]) -> BoardQuery:
    """What the options ask for.

    Raises:
        NotFound, BadInput: a name or a day that is none.
    """
    groups = sorted({person.group for person in people if person.group})
    if arguments.group is not None and arguments.group not in groups:
        raise NotFound.among("group of evaluators", arguments.group, groups)
    kinds, origins = included([part for part in arguments.include.split(",") if part])
    until = _day(arguments.until)
    return BoardQuery(
        robot_id=find_robot(arguments.robot).id if arguments.robot else None,
        scene_id=find_scene(arguments.scene).id if arguments.scene else None,
        task_id=arguments.task,
        group=arguments.group,
        since=_day(arguments.since),
        until=until + timedelta(days=1) if until else None,
        kinds=kinds,
        origins=origins,
        both_bad=arguments.both_bad,
        weighed=arguments.weighed,
    )


def included(names: Sequence[str]) -> tuple[tuple[BattleKind, ...], tuple[Origin, ...]]:
    """Rated battles voted in the window, and what these names add.

    Raises:
        NotFound: one names neither a kind of battle nor an origin of votes.
        BadInput: hidden checks are asked for.
    """
    if "check" in names:
        raise BadInput("Hidden checks are never rated.", hint="The board tells below how each evaluator did on them.")
    known = {*get_args(BattleKind), *get_args(Origin)} - {"check"}
    for name in names:
        if name not in known:
            raise NotFound.among("kind of battle or origin of votes", name, list(known))
    kinds: tuple[BattleKind, ...] = tuple(kind for kind in get_args(BattleKind) if kind in {"rated", *names})
    origins: tuple[Origin, ...] = tuple(origin for origin in get_args(Origin) if origin in {"window", *names})
    return kinds, origins


def standings_text(found: Standings) -> str:
    """A board in words: what it counts, what it leaves out, the table, and what is provisional about it."""
    query, votes = found.query, found.counted
    where = f"robot {query.robot_id}" if query.robot_id else "all robots"
    counted = f"{', '.join(query.kinds)} battles; {', '.join(query.origins)}"
    lines = [f"Leaderboard, {where}: votes counted {votes} ({counted})"]
    if found.left_out:
        lines.append(f"Votes of other kinds, origins or filters, not counted: {found.left_out} (see --include).")
    if query.both_bad == "tie":
        lines.append("Both bad counts as a tie, as LM Arena counts it.")
    if query.weighed:
        lines.append("The evaluator policy weighs the votes; without --weighed all count alike.")
    header = ("rank", "model", "rating", "these", "general", "acceptable", "votes", "battles", "evaluators", "Elo")
    lines += ["", table(header, [_row(place) for place in found.places]), ""]
    lines += [*_reasons(found), "these, general: 95 % for these evaluators, and for evaluators in general."]
    return "\n".join([*lines, "Elo depends on the order of the votes; the rating does not."])


def comparison_text(found: Comparison) -> str:
    """A comparison in words."""
    told, pairing = found.verdict, found.pairing
    decided = {"first": f"{found.first} is better.", "second": f"{found.second} is better.", "open": "Not decided yet."}
    lines = [
        f"Is {found.first} better than {found.second} yet? {decided[told.decision]}",
        f"Votes against each other: won {pairing.wins}, lost {pairing.losses}, ties {pairing.ties}, both bad "
        f"{pairing.both_bad}.",
        f"Battles that told them apart: {told.wins + told.losses}, won {told.wins}.",
        f"Evidence {exp(min(told.evidence, _MOST)):.3g} : 1; {exp(told.threshold):.0f} : 1 decides.",
        f"{found.first} wins {told.chance.low:.0%} to {told.chance.high:.0%} of such battles, however often you look.",
    ]
    if found.lead is not None and found.lead_interval is not None:
        low, high = found.lead_interval.low, found.lead_interval.high
        lines.append(f"Lead: {found.lead:+.0f} points, {low:+.0f} to {high:+.0f} (95 %, these evaluators).")
    if found.battles_needed:
        lines.append(f"About {found.battles_needed} more battles would separate them.")
    one, other = found.acceptable
    lines.append(f"Acceptable: {one.rate:.0%} of {one.of} votes, {other.rate:.0%} of {other.of}.")
    made = found.registration
    promise = (
        f"Registered on {made.created_at[:10]}, at most {made.maximum_battles} battles." if made else "Not registered."
    )
    promise += f" Pairs watched at once: {found.pairs}" + ("." if made else ", all of this board.")
    return "\n".join([*lines, promise])


def told(found: Standings) -> Told:
    """A board as --json prints it."""
    return Told(
        kinds=found.query.kinds,
        origins=found.query.origins,
        counted=found.counted,
        not_counted=found.left_out,
        provisional=any(place.rating is None or place.rating.flags for place in found.places),
        board=exported(found, {}),
        checks=found.checks,
        judging=found.judging,
        agreement=found.agreement,
    )


def _row(place: Place) -> tuple[Any, ...]:
    rating, record = place.rating, place.record
    counts = (record.votes, record.battles, record.evaluators, f"{place.elo:.0f}")
    acceptable = f"{record.acceptable.rate:.0%}"
    if rating is None:
        return ("-", place.model_id, "-", "-", "-", acceptable, *counts)
    ranks = f"{rating.rank_low}-{rating.rank_high}" if rating.rank_low != rating.rank_high else str(rating.rank)
    ends = (_ends(rating.these), _ends(rating.general))
    mark = "*" if rating.flags else ""
    return (ranks + mark, place.model_id, f"{rating.rating:.0f}", *ends, acceptable, *counts)


def _ends(interval: Interval | None) -> str:
    return "-" if interval is None else f"{interval.low:.0f}..{interval.high:.0f}"


def _reasons(found: Standings) -> list[str]:
    flags = {flag for place in found.places if place.rating for flag in place.rating.flags}
    told = ", ".join(sorted(flag.replace("_", " ") for flag in flags))
    return [f"* provisional: {told}."] if flags else []


def _checks(found: Standings, people: Sequence[Evaluator]) -> list[str]:
    """How each evaluator did on hidden checks, in words."""
    names = {person.evaluator_id: person.name for person in people}
    return [
        f"Hidden checks of {names.get(each.evaluator_id, each.evaluator_id)}: "
        f"one model twice, called alike {each.alike.count} of {each.alike.of} times; "
        f"own pairs again with sides exchanged, judged as before {each.repeats.count} of {each.repeats.of}; "
        f"an idle arm not preferred {each.no_op.count} of {each.no_op.of}."
        for each in found.checks
    ]


def _day(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").astimezone()
    except ValueError as error:
        raise BadInput(f"'{text[:40]}' is not a day.", hint="Write it as 2026-11-22.") from error
