"""MongoDB: episodes as documents. Their exact bytes never change; what they are used for is added."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import bson
import pymongo
from pymongo import ASCENDING, DESCENDING, AsyncMongoClient, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.write_concern import WriteConcern

from scenes.episode import Episode
from scenes.errors import BadInput
from scenes.failpoints import reach
from sync.server.postgres import DatabaseAway

_AT_ONCE = 64  # documents of a backup
_MAX_DOCUMENT = 15 * 2**20  # [bytes] of an episode; MongoDB's own limit is 16 MiB
_INDEXES: tuple[tuple[str, list[tuple[str, int]]], ...] = (
    ("episode_of_a_side", [("uses.battle_id", ASCENDING), ("uses.side", ASCENDING)]),
    ("episode_of_a_turn", [("uses.turn_id", ASCENDING)]),
    ("episodes_of_a_session", [("uses.session_id", ASCENDING)]),
    ("runs_of_a_model", [("runs.model_id", ASCENDING), ("runs.created_at", DESCENDING)]),
    ("place", [("robot_id", ASCENDING), ("scene_id", ASCENDING), ("task_id", ASCENDING)]),
    ("bundle", [("bundle_digest", ASCENDING)]),
    ("what_happened", [("events.kind", ASCENDING), ("termination", ASCENDING)]),
)
Document = dict[str, Any]


class Documents:
    """The episodes' collection. `_id` is the episode's id, so it is unique by itself."""

    def __init__(self, url: str, database: str, patience_s: float = 5.0) -> None:
        """Nothing is asked of the server yet; BadInput if that is no address."""
        patience = int(patience_s * 1000)
        try:
            self._client: AsyncMongoClient[Document] = AsyncMongoClient(
                url, serverSelectionTimeoutMS=patience, connectTimeoutMS=patience, retryWrites=False
            )
        except (PyMongoError, ValueError) as error:
            raise BadInput(
                "mongo_url is not an address of MongoDB.", hint="mongodb://user:password@host", detail=str(error)
            ) from error
        durable = WriteConcern(w="majority", j=True, wtimeout=30_000)
        episodes: AsyncCollection[Document] = self._client[database].get_collection("episodes", write_concern=durable)
        self._episodes = episodes
        self._derived = episodes.with_options(write_concern=WriteConcern(w=1))  # what the rows tell again if it is lost

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def prepare(self) -> None:
        """Make the indexes that are missing."""
        try:
            for name, keys in _INDEXES:
                await self._episodes.create_index(keys, name=name)
        except PyMongoError as error:
            raise _away(error) from error

    async def ping(self) -> None:
        """DatabaseAway unless MongoDB answers."""
        try:
            await self._client.admin.command("ping")
        except PyMongoError as error:
            raise _away(error) from error

    async def keep(self, documents: list[Document]) -> None:
        """Insert documents; one that is there already is success. They are on the disk when this returns.

        Raises:
            DatabaseAway: MongoDB did not acknowledge all of them.
        """
        try:
            await self._episodes.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            found = error.details or {}
            if found.get("writeConcernErrors") or any(each["code"] != 11000 for each in found["writeErrors"]):
                raise _away(error) from error
        except PyMongoError as error:
            raise _away(error) from error

    async def present(self, names: Iterable[str]) -> set[str]:
        """Which of these episodes are kept."""
        try:
            cursor = self._episodes.find({"_id": {"$in": list(names)}}, {"_id": 1})
            return {document["_id"] async for document in cursor}
        except PyMongoError as error:
            raise _away(error) from error

    async def forget(self, names: Iterable[str]) -> None:
        """Keep these episodes no longer; DatabaseAway if MongoDB does not answer."""
        try:
            await self._episodes.delete_many({"_id": {"$in": list(names)}})
        except PyMongoError as error:
            raise _away(error) from error

    async def content(self, name: str) -> bytes | None:
        """An episode's exact bytes, or None."""
        try:
            found = await self._episodes.find_one({"_id": name}, {"content": 1})
        except PyMongoError as error:
            raise _away(error) from error
        return bytes(found["content"]) if found else None

    async def named_bundles(self, digests: Iterable[str]) -> set[str]:
        """Those of these bundles that an episode was played in."""
        try:
            return set(await self._episodes.distinct("bundle_digest", {"bundle_digest": {"$in": list(digests)}}))
        except PyMongoError as error:
            raise _away(error) from error

    async def tell_uses(self, uses: Mapping[str, tuple[list[Document], list[Document]]]) -> None:
        """Write, per episode, what it is used for and who made it."""
        changes: list[UpdateOne] = [
            UpdateOne({"_id": name}, {"$set": {"uses": used, "runs": made}}) for name, (used, made) in uses.items()
        ]
        if not changes:
            return
        try:
            await self._derived.bulk_write(changes, ordered=False)
        except PyMongoError as error:
            raise _away(error) from error

    async def is_empty(self) -> bool:
        """Whether there is no episode at all; DatabaseAway if MongoDB does not answer."""
        try:
            return await self._episodes.find_one({}, {"_id": 1}) is None
        except PyMongoError as error:
            raise _away(error) from error

    async def write_to(self, path: Path) -> int:
        """Every document into a file, one after the other as BSON, forced to the disk; how many.

        Raises:
            DatabaseAway: MongoDB does not answer.
            OSError: the disk is full.
        """
        count = 0
        with path.open("wb") as file:
            try:
                async for document in self._episodes.find({}).batch_size(_AT_ONCE):
                    file.write(bson.encode(document))
                    count += 1
            except PyMongoError as error:
                raise _away(error) from error
            file.flush()
            os.fsync(file.fileno())
        return count

    async def read_from(self, path: Path) -> None:
        """Keep every document of a file that `write_to` wrote; DatabaseAway if MongoDB does not take them."""
        await self.prepare()
        for batch in _batches(path):
            await self.keep(batch)
            reach("restore.in_documents")

    @property
    def collection(self) -> AsyncCollection[Document]:
        """The collection itself: for queries."""
        return self._episodes


