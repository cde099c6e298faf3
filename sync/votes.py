"""Votes: one per battle and evaluator, durable once acknowledged, taken back only by a new revision."""

from __future__ import annotations

import msgspec

from scenes.database import Database
from scenes.errors import BadInput, RuleBroken
from scenes.failpoints import reach
from sync import battles, outbox, sessions, turns
from sync.records import Ballot, Battle, BattleKind, Judgement, Origin, Session, Turn, Vote, Watched, new_id, now
from sync.rows import columns_of_vote, vote_of

# of each battle: its place among those that closed, which no clock can change
CLOSINGS = """LEFT JOIN (SELECT battle_id, audit_id AS closed FROM audit WHERE action = 'battle_closed')
    USING (battle_id)"""


def cast(database: Database, battle_id: str, ballot: Ballot) -> Vote:
    """Keep a vote. When this returns it is on the disk; its operation waits until the battle closes.

    Raises:
        RuleBroken: there is no completed turn, or there is a vote already, or the battle has ended, or another
            evaluator began it.
        BadInput: a value of the ballot is out of range.
    """
    _check(ballot)
    battle = battles.find_ongoing(database, battle_id)
    played = turns.listed(database, battle_id)
    if not played:
        raise RuleBroken("A vote needs a completed turn.", hint="Let both sides carry out an instruction first.")
    session = sessions.find_session(database, battle.session_id)
    sessions.check_seated(database, session)
    vote = _next_revision(database, _vote(session, battle, ballot, _task(played)))
    with database.transaction():
        _append(database, vote)
        battles.set_status(database, battle_id, "voted")
        outbox.audit(database, "vote_cast", battle_id, f"{vote.vote_id} revision {vote.rev}")
    return vote


def undo(database: Database, battle_id: str) -> None:
    """Take the vote back, as a new revision, and let the battle go on.

    Raises:
        RuleBroken: there is no vote, or the battle is closed.
    """
    vote = live(database, battle_id)
    if vote is None:
        raise RuleBroken("There is no vote to undo.")
    if battles.find(database, battle_id).left_model_id is not None:
        raise RuleBroken("This battle is closed and its models are known.", hint="Its vote stands.")
    with database.transaction():
        _withdraw(database, vote)
        battles.set_status(database, battle_id, "ongoing")


def retract(database: Database, battle_id: str) -> None:
    """Take a vote back after the reveal: it counts no more, the battle stays closed, and nobody votes on it again.

    Raises:
        NotFound: there is no such battle.
        RuleBroken: the battle is open, or has no vote, or it is another evaluator's.
    """
    if battles.find(database, battle_id).left_model_id is None:
        raise RuleBroken("This battle is open.", hint="A vote before the reveal is undone, not retracted.")
    vote = live(database, battle_id)
    if vote is None:
        raise RuleBroken("There is no vote to retract.")
    if vote.evaluator_id != sessions.evaluator(database).evaluator_id:
        raise RuleBroken("This vote is another evaluator's.", hint="Nobody votes, or retracts, in another's name.")
    reach("retract.before_tx")
    with database.transaction():
        _withdraw(database, vote)
        outbox.release(database, battle_id)
        reach("retract.in_tx")
    reach("retract.after_tx")


def live(database: Database, battle_id: str) -> Vote | None:
    """The battle's vote that counts, if there is one."""
    rows = database.rows("SELECT * FROM live_vote WHERE battle_id = ?", [battle_id])
    return vote_of(rows[0]) if rows else None


def _withdraw(database: Database, vote: Vote) -> None:
    """A new revision that takes the vote back, within a transaction."""
    taken_back = msgspec.structs.replace(vote, rev=vote.rev + 1, withdrawn=True, voted_at=now())
    _append(database, taken_back)
    outbox.audit(database, "vote_withdrawn", vote.battle_id, f"{vote.vote_id} revision {taken_back.rev}")


def counting(
    database: Database, robot_id: str | None, kinds: tuple[BattleKind, ...], origins: tuple[Origin, ...]
) -> list[Vote]:
    """The live votes of closed battles of these kinds and origins, in the order in which the battles closed."""
    rows = database.rows(
        f"""SELECT live_vote.* FROM live_vote JOIN battle USING (battle_id) {CLOSINGS}
        WHERE live_vote.left_model_id IS NOT NULL AND (?1 IS NULL OR robot_id = ?1)
        AND live_vote.kind IN ({_listed(kinds)}) AND live_vote.origin IN ({_listed(origins)})
        ORDER BY closed, battle.position""",
        [robot_id],
    )
    return [vote_of(row) for row in rows]


