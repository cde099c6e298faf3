"""Named places where a program can be made to die, so that tests can prove what survives.

Nothing happens unless the environment says so: VLAARENA_FAILPOINT=push.after_send ends the process the first time it
gets there, VLAARENA_FAILPOINT=push.after_send:3 the third time. VLAARENA_FAILPOINT=@FILE: the place stands in a file,
which may be written while the process runs; while it is missing or empty nothing happens.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

VARIABLE = "VLAARENA_FAILPOINT"
EXIT_CODE = 77

WORKSTATION = (
    *("close.before_tx", "close.in_tx", "close.after_tx"),
    *("retract.before_tx", "retract.in_tx", "retract.after_tx"),
    *("enrol.before_send", "enrol.after_send", "enrol.in_keep", "enrol.after_keep"),
    *("sequence.in_tx", "sequence.after_tx"),
    *("push.before_send", "push.after_send", "push.before_mark", "push.in_mark", "push.after_mark"),
    *("push.before_rewind", "push.after_rewind"),
    *("fork.before_tx", "fork.before_commit", "fork.after_tx"),
    *("episodes.before_send", "episodes.after_send"),
    *("verify.before", "verify.after_send", "verify.before_rewind", "verify.after_rewind"),
    *("pull.before_send", "pull.after_send", "pull.after_keep", "visit.after_note"),
    *("write.before_tx", "write.in_tx", "write.after_tx"),  # of every transaction of the store
)
SERVICE = (
    *("enrol.before_tx", "enrol.in_tx", "enrol.after_tx_before_reply"),
    *("request.in_tx", "request.after_tx", "store.in_tx"),
    *("push.before_tx", "push.in_tx", "push.after_tx_before_reply", "uses.before_mongo", "uses.after_mongo"),
    *("episodes.before_mongo", "episodes.after_mongo_before_pg", "episodes.in_tx", "episodes.after_pg"),
    *("verify.before_reply", "pull.before_reply"),
    *("rows.before_tx", "rows.in_tx", "rows.after_tx"),  # of every transaction on PostgreSQL
)
WORKER = (
    *("job.claimed", "ratings.before_tx", "ratings.in_tx", "ratings.after_publish", "ratings.after_tx"),
    *("reconcile.before_tx", "reconcile.in_tx", "reconcile.before_pg", "reconcile.found_in_tx"),
    *("reconcile.lost_in_tx", "reconcile.before_uses", "reconcile.after_uses", "expiry.in_tx", "rebuild.in_tx"),
)
RECORDING = (  # of programs' battles
    *("record.before_open", "record.open_in_tx", "record.after_open"),
    *("record.before_turn", "record.turn_in_tx", "record.after_turn"),
    *("record.before_vote", "record.vote_in_tx", "record.after_vote"),
)
KEEPING = ("blob.before_file", "blob.after_file", "blob.in_tx", "blob.after_tx")  # files, at the service
SHARING = (  # files, at the workstation
    *("offer.before_send", "offer.after_send", "blob.before_send", "blob.after_send", "sheet.after_drop"),
    *("sheet.after_note", "bundle.after_note", "fetch.after_send", "fetch.after_keep"),
)
TELLING = ("webhook.before_post", "webhook.after_post", "webhook.in_tx", "webhook.after_tx")
COMMANDS = (  # of whoever runs the service
    *("command.before_tx", "command.in_tx", "command.after_tx"),
    *("backup.after_rows", "backup.after_documents", "backup.before_manifest", "backup.after_manifest"),
    *("restore.after_mark", "restore.in_documents", "restore.after_documents", "restore.after_rows"),
    *("restore.after_blobs", "restore.after_migration", "restore.after_unmark"),
)
BESIDES = (*RECORDING, *KEEPING, *SHARING, *TELLING, *COMMANDS)  # what a visit without files does not pass

_reached: Counter[str] = Counter()


def reach(name: str) -> None:
    """Die here, without cleaning up anything, if this is the place and the time that the environment names."""
    wanted = os.environ.get(VARIABLE)
    if wanted and wanted.startswith("@"):
        wanted = _told(Path(wanted[1:]))
    if not wanted:
        return
    place, _, time = wanted.partition(":")
    if place != name:
        return
    _reached[wanted] += 1
    if _reached[wanted] == int(time or 1):
        os._exit(EXIT_CODE)


def _told(file: Path) -> str:
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        return ""
