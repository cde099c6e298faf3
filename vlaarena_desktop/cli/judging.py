"""How every evaluator judged, as `vlaarena leaderboard --evaluators` tells it."""

from __future__ import annotations

from collections.abc import Iterable

from sync.ratings.agreement import Agreement
from sync.ratings.intervals import Share
from sync.records import Evaluator
from vlaarena_desktop.cli.reports import table
from vlaarena_desktop.quality import Judging
from vlaarena_desktop.standing import Standings

_HEADER = ("evaluator", "votes", "weight", "left", "others", "seconds", "alike", "of it left", "repeats", "idle arm")
_NOTE = (
    "left: how often the left side was preferred where one was. others: standard deviations by which the board "
    "without her expects her votes more (+) or less (-) than most. seconds: from the first sight of a battle to the "
    "vote, median. Hidden checks: one model twice called alike, and how often the left of it was preferred; own pairs "
    "judged as before with the sides exchanged; an arm that does nothing not preferred."
)


def evaluators_text(found: Standings, people: Iterable[Evaluator]) -> list[str]:
    """A table of all evaluators with votes on a board, what its columns say, and how far they agree; of a fetched one
    the agreement alone."""
    names = {person.evaluator_id: person.name for person in people}
    rows = [_row(each, names.get(each.evaluator_id, each.evaluator_id)) for each in found.judging]
    agreed = [agreement_text(found.agreement)] if found.agreement is not None else []
    if rows:
        return ["", table(_HEADER, rows), _NOTE, *agreed]
    return agreed or ["No evaluator has votes on this board."]


def agreement_text(found: Agreement) -> str:
    """Krippendorff's alpha in words."""
    if found.alpha is None:
        return "Agreement: no two evaluators judged the same pair at the same task."
    ends = f", {found.interval.low:.2f} to {found.interval.high:.2f} (95 %)" if found.interval is not None else ""
    return (
        f"Agreement of evaluators on the same pair at the same task: alpha {found.alpha:.2f}{ends}, of {found.units} "
        "such pairs. They never saw the same motions, so what these differ by counts as disagreement."
    )


def _row(each: Judging, name: str) -> tuple[object, ...]:
    wait = "-" if each.seconds_before_vote is None else f"{each.seconds_before_vote:.0f}"
    done = each.checks
    known = ("-",) * 4 if done is None else tuple(map(_of, (done.alike, done.alike_left, done.repeats, done.no_op)))
    return name, each.votes, f"{each.weight:.2f}", _of(each.left), f"{each.likelihood:+.1f}", wait, *known


def _of(share: Share) -> str:
    return f"{share.count}/{share.of}" if share.of else "-"
