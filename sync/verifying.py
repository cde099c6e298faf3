"""Whether the service holds exactly this log: digests of ranges are compared, and ranges that differ narrowed down.

What the service lacks waits again and is sent again. This end never takes anything over: a log is only ever told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from scenes.codec import encode
from scenes.failpoints import reach
from scenes.progress import Job, Progress
from sync import api, sending
from sync.api import Range, Span, Verified, Verify
from sync.centre import Centre
from sync.ledger import Ledger
from sync.operations import range_digest

WIDEST = 1000  # operations of one range
PARTS = 16  # into which a range that differs is divided


def verify(centre: Centre) -> Job[int]:
    """Compare every store this log was and is; how many operations must be sent again, and wait now.

    Raises:
        SyncError: the service cannot be reached or refuses.
    """
    reach("verify.before")
    lost = 0
    for store_id, last in centre.ledger.do(sending.stores):
        if spans := (yield from _lacking(centre, store_id, last)):
            reach("verify.before_rewind")
            lost += centre.ledger.do(sending.rewind_all, store_id, spans)
            reach("verify.after_rewind")
    return lost


def _lacking(centre: Centre, store_id: str, last: int) -> Job[list[Span]]:
    """Where the service holds something else than this log, or nothing, as narrowly as can be told."""
    found, spans = list[Span](), [Span(first, min(first + WIDEST - 1, last)) for first in range(1, last + 1, WIDEST)]
    while spans:
        yield Progress(0, 0, "Comparing with the service")
        differing, held = yield from _differing(centre, store_id, spans)
        found += [Span(max(span.first, held + 1), span.last) for span in differing if span.last > held]
        found += [span for span in differing if span.first == span.last <= held]
        wide = [Span(span.first, min(span.last, held)) for span in differing if span.first < span.last]
        spans = [part for span in wide if span.first <= span.last for part in _parts(span)]
    return found


def _differing(centre: Centre, store_id: str, spans: Sequence[Span]) -> Job[tuple[list[Span], int]]:
    """Those of the spans in which the service holds something else, in few requests; its last number."""
    found, held = list[Span](), 0
    for start in range(0, len(spans), api.MAX_RANGES):
        ranges = list[Range]()
        for span in spans[start : start + api.MAX_RANGES]:
            ranges.append(_range(centre.ledger, store_id, span))
            yield Progress(start + len(ranges), len(spans), "Comparing with the service")
        record = Verify(version=api.VERSION, store_id=store_id, ranges=tuple(ranges))
        answer = yield from centre.post(api.VERIFY, record, Verified)
        reach("verify.after_send")
        told, held = set(answer.differing), answer.last_seq
        found += [span for span in spans[start : start + api.MAX_RANGES] if span in told]
    return found, held


def _range(ledger: Ledger, store_id: str, span: Span) -> Range:
    found = ledger.do(sending.span, store_id, span.first, span.last)
    return Range(span.first, span.last, range_digest([hashlib.sha256(encode(each)).digest() for each in found]))


def _parts(span: Span) -> Iterator[Span]:
    width = -(-(span.last - span.first + 1) // PARTS)
    for first in range(span.first, span.last + 1, width):
        yield Span(first, min(first + width - 1, span.last))
