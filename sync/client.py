"""A workstation's visit at the central service, as jobs: each goes on where the last one stopped, however it ended.

What is sent has its verdict in the log; whatever was cut off is simply asked again, and the service says `dup`.
"""

from __future__ import annotations

import time
from collections import Counter

from msgspec import Struct, structs

from scenes.codec import encode
from scenes.errors import ArenaError, Cancelled, ServiceRefused, SyncError
from scenes.failpoints import reach
from scenes.progress import Job, Progress
from sync import api, device, sending
from sync.api import PulledBoard, Pushed, Snapshot, VerdictWord
from sync.centre import Centre, read_answer
from sync.connection import Connection, Forked, NothingThere, TooLarge
from sync.device import Device
from sync.keys import device_key
from sync.ledger import Ledger
from sync.operations import Operation, sign
from sync.patience import Portion
from sync.records import now
from sync.sharing import Shared, share
from sync.uploading import Uploaded, send_episodes
from sync.verifying import verify

FIRST_PORTION = 200
_FRAME_BYTES = 1000  # of a push around its operations
_STALLS = 3  # pushes in a row after which nothing more waits than before: something is wrong at the other end


class Sent(Struct, frozen=True, kw_only=True):
    """What a push came to."""

    verdicts: dict[VerdictWord, int]
    forks: tuple[str, ...] = ()  # the new ids of this store


class Synced(Struct, frozen=True, kw_only=True):
    """What a visit came to."""

    verdicts: dict[VerdictWord, int]
    forks: tuple[str, ...]
    episodes: Uploaded
    sent_again: int  # operations that the service had lost
    new_board: bool
    shared: Shared = Shared()
    at: str


def enrol(ledger: Ledger, url: str, token: str, name: str, ca_file: str = "") -> Job[Device]:
    """Introduce this workstation to a service with a token from whoever runs it.

    Raises:
        ServiceRefused: the token is not taken.
        ServiceUnreachable: nobody answers there.
        BadInput: the address is none.
    """
    yield Progress(0, 1, "Enrolling")
    connection, key = Connection(url, ca_file), device_key(ledger.folder)
    try:
        store_id = ledger.do(sending.present_store)
        record = api.Enrol(token=token.strip(), public_key=key.public, name=name, store_id=store_id)
        reach("enrol.before_send")
        answer = connection.ask("POST", api.ENROL, encode(record), {"Content-Type": api.CONTENT_TYPE})
    finally:
        connection.close()
    reach("enrol.after_send")
    told = read_answer(connection.url, answer.body, api.Enrolled)
    known = Device(
        device_id=told.device_id,
        url=connection.url,
        public_key=key.public,
        server_key=told.server_key,
        enrolled_at=now(),
    )
    ledger.do(device.keep, known)
    reach("enrol.after_keep")
    return known


def push(centre: Centre) -> Job[Sent]:
    """Send what waits, in batches, until nothing does.

    Raises:
        SyncError: the service cannot be reached, refuses, or takes nothing.
    """
    ledger, portion = centre.ledger, Portion(FIRST_PORTION, api.MAX_OPERATIONS)
    verdicts, forks, stalls = Counter[VerdictWord](), list[str](), 0
    total = left = ledger.do(sending.left)
    while (store_id := ledger.do(sending.next_store)) is not None:
        yield Progress(total - left, total, "Sending votes and battles")
        answer = yield from _push_once(centre, store_id, portion)
        if isinstance(answer, Forked):
            forks.append(ledger.do(sending.fork, store_id, answer.forked_at))
        elif answer is not None:
            verdicts.update(each.verdict for each in answer.verdicts)
        before, left = left, ledger.do(sending.left)
        stalls = 0 if left < before or answer is None else stalls + 1
        if stalls > _STALLS:
            raise SyncError("The service answers, but takes nothing.", hint="Tell whoever runs it; nothing is lost.")
        total = max(total, left)
    return Sent(verdicts=dict(verdicts), forks=tuple(forks))


