"""Episodes as they are kept and read: rows here, bytes in the content folder."""

from __future__ import annotations

from scenes.database import Database
from scenes.episode import Episode, read_episode
from scenes.errors import BadInput, NotFound, RuleBroken, StoreDamaged
from sync.content import ContentFolder
from sync.records import now

FAIR_ENDS = frozenset({"success", "max_steps"})  # any other termination is a technical failure


def note(database: Database, name: str, episode: Episode, size_bytes: int) -> None:
    """Note an episode; one that was played before, to the last bit, is there already."""
    if database.rows("SELECT 1 FROM episode WHERE episode_id = ?", [name]):
        return
    database.insert(
        "episode",
        episode_id=name,
        robot_id=episode.trajectory.robot_id,
        scene_id=episode.trajectory.scene_id,
        bundle_digest=episode.trajectory.bundle_digest,
        instruction=episode.instruction,
        task_id=episode.task_id,
        size_bytes=size_bytes,
        created_at=now(),
    )


def content(database: Database, files: ContentFolder, episode_id: str) -> bytes:
    """An episode's bytes as they were kept.

    Raises:
        NotFound: there is no such episode, or its file is missing.
        StoreDamaged: its bytes are not those that were kept.
    """
    if not database.rows("SELECT 1 FROM episode WHERE episode_id = ?", [episode_id]):
        raise NotFound(f"There is no episode '{episode_id[:80]}'.")
    return files.read(episode_id)


def find(database: Database, files: ContentFolder, episode_id: str) -> Episode:
    """The same, decoded."""
    try:
        return read_episode(content(database, files, episode_id))
    except NotFound:
        raise
    except BadInput as error:
        raise StoreDamaged("A kept episode is not readable by this version.", detail=error.detail) from error


def is_hidden(database: Database, episode_id: str) -> bool:
    """Whether an episode belongs to a battle whose models are still to be revealed."""
    return bool(
        database.rows(
            """SELECT 1 FROM turn JOIN battle USING (battle_id) WHERE ? IN (left_episode_id, right_episode_id)
            AND left_model_id IS NULL AND kind <> 'chosen' AND status <> 'abandoned'""",
            [episode_id],
        )
    )


def check_end(episode: Episode) -> None:
    """RuleBroken if a technical failure ended the play: it is never kept."""
    if episode.termination not in FAIR_ENDS:
        raise RuleBroken("A technical failure ended a play.", hint="Play it again; a turn is voided first.")
