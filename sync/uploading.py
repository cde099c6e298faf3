"""Sending the episodes that the service asks for: only those of closed battles, a few at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence

from msgspec import Struct

from scenes.errors import StoreDamaged
from scenes.failpoints import reach
from scenes.progress import Job, Progress
from sync import api, sending
from sync.api import Episodes, EpisodesStored, EpisodeUpload, Push, Pushed, Refusal
from sync.centre import Centre
from sync.connection import TooLarge
from sync.ledger import Ledger
from sync.patience import Portion

PORTION = 2  # episodes of one request: what a reply that is lost makes it send again
_FRAME_BYTES = 4096
_EACH_BYTES = 200


class Uploaded(Struct, frozen=True, kw_only=True):
    """What became of the episodes that were asked for."""

    stored: int = 0
    refused: tuple[Refusal, ...] = ()  # by the service
    missing: tuple[str, ...] = ()  # their files are gone or damaged here

    def after(self, earlier: Uploaded) -> Uploaded:
        """Both together."""
        return Uploaded(stored=earlier.stored + self.stored, refused=self.refused, missing=self.missing)


def send_episodes(centre: Centre) -> Job[Uploaded]:
    """Send what the service still lacks of this log's episodes, until it asks for nothing that can be sent.

    Raises:
        SyncError: the service cannot be reached or refuses.
    """
    stored, refused, missing = 0, list[Refusal](), list[str]()
    tried, portion = set[str](), Portion(PORTION, PORTION)
    for store_id, _ in centre.ledger.do(sending.stores):
        while wanted := [name for name in (yield from _wanted(centre, store_id)) if name not in tried]:
            while wanted:
                yield Progress(stored, stored + len(wanted), "Sending episodes")
                uploads, lacking, wanted = _gathered(centre.ledger, wanted, portion.size)
                missing += lacking
                tried.update(lacking)
                answer = yield from _sent(centre, uploads, portion)
                stored += len(answer.stored)
                refused += answer.refused
                tried.update(upload.episode_id for upload in uploads)
    return Uploaded(stored=stored, refused=tuple(refused), missing=tuple(missing))


def _wanted(centre: Centre, store_id: str) -> Job[tuple[str, ...]]:
    """What the service lacks: asked by a push of nothing."""
    answer = yield from centre.post(api.PUSH, Push(version=api.VERSION, store_id=store_id, operations=()), Pushed)
    return answer.wanted_episodes


def _gathered(ledger: Ledger, wanted: Sequence[str], limit: int) -> tuple[list[EpisodeUpload], list[str], list[str]]:
    """The next uploads, those of their number that cannot be sent, and what is left for later."""
    uploads, lacking, size = list[EpisodeUpload](), list[str](), _FRAME_BYTES
    for place, name in enumerate(wanted):
        content = _content(ledger, name)
        if content is None or len(content) + _FRAME_BYTES > api.MAX_EPISODES_BYTES:
            lacking.append(name)
            continue
        if len(uploads) == limit or (uploads and size + len(content) > api.MAX_EPISODES_BYTES):
            return uploads, lacking, list(wanted[place:])
        uploads.append(EpisodeUpload(name, content))
        size += len(content) + _EACH_BYTES
    return uploads, lacking, []


def _content(ledger: Ledger, episode_id: str) -> bytes | None:
    """An episode's bytes, if it was released and its file is whole: a service gets nothing of an open battle."""
    if not ledger.do(sending.may_leave, episode_id):
        return None
    try:
        return ledger.episode(episode_id)
    except StoreDamaged:
        return None


def _sent(centre: Centre, uploads: list[EpisodeUpload], portion: Portion) -> Job[EpisodesStored]:
    if not uploads:
        return EpisodesStored(stored=())
    started = time.monotonic()
    record = Episodes(version=api.VERSION, episodes=tuple(uploads))
    reach("episodes.before_send")
    try:
        answer = yield from centre.post(api.EPISODES, record, EpisodesStored)
    except TooLarge:
        if len(uploads) == 1:
            return EpisodesStored(stored=(), refused=(Refusal(uploads[0].episode_id, "too large"),))
        portion.shrink()
        half = len(uploads) // 2
        first = yield from _sent(centre, uploads[:half], portion)
        second = yield from _sent(centre, uploads[half:], portion)
        return EpisodesStored(stored=first.stored + second.stored, refused=first.refused + second.refused)
    reach("episodes.after_send")
    portion.answered(time.monotonic() - started)
    return answer
