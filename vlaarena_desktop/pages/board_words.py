"""What a board says in words: why a rating is provisional, what a comparison has shown."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from sync.ratings.board import FEW_BATTLES, WIDE, Flag
from sync.ratings.trust import Reason

_tr = QCoreApplication.translate


def flag_text(flag: Flag) -> str:
    """Why a rating is provisional; a newer service may know reasons that this program does not."""
    known: dict[str, str] = {
        "few_battles": _tr("board", "fewer than {battles} battles told a preference").format(battles=FEW_BATTLES),
        "wide_interval": _tr("board", "its interval is wider than {points:.0f} points").format(points=WIDE),
        "not_connected": _tr("board", "no chain of preferences connects all models"),
        "robot_missing": _tr("board", "a robot is missing on which it never played"),
    }
    return known.get(flag, _tr("board", "the central service says so"))


def reason_text(reason: Reason) -> str:
    """Why an evaluator's votes count less under the policy."""
    return {
        "favours_a_model": _tr("board", "favours one model far beyond what the others see"),
        "unlike_everyone": _tr("board", "votes unlike everyone else"),
        "one_side_only": _tr("board", "prefers one side whatever stands there"),
        "very_many_votes": _tr("board", "cast many times more votes than most"),
        "prefers_nothing": _tr("board", "preferred an arm that does nothing"),
        "reverses_on_repeats": _tr("board", "judged own pairs the other way round when their sides were exchanged"),
    }[reason]


def method_text() -> str:
    """How the numbers come about, as rich text in plain words."""
    parts = (*_numbers(), *_doubts(), *_votes(), *_rest())
    return "".join(f"<p><b>{title}</b><br>{text}</p>" for title, text in parts)


def _numbers() -> tuple[tuple[str, str], ...]:
    rating = _tr(
        "board",
        "The rating that makes all votes together most likely (Bradley-Terry with ties after Davidson, drawn a little "
        "towards the middle). 1500 is the mean of the models shown, in which those with few battles count less; a "
        "lead of 120 points means about two wins for each loss. The order of the votes does not matter.",
    )
    whiskers = _tr(
        "board",
        "A 95 % interval. “These evaluators”: other battles, the same people. “Evaluators in general”: other people, "
        "too; it needs three of them and is never narrower. Ranks are those that 95 % of what the votes leave "
        "possible would give.",
    )
    better = _tr(
        "board",
        "Evidence that may be looked at after every battle and decides wrongly in 5 of 100 cases at most. Who looks "
        "around finds the most striking pair: without a promise each of them needs evidence enough for all pairs of "
        "the board. A promise names how many pairs are watched, and counts the battles after it alone.",
    )
    return (
        (_tr("board", "Rating"), rating),
        (_tr("board", "Whiskers"), whiskers),
        (_tr("board", "Is one better yet?"), better),
    )


def _doubts() -> tuple[tuple[str, str], ...]:
    provisional = _tr(
        "board",
        "A ring instead of a dot: too few battles, a wide interval, or no chain of preferences to the others. Such a "
        "model stands where the low end of its interval would stand, so that nobody leads by one lucky battle; the "
        "ratings of the others do not depend on it. Do not act on such a rank.",
    )
    robots = _tr(
        "board", "Over all robots a rating is the mean over the robots, every robot alike, however many votes it has."
    )
    return (_tr("board", "Provisional"), provisional), (_tr("board", "Several robots"), robots)


def _votes() -> tuple[tuple[str, str], ...]:
    bad = _tr(
        "board",
        "It says nothing about which model is better, so it stays out of the rating and is told as the acceptable "
        "rate: votes that did not find both bad. On wish it counts as a tie, as LM Arena counts it.",
    )
    people = _tr(
        "board",
        "All votes count alike unless the policy is chosen that weighs evaluators who stand out. Nobody is dropped "
        "silently: both boards are always there, and the reasons are named below. Somebody who votes for one model "
        "alone moves the plain board by every vote; the policy needs at least ten votes to notice, and does not see "
        "a rigger who hides well.",
    )
    return (_tr("board", "Both bad"), bad), (_tr("board", "Evaluators"), people)


def _rest() -> tuple[tuple[str, str], ...]:
    left_out = _tr(
        "board",
        "Hidden checks, practice, named models and given seeds are never rated, nor are votes from the command line "
        "or simulated ones.",
    )
    elo = _tr("board", "For comparison only: it depends on the order in which the same votes were cast (K 32).")
    return (_tr("board", "Not counted"), left_out), (_tr("board", "Elo"), elo)
