"""Turns: one instruction carried out by both sides, kept only when both plays are whole and comparable."""

from __future__ import annotations

import msgspec

from scenes.codec import digest
from scenes.database import Database
from scenes.episode import Episode, Played, read_episode
from scenes.errors import BadInput, NotFound, RuleBroken
from sync import battles, episodes, outbox, sessions
from sync.blindness import receive_run, seal_details, seal_run
from sync.content import ContentFolder
from sync.records import MAX_TURNS, NewTurn, Session, Turn, now


def listed(database: Database, battle_id: str) -> list[Turn]:
    """A battle's turns in their order."""
    return database.read(Turn, "SELECT * FROM turn WHERE battle_id = ? ORDER BY seq", [battle_id])


def find(database: Database, turn_id: str) -> Turn:
    """The turn of this id.

    Raises:
        NotFound: there is none.
    """
    found = database.read(Turn, "SELECT * FROM turn WHERE turn_id = ?", [turn_id])
    if not found:
        raise NotFound(f"There is no turn '{turn_id[:80]}'.")
    return found[0]


def check_allowed(database: Database, battle_id: str) -> int:
    """The number the next turn would have.

    Raises:
        RuleBroken: the battle has a vote or has ended, or it has all its turns.
    """
    battles.find_ongoing(database, battle_id)
    seq = len(listed(database, battle_id)) + 1
    if seq > MAX_TURNS:
        raise RuleBroken(f"A battle has at most {MAX_TURNS} turns.", hint="Vote on this one.")
    return seq


def record(
    database: Database,
    key: bytes,
    files: ContentFolder,
    battle_id: str,
    new: NewTurn,
    plays: tuple[Played, Played],
) -> Turn:
    """Keep a turn that both sides completed: first its episodes, then its rows, in one transaction.

    The same turn handed in twice is kept once.

    Raises:
        BadInput: the plays are not episodes of this turn, or did not start alike.
        RuleBroken: the battle takes no more turns, or a side ended by a technical failure.
        DaemonError: a play's sealed record is about another model or episode.
        StoreError: the disk is full or damaged; nothing was changed.
    """
    known = database.read(Turn, "SELECT * FROM turn WHERE turn_id = ?", [new.turn_id])
    if known:
        return _same(known[0], battle_id, plays)
    seq = check_allowed(database, battle_id)
    left, right = _episodes(database, files, battle_id, new, plays)
    runs = _sealed_runs(database, key, battle_id, plays)
    names = files.keep(plays[0].episode), files.keep(plays[1].episode)
    with database.transaction():
        for name, episode, play in zip(names, (left, right), plays, strict=True):
            episodes.note(database, name, episode, len(play.episode))
        turn = _insert_turn(database, battle_id, seq, new, names)
        _insert_runs(database, turn, runs)
        sessions.touch(database, battles.find(database, battle_id).session_id)
        outbox.audit(database, "turn_recorded", battle_id, new.turn_id)
    return turn


def void(
    database: Database,
    key: bytes,
    battle_id: str,
    turn_id: str,
    reason: str,
    sealed_details: tuple[bytes, ...],
) -> None:
    """Note that a turn was played for nothing. `reason` names neither model nor side; details stay sealed.

    Raises:
        RuleBroken: the turn was recorded, or the battle takes no more turns.
    """
    check_allowed(database, battle_id)
    if any(turn.turn_id == turn_id for turn in listed(database, battle_id)):
        raise RuleBroken("A recorded turn cannot be voided.", hint="Skip the battle instead.")
    sealed = seal_details(key, battle_id, sealed_details) if sealed_details else None
    outbox.audit(database, "turn_voided", battle_id, f"{turn_id}: {reason}", sealed)


