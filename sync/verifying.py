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
        spans = [Span(first, min(first + WIDEST - 1, last)) for first in range(1, last + 1, WIDEST)]
        while spans:
            yield Progress(0, 0, "Comparing with the service")
            differing = yield from _differing(centre, store_id, spans)
            for span in differing:
                if span.first == span.last:
                    reach("verify.before_rewind")
                    lost += centre.ledger.do(sending.rewind, store_id, span.first, span.last)
                    reach("verify.after_rewind")
            spans = [part for span in differing if span.first < span.last for part in _parts(span)]
    return lost


def _differing(centre: Centre, store_id: str, spans: Sequence[Span]) -> Job[list[Span]]:
    """Those of the spans in which the service holds something else, asked in as few requests as may be."""
    found = list[Span]()
    for start in range(0, len(spans), api.MAX_RANGES):
        ranges = list[Range]()
        for span in spans[start : start + api.MAX_RANGES]:
            ranges.append(_range(centre.ledger, store_id, span))
            yield Progress(start + len(ranges), len(spans), "Comparing with the service")
        record = Verify(version=api.VERSION, store_id=store_id, ranges=tuple(ranges))
        answer = yield from centre.post(api.VERIFY, record, Verified)
        reach("verify.after_send")
        told = set(answer.differing)
        found += [span for span in spans[start : start + api.MAX_RANGES] if span in told]
    return found


def _range(ledger: Ledger, store_id: str, span: Span) -> Range:
    found = ledger.do(sending.span, store_id, span.first, span.last)
    return Range(span.first, span.last, range_digest([hashlib.sha256(encode(each)).digest() for each in found]))


def _parts(span: Span) -> Iterator[Span]:
    width = -(-(span.last - span.first + 1) // PARTS)
    for first in range(span.first, span.last + 1, width):
        yield Span(first, min(first + width - 1, span.last))