def document_of(name: str, content: bytes, episode: Episode) -> Document:
    """An episode as a document: its bytes, and beside them what can be asked for."""
    trajectory = episode.trajectory
    return {
        "_id": name,
        "robot_id": trajectory.robot_id,
        "scene_id": trajectory.scene_id,
        "bundle_digest": trajectory.bundle_digest,
        "mujoco_version": trajectory.mujoco_version,
        "instruction": episode.instruction,
        "task_id": episode.task_id,
        "seed": str(episode.seed),  # may lie beyond 64 bits
        "policy_seed": str(episode.policy_seed),
        "start": episode.start,
        "start_digest": episode.start_digest,
        "max_steps": min(episode.max_steps, 2**31),
        "termination": episode.termination,
        "metrics": _metrics(episode),
        "events": [{"step": each.step, "kind": each.kind, "subject": each.subject} for each in episode.events[:1000]],
        "uses": [],
        "runs": [],
        "content": content,
    }


def _batches(path: Path) -> Iterator[list[Document]]:
    batch: list[Document] = []
    with path.open("rb") as file:
        for document in bson.decode_file_iter(file):
            batch.append(document)
            if len(batch) == _AT_ONCE:
                yield batch
                batch = []
    if batch:
        yield batch


def fits(content: bytes) -> bool:
    """Whether MongoDB can hold an episode of this size."""
    return len(content) <= _MAX_DOCUMENT


def _metrics(episode: Episode) -> Document:
    trajectory = episode.trajectory
    return {
        "steps": trajectory.steps,
        "duration_s": trajectory.duration,
        "control_hz": trajectory.control_hz,
        "succeeded": episode.succeeded,
        "events": len(episode.events),
        "action_size": int(episode.raw_actions.shape[-1]) if episode.raw_actions.ndim else 0,
    }


def _away(error: PyMongoError) -> DatabaseAway:
    if isinstance(error, pymongo.errors.OperationFailure) and not isinstance(error, BulkWriteError):
        return DatabaseAway("MongoDB refused it.", hint="Look into the service's log.", detail=str(error))
    return DatabaseAway("MongoDB does not answer.", hint="Try again in a moment.", detail=str(error))