def judgements(database: Database, robot_id: str | None, *, unrated: bool) -> list[Judgement]:
    """What boards are made of, in no order: live rated votes of the window, or of every kind but checks and origin."""
    return database.read(
        Judgement,
        """SELECT vote_id, left_model_id, right_model_id, vote, voted_at FROM live_vote
        WHERE left_model_id IS NOT NULL AND (?1 IS NULL OR robot_id = ?1)
        AND (?2 AND kind <> 'check' OR kind = 'rated' AND origin = 'window')""",
        [robot_id, unrated],
    )


def count_unrated(database: Database, robot_id: str | None) -> int:
    """How many live votes of closed battles are not rated, or not of the window."""
    (row,) = database.rows(
        """SELECT count(*) AS votes FROM live_vote WHERE left_model_id IS NOT NULL AND (?1 IS NULL OR robot_id = ?1)
        AND NOT (kind = 'rated' AND origin = 'window')""",
        [robot_id],
    )
    return int(row["votes"])


def last_change(database: Database) -> int:
    """A number that grows whenever other votes count than before: a battle closed, or a vote was retracted."""
    rows = database.rows(
        "SELECT audit_id FROM audit WHERE action IN ('battle_closed', 'vote_withdrawn') ORDER BY audit_id DESC LIMIT 1"
    )
    return int(rows[0]["audit_id"]) if rows else 0


def _task(played: list[Turn]) -> str | None:
    """The task of all turns, if they have one in common."""
    tasks = {turn.task_id for turn in played}
    return tasks.pop() if len(tasks) == 1 else None


def _vote(session: Session, battle: Battle, ballot: Ballot, task_id: str | None) -> Vote:
    return Vote(
        vote_id=new_id(),
        rev=1,
        battle_id=battle.battle_id,
        evaluator_id=session.evaluator_id,
        session_id=session.session_id,
        robot_id=session.robot_id,
        scene_id=session.scene_id,
        left_model_id=None,
        right_model_id=None,
        task_id=task_id,
        vote=ballot.vote,
        withdrawn=False,
        origin=ballot.origin,
        kind=battle.kind,
        comment=ballot.comment,
        tags=ballot.tags,
        left_progress=ballot.left_progress,
        right_progress=ballot.right_progress,
        watched=ballot.watched,
        opened_at=ballot.opened_at or battle.created_at,
        voted_at=now(),
    )


def _next_revision(database: Database, vote: Vote) -> Vote:
    """The same vote; if its evaluator voted on this battle before, as the next revision of that vote."""
    earlier = database.rows(
        "SELECT vote_id, max(rev) AS rev FROM vote WHERE battle_id = ? AND evaluator_id = ? GROUP BY vote_id",
        [vote.battle_id, vote.evaluator_id],
    )
    if not earlier:
        return vote
    return msgspec.structs.replace(vote, vote_id=earlier[0]["vote_id"], rev=earlier[0]["rev"] + 1)


def _append(database: Database, vote: Vote) -> None:
    database.insert("vote", **columns_of_vote(vote))
    outbox.hold(database, "vote", vote.vote_id, vote.rev)


def _listed(words: tuple[str, ...]) -> str:
    """Words of a closed enumeration as an SQL list."""
    return ", ".join(f"'{word}'" for word in words)


def _check(ballot: Ballot) -> None:
    """Check every field again: a Ballot made in this process was never decoded."""
    try:
        msgspec.convert(msgspec.to_builtins(ballot), Ballot)
    except msgspec.ValidationError as error:
        raise BadInput(f"This ballot cannot be kept: {error}.") from error
    watched: Watched = ballot.watched
    fractions = (watched.left_coverage, watched.right_coverage)
    if not all(0 <= fraction <= 1 for fraction in fractions) or not 0 <= watched.dwell_seconds < float("inf"):
        raise BadInput("Coverage lies between 0 and 1, and a dwell time is not negative.")
