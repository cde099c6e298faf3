"""Branches: unrated side experiments that start from one state of a closed battle."""

from __future__ import annotations

import msgspec

from scenes.codec import digest
from scenes.database import Database
from scenes.episode import Episode, Played, Run, read_episode
from scenes.errors import BadInput, NotFound, RuleBroken
from sync import battles, episodes, outbox, sessions, turns
from sync.blindness import receive_run
from sync.content import ContentFolder
from sync.notes import check_frame
from sync.records import Branch, NewBranch, Turn, now
from sync.rows import columns_of_run, run_of


def record(database: Database, key: bytes, files: ContentFolder, new: NewBranch, played: Played) -> Branch:
    """Keep a side experiment with its episode and its run in clear; handed in twice it is kept once.

    Raises:
        NotFound: there is no such turn.
        RuleBroken: its battle is not closed, or a technical failure ended the play.
        BadInput: the play is no episode of this instruction and start state.
        DaemonError: the play's sealed record is about another model or episode.
        StoreError: the disk is full or damaged; nothing was changed.
    """
    known = database.read(Branch, "SELECT * FROM branch WHERE branch_id = ?", [new.branch_id])
    if known:
        return _same(known[0], new, played)
    turn = turns.find(database, new.turn_id)
    battles.check_closed(database, turn.battle_id)
    episode = _episode(database, files, turn, new, played)
    run = receive_run(key, turn.battle_id, played.sealed_run, new.model_id, digest(played.episode))
    name = files.keep(played.episode)
    branch = _branch(database, turn, new, name)
    with database.transaction():
        episodes.note(database, name, episode, len(played.episode))
        database.insert("branch", **msgspec.structs.asdict(branch))
        database.insert("branch_run", branch_id=branch.branch_id, **columns_of_run(run))
        outbox.audit(database, "branch_recorded", turn.battle_id, branch.branch_id)
        outbox.release_later(database, "branch", branch.branch_id, branch.evaluator_id)
    return branch


def listed(database: Database, battle_id: str) -> list[Branch]:
    """A battle's side experiments in the order they were made."""
    return database.read(Branch, "SELECT * FROM branch WHERE battle_id = ? ORDER BY position", [battle_id])


def run(database: Database, branch_id: str) -> Run:
    """Who made a side experiment's episode, and how long it took; NotFound if there is no such branch."""
    rows = database.rows("SELECT * FROM branch_run WHERE branch_id = ?", [branch_id])
    if not rows:
        raise NotFound(f"There is no branch '{branch_id[:80]}'.")
    return run_of(rows[0])


def _episode(database: Database, files: ContentFolder, turn: Turn, new: NewBranch, played: Played) -> Episode:
    """What was played, checked against what was to be played."""
    _check(new)
    check_frame(database, files, turn, new.side, new.step)
    name = turn.left_episode_id if new.side == "left" else turn.right_episode_id
    whole = episodes.find(database, files, name)
    origin, start = whole.trajectory, _start(whole, new.step)
    episode = read_episode(played.episode)
    place = (origin.robot_id, origin.scene_id, origin.bundle_digest)
    trajectory = episode.trajectory
    if (trajectory.robot_id, trajectory.scene_id, trajectory.bundle_digest) != place:
        raise BadInput("The experiment was played on another robot or scene than its battle.")
    if episode.instruction != new.instruction:
        raise BadInput("The experiment was played with another instruction.")
    if (episode.start, episode.start_digest) != start:
        raise BadInput("The experiment did not start from the state it branches from.")
    episodes.check_end(episode)
    return episode


def _start(origin: Episode, step: int) -> tuple[str, str]:
    """How a branch must start: at step 0 as the episode itself did, later from the moment of the step."""
    return (origin.start, origin.start_digest) if step == 0 else ("continue", origin.trajectory.moment(step).digest)


def _branch(database: Database, turn: Turn, new: NewBranch, episode_id: str) -> Branch:
    return Branch(
        **msgspec.structs.asdict(new),
        battle_id=turn.battle_id,
        episode_id=episode_id,
        evaluator_id=sessions.evaluator(database).evaluator_id,
        created_at=now(),
    )


def _same(branch: Branch, new: NewBranch, played: Played) -> Branch:
    kept = {name: getattr(branch, name) for name in NewBranch.__struct_fields__}
    if (kept, branch.episode_id) != (msgspec.structs.asdict(new), digest(played.episode)):
        raise RuleBroken("This branch was recorded already, with another play.", hint="Start a new one.")
    return branch


def _check(new: NewBranch) -> None:
    """Check every field again: a NewBranch made in this process was never decoded."""
    try:
        msgspec.convert(msgspec.to_builtins(new), NewBranch)
    except msgspec.ValidationError as error:
        raise BadInput(f"This branch cannot be kept: {error}.") from error
