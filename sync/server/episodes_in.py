"""Episodes as they arrive: checked, kept in MongoDB, then noted in PostgreSQL; a crash between is repaired later."""

from __future__ import annotations

from scenes.codec import digest
from scenes.episode import read_episode
from scenes.errors import BadInput
from scenes.failpoints import reach
from sync.api import EpisodesStored, EpisodeUpload, Refusal
from sync.server import pointers
from sync.server.centre import Centre
from sync.server.documents import Document, document_of, fits


async def keep(centre: Centre, uploads: tuple[EpisodeUpload, ...]) -> EpisodesStored:
    """Keep episodes; those that are kept already are success without being written again.

    Raises:
        DatabaseAway: one of the databases does not answer; sending them again is harmless.
    """
    names = [each.episode_id for each in uploads]
    known, uses = await centre.rows(lambda c: (pointers.stored_among(c, names), pointers.uses_of(c, names)))
    documents, refused = await centre.beside(lambda: _checked(uploads, known, uses))
    reach("episodes.before_mongo")
    if documents:
        await centre.documents.keep(documents)
    reach("episodes.after_mongo_before_pg")
    stored = [document["_id"] for document in documents]
    if stored:
        await centre.rows(lambda c: pointers.mark_stored(c, stored))
        reach("episodes.after_pg")
    centre.metrics.episodes.labels("stored").inc(len(stored))
    centre.metrics.episodes.labels("refused").inc(len(refused))
    kept = known | set(stored)
    return EpisodesStored(stored=tuple(dict.fromkeys(name for name in names if name in kept)), refused=tuple(refused))


def _checked(
    uploads: tuple[EpisodeUpload, ...], known: set[str], uses: dict[str, pointers.Told]
) -> tuple[list[Document], list[Refusal]]:
    documents: dict[str, Document] = {}
    refused: list[Refusal] = []
    for each in uploads:
        if each.episode_id in known:
            continue
        try:
            used, made = uses[each.episode_id]
            documents[each.episode_id] = _document(each) | {"uses": used, "runs": made}
        except BadInput as error:
            refused.append(Refusal(each.episode_id, error.message))
    return list(documents.values()), refused


def _document(upload: EpisodeUpload) -> Document:
    if digest(upload.content) != upload.episode_id:
        raise BadInput("Its bytes do not have this SHA-256.")
    if not fits(upload.content):
        raise BadInput("It is too large to be kept.")
    return document_of(upload.episode_id, upload.content, read_episode(upload.content))
