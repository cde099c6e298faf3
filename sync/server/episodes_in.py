"""Episodes as they arrive: checked, kept in MongoDB, then noted in PostgreSQL; a crash between is repaired later.

They are checked in small groups on their threads, and written in a few parts: while MongoDB writes one, others are
checked.
"""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import partial
from math import ceil
from typing import NamedTuple

from scenes.codec import digest
from scenes.episode import Episode
from scenes.errors import BadInput
from scenes.failpoints import reach
from sync.api import EpisodesStored, EpisodeUpload, Refusal
from sync.server import pointers
from sync.server.centre import Centre
from sync.server.documents import Document, document_of, fits
from sync.server.plausible import outlined_episodes

_GROUP_BYTES = (
    5 * 2**18
)  # about so many are checked together: fewer, and threads wait for each other more than they work
_PARTS = 3  # at most: each waits for MongoDB's journal
UNASKED = "No turn that arrived here needs it: the operations come first."
Checked = tuple[list[Document], list[Refusal]]


class Arriving(NamedTuple):
    """Episodes that are being checked; nothing is written yet."""

    names: list[str]
    parts: Sequence[Sequence[Future[Checked]]]  # of groups
    told: Future[tuple[set[str], set[str], dict[str, pointers.Told]]]  # stored already, expected, what each is used for
    unasked: bool


def begin(centre: Centre, uploads: tuple[EpisodeUpload, ...], *, unasked: bool = False) -> Arriving:
    """Begin to check episodes, and to read what is known of them; `unasked`: also of those that no turn needs yet."""
    names = [each.episode_id for each in uploads]
    told = asyncio.ensure_future(centre.rows(lambda c: pointers.told_of(c, names)))  # first: it waits for a database
    groups = [asyncio.ensure_future(_begun(centre, group)) for group in _groups(uploads)]
    many = ceil(len(groups) / _PARTS)
    parts = [groups[start : start + many] for start in range(0, len(groups), max(many, 1))]
    told.add_done_callback(lambda found: found.cancelled() or found.exception())  # where nobody waits for it any more
    return Arriving(names, parts, told, unasked)


async def _begun(centre: Centre, group: Sequence[EpisodeUpload]) -> Checked:
    return await asyncio.wrap_future(centre.check(partial(_checked, group)))


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
    checking: Sequence[Future[Checked]],
    known: Set[str],
    wanted: Set[str],
    uses: Mapping[str, pointers.Told],
) -> tuple[set[str], list[Refusal]]:
    """What became of one part of a request; whoever is known already needs nothing."""
    groups = [await group for group in checking]
    refused = [each for _, refusals in groups for each in refusals]
    fresh = [document for documents, _ in groups for document in documents if document["_id"] not in known]
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


def _groups(uploads: Sequence[EpisodeUpload]) -> Iterator[list[EpisodeUpload]]:
    """In their order, and about equally large."""
    total = sum(len(each.content) for each in uploads)
    most = max(total / max(ceil(total / _GROUP_BYTES), 1), 1)
    group, size = list[EpisodeUpload](), 0
    for each in uploads:
        group.append(each)
        size += len(each.content)
        if size >= most:
            yield group
            group, size = [], 0
    if group:
        yield group


def _checked(uploads: Sequence[EpisodeUpload]) -> Checked:
    """The documents of those that are episodes, and why the others are none."""
    documents: dict[str, Document] = {}
    refused: list[Refusal] = []
    for each, episode in zip(uploads, outlined_episodes([each.content for each in uploads]), strict=True):
        try:
            documents[each.episode_id] = _document(each, episode)
        except BadInput as error:
            refused.append(Refusal(each.episode_id, error.message))
    return list(documents.values()), refused


def _document(upload: EpisodeUpload, episode: Episode | BadInput) -> Document:
    if digest(upload.content) != upload.episode_id:
        raise BadInput("Its bytes do not have this SHA-256.")
    if not fits(upload.content):
        raise BadInput("It is too large to be kept.")
    if isinstance(episode, BadInput):
        raise episode
    return document_of(upload.episode_id, upload.content, episode)