def _episodes(
    database: Database, files: ContentFolder, battle_id: str, new: NewTurn, plays: tuple[Played, Played]
) -> tuple[Episode, Episode]:
    """Both episodes, checked against their turn and each other."""
    _check(new)
    battle = battles.find(database, battle_id)
    session = sessions.find_session(database, battle.session_id)
    left, right = read_episode(plays[0].episode), read_episode(plays[1].episode)
    _check_comparable(new, session, left, right)
    if {left.seed, right.seed} != {battle.seed}:
        raise BadInput("An episode was played from another seed than its battle's.")
    _check_start(database, files, battle_id, new, left, right)
    return left, right


def _insert_turn(database: Database, battle_id: str, seq: int, new: NewTurn, names: tuple[str, str]) -> Turn:
    turn = Turn(
        turn_id=new.turn_id,
        battle_id=battle_id,
        seq=seq,
        instruction=new.instruction,
        task_id=new.task_id,
        start=new.start,
        left_episode_id=names[0],
        right_episode_id=names[1],
        created_at=now(),
    )
    database.insert("turn", **msgspec.structs.asdict(turn))
    return turn


def _insert_runs(database: Database, turn: Turn, runs: tuple[bytes, bytes]) -> None:
    names = (turn.left_episode_id, turn.right_episode_id)
    for side, name, sealed in zip(("left", "right"), names, runs, strict=True):
        database.insert(
            "run", turn_id=turn.turn_id, battle_id=turn.battle_id, side=side, episode_id=name, sealed=sealed
        )


def _sealed_runs(database: Database, key: bytes, battle_id: str, plays: tuple[Played, Played]) -> tuple[bytes, bytes]:
    """Both runs, checked against who was to play and what was played, as they rest until the vote."""
    sides = battles.sides(database, key, battle_id)
    left, right = (
        seal_run(key, battle_id, receive_run(key, battle_id, play.sealed_run, model_id, digest(play.episode)))
        for play, model_id in zip(plays, (sides.left_model_id, sides.right_model_id), strict=True)
    )
    return left, right


def _same(turn: Turn, battle_id: str, plays: tuple[Played, Played]) -> Turn:
    kept = (turn.battle_id, turn.left_episode_id, turn.right_episode_id)
    if kept != (battle_id, *(digest(play.episode) for play in plays)):
        raise RuleBroken(
            "This turn was recorded already, with other episodes or in another battle.",
            hint="Start a new turn.",
        )
    return turn


def _check(new: NewTurn) -> None:
    """Check every field again: a NewTurn made in this process was never decoded."""
    try:
        msgspec.convert(msgspec.to_builtins(new), NewTurn)
    except msgspec.ValidationError as error:
        raise BadInput(f"This turn cannot be kept: {error}.") from error


def _check_comparable(new: NewTurn, session: Session, left: Episode, right: Episode) -> None:
    """Both sides carried out this turn's instruction, here, alike, and to a fair end."""
    for episode in (left, right):
        made = (episode.instruction, episode.start, episode.trajectory.robot_id, episode.trajectory.scene_id)
        if made != (new.instruction, new.start, session.robot_id, session.scene_id):
            raise BadInput("An episode is of another instruction, start, robot or scene than its turn.")
        episodes.check_end(episode)
    if (left.seed, left.max_steps, left.trajectory.bundle_digest) != (
        right.seed,
        right.max_steps,
        right.trajectory.bundle_digest,
    ):
        raise BadInput("The two sides were not played under the same conditions.")


def _check_start(
    database: Database, files: ContentFolder, battle_id: str, new: NewTurn, left: Episode, right: Episode
) -> None:
    """After a reset both sides start alike; otherwise each starts from exactly its own last state."""
    if new.start == "reset":
        if left.start_digest != right.start_digest:
            raise BadInput("The two sides did not start from the same state.")
        return
    earlier = listed(database, battle_id)
    if not earlier:
        raise BadInput("The first turn has nothing to continue from.", hint="Start it from a reset.")
    names = (earlier[-1].left_episode_id, earlier[-1].right_episode_id)
    for name, episode in zip(names, (left, right), strict=True):
        if read_episode(files.read(name)).trajectory.state(-1).digest != episode.start_digest:
            raise BadInput("A side did not continue from its own last state.")