def _push_once(centre: Centre, store_id: str, portion: Portion) -> Job[Pushed | Forked | None]:
    """One batch; None: it was too large and the next is smaller."""
    operations = centre.ledger.do(sending.batch, store_id, portion.size, api.MAX_PUSH_BYTES - _FRAME_BYTES)
    signed = tuple(sign(operation, centre.key) for operation in operations)
    started = time.monotonic()
    reach("push.before_send")
    try:
        answer = yield from centre.post(
            api.PUSH, api.Push(version=api.VERSION, store_id=store_id, operations=signed), Pushed
        )
    except Forked as forked:
        return forked
    except TooLarge:
        if not portion.shrink():
            raise
        return None
    reach("push.after_send")
    portion.answered(time.monotonic() - started)
    if answer.forked_at is not None:
        return Forked.at(answer.forked_at)
    return _marked(centre, store_id, operations, answer)


def _marked(centre: Centre, store_id: str, operations: list[Operation], answer: Pushed) -> Pushed:
    """The answer with the verdicts that count, now noted. What lies beyond a gap waits, with what fills the gap."""
    sent = {operation.op_id: operation.seq for operation in operations}
    if not {verdict.op_id for verdict in answer.verdicts} <= set(sent):
        raise ServiceRefused("The service judged operations that it was not sent.", hint="Tell whoever runs it.")
    held_up = [
        sent[each.op_id]
        for each in answer.verdicts
        if each.verdict == "deferred" and sent[each.op_id] >= answer.expected_seq
    ]
    judged = tuple(each for each in answer.verdicts if sent[each.op_id] not in held_up)
    reach("push.before_mark")
    centre.ledger.do(sending.mark, judged)
    reach("push.after_mark")
    if held_up:
        reach("push.before_rewind")
        centre.ledger.do(sending.rewind, store_id, answer.expected_seq)
        reach("push.after_rewind")
    return structs.replace(answer, verdicts=judged)


def pull(centre: Centre) -> Job[PulledBoard | None]:
    """Fetch the service's board if there is a newer one, and keep it; None: there is none.

    Raises:
        SyncError: the service cannot be reached or refuses.
        BadInput: the board was not signed by it.
    """
    yield Progress(0, 1, "Fetching the leaderboard")
    reach("pull.before_send")
    try:
        answer = yield from centre.get(api.PULL, centre.ledger.do(device.kept_etag))
    except NothingThere:
        return None  # nothing was published yet
    reach("pull.after_send")
    if answer.status != 200:
        return None
    snapshot = centre.read(answer.body, Snapshot)
    board = api.open_snapshot(snapshot, centre.device.server_key)
    centre.ledger.do(device.keep_board, snapshot)
    reach("pull.after_keep")
    return board


def synchronise(ledger: Ledger, ca_file: str = "", url: str = "") -> Job[Synced]:
    """All of it in order: push, episodes, verify, pull, files. How it ended is remembered in the data folder.

    `url`: the service that is meant, where a person named one.

    Raises:
        NotEnrolled: this workstation is not known at any service.
        SyncError: the service cannot be reached or refuses; whatever was done stays done.
    """
    try:
        centre = Centre.of(ledger, ca_file, url)
        try:
            synced = yield from _all(centre)
        finally:
            centre.close()
    except Cancelled:
        raise
    except ArenaError as error:
        ledger.do(device.note_visit, error)
        raise
    ledger.do(device.note_visit, None)
    reach("visit.after_note")
    return synced


def _all(centre: Centre) -> Job[Synced]:
    sent = yield from push(centre)
    episodes = yield from send_episodes(centre)
    lost = yield from verify(centre)
    if lost:
        again = yield from push(centre)
        episodes = (yield from send_episodes(centre)).after(episodes)
        sent = Sent(verdicts=dict(Counter(sent.verdicts) + Counter(again.verdicts)), forks=sent.forks + again.forks)
        if (yield from verify(centre)):
            raise SyncError(
                "The service keeps other operations than this workstation, even after they were sent again.",
                hint="Tell whoever runs it. Nothing is lost here.",
            )
    board = yield from pull(centre)
    shared = yield from share(centre)
    return Synced(
        verdicts=sent.verdicts,
        forks=sent.forks,
        episodes=episodes,
        sent_again=lost,
        new_board=board is not None,
        shared=shared,
        at=now(),
    )
