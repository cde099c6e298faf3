"""Episodes as they arrive: checked, kept in MongoDB, then noted in PostgreSQL; a crash between is repaired later.

The episodes of a request go in parts: while MongoDB writes one, others are checked on their threads.
"""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import partial
from math import ceil
from typing import NamedTuple

from scenes.codec import digest
from scenes.errors import BadInput
from scenes.failpoints import reach
from sync.api import EpisodesStored, EpisodeUpload, Refusal
from sync.server import pointers
from sync.server.centre import Centre
from sync.server.documents import Document, document_of, fits
from sync.server.plausible import outlined_episode

_PART_BYTES = 4 * 2**20  # at most about so many: each part waits for MongoDB's journal, and threads for each other
UNASKED = "No turn that arrived here needs it: the operations come first."
Checked = tuple[list[Document], list[Refusal]]


class Arriving(NamedTuple):
    """Episodes that are being checked; nothing is written yet."""

    names: list[str]
    parts: Sequence[Future[Checked]]
    told: Future[tuple[set[str], set[str], dict[str, pointers.Told]]]  # stored already, expected, what each is used for
    unasked: bool


def begin(centre: Centre, uploads: tuple[EpisodeUpload, ...], *, unasked: bool = False) -> Arriving:
    """Begin to check episodes, and to read what is known of them; `unasked`: also of those that no turn needs yet."""
    names = [each.episode_id for each in uploads]
    told = asyncio.ensure_future(centre.rows(lambda c: pointers.told_of(c, names)))  # first: it waits for a database
    parts = [asyncio.ensure_future(_begun(centre, part)) for part in _parts(uploads)]
    told.add_done_callback(lambda found: found.cancelled() or found.exception())  # where nobody waits for it any more
    return Arriving(names, parts, told, unasked)


async def _begun(centre: Centre, part: Sequence[EpisodeUpload]) -> Checked:
    return await asyncio.wrap_future(centre.check(partial(_checked, part)))


async def keep(centre: Centre, arriving: Arriving) -> EpisodesStored:
    """Keep episodes; those that are kept already are success without being written again.

    Raises:
        DatabaseAway: one of the databases does not answer; sending them again is harmless.
    """
    known, expected, uses = await arriving.told
    wanted = set(arriving.names) if arriving.unasked else expected
    reach("episodes.before_mongo")
    parts = (_kept(centre, part, known, wanted, uses) for part in arriving.parts)
    stored, refused = _all_of(await asyncio.gather(*parts, return_exceptions=True))
    reach("episodes.after_mongo_before_pg")
    kept = known | stored
    if kept:  # whoever asked for one that was just being stored asks no more
        await centre.rows(lambda c: pointers.mark_stored(c, kept))
        reach("episodes.after_pg")
    centre.metrics.episodes.labels("stored").inc(len(stored))
    centre.metrics.episodes.labels("refused").inc(len(refused))
    told = tuple(dict.fromkeys(name for name in arriving.names if name in kept))
    return EpisodesStored(stored=told, refused=tuple(refused))


async def _kept(
    centre: Centre,
    checking: Future[Checked],
    known: Set[str],
    wanted: Set[str],
    uses: Mapping[str, pointers.Told],
) -> tuple[set[str], list[Refusal]]:
    """What became of one part of a request; whoever is known already needs nothing."""
    documents, refused = await checking
    fresh = [document for document in documents if document["_id"] not in known]
    new = [document for document in fresh if document["_id"] in wanted]
    refused += [Refusal(document["_id"], UNASKED) for document in fresh if document["_id"] not in wanted]
    for document in new:
        document["uses"], document["runs"] = uses[document["_id"]]
    if new:
        await centre.documents.keep(new)
    return {document["_id"] for document in new}, [each for each in refused if each.episode_id not in known]


def _all_of(outcomes: Sequence[tuple[set[str], list[Refusal]] | BaseException]) -> tuple[set[str], list[Refusal]]:
    """What became of all parts; each of them has ended."""
    stored, refused = set[str](), list[Refusal]()
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
        stored |= outcome[0]
        refused += outcome[1]
    return stored, refused


def _parts(uploads: Sequence[EpisodeUpload]) -> Iterator[list[EpisodeUpload]]:
    """In their order, and about equally large."""
    total = sum(len(each.content) for each in uploads)
    most = max(total / max(ceil(total / _PART_BYTES), 1), 1)
    part, size = list[EpisodeUpload](), 0
    for each in uploads:
        part.append(each)
        size += len(each.content)
        if size >= most:
            yield part
            part, size = [], 0
    if part:
        yield part


def _checked(uploads: Sequence[EpisodeUpload]) -> Checked:
    """The documents of those that are episodes, and why the others are none."""
    documents: dict[str, Document] = {}
    refused: list[Refusal] = []
    for each in uploads:
        try:
            documents[each.episode_id] = _document(each)
        except BadInput as error:
            refused.append(Refusal(each.episode_id, error.message))
    return list(documents.values()), refused


def _document(upload: EpisodeUpload) -> Document:
    if digest(upload.content) != upload.episode_id:
        raise BadInput("Its bytes do not have this SHA-256.")
    if not fits(upload.content):
        raise BadInput("It is too large to be kept.")
    return document_of(upload.episode_id, upload.content, outlined_episode(upload.content))
