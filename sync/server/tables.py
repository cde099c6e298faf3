"""The tables by their names; what they hold is said in migrations/, and a test compares the two."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import TableClause, column, table

from scenes.episode import Run
from sync.records import Battle, Branch, Evaluator, Note, Session, Turn, Vote, Watched


def _of(name: str, columns: str | Iterable[str]) -> TableClause:
    names = columns.split() if isinstance(columns, str) else columns
    return table(name, *(column(each) for each in names))


def _fields(kind: type[Struct]) -> tuple[str, ...]:
    return kind.__struct_fields__


tokens = _of("tokens", "token_id name digest scopes created_at expires_at revoked_at last_used_at uses_left")
devices = _of(
    "devices",
    "device_id name public_key token_id last_sequence created_at last_seen_at revoked_at",
)
stores = _of("stores", "store_id last_seq created_at")
device_stores = _of("device_stores", "device_id store_id")
op_log = _of(
    "op_log",
    "position op_id store_id seq kind record_id rev body_digest content signature received_at",
)
op_quarantine = _of(
    "op_quarantine",
    "quarantine_id op_id store_id seq kind verdict reason digest content signature received_at resolved_at",
)
op_places = _of("op_places", "store_id seq op_id digest")
owners = _of("owners", "record_id store_id")
audit = _of("audit", "audit_id at actor action subject detail")

evaluators = _of("evaluators", (*_fields(Evaluator), "rev"))
sessions = _of("sessions", ("rev", *_fields(Session)))
battles = _of("battles", _fields(Battle))
episodes = _of("episodes", "episode_id status stored_at")
wanted_episodes = _of("wanted_episodes", "store_id episode_id")
turns = _of("turns", _fields(Turn))
votes = _of("votes", [name for name in _fields(Vote) if name != "watched"] + list(_fields(Watched)))
notes = _of("notes", ("rev", *_fields(Note)))
branches = _of("branches", _fields(Branch))
runs = _of("runs", ("turn_id", "branch_id", "side", *_fields(Run)))
open_battles = _of("open_battles", "battle_id token_id battle turns created_at")

cards = _of("cards", "model_id card updated_at")
_COUNTS = ["vote_count", "win_count", "loss_count", "tie_count", "both_bad_count", "win_rate", "updated_at"]
_STATS = ["elo_score", "elo_ci", "rating", "rating_low", "rating_high", *_COUNTS]
model_stats_by_robot = _of("model_stats_by_robot", ["model_id", "robot_id", *_STATS])
model_stats_total = _of("model_stats_total", ["model_id", "organization", "license", *_STATS])
snapshots = _of("snapshots", "position snapshot_id content signature published_at votes models")
publications = _of("publications", "position snapshot_id published_at")
worker_status = _of("worker_status", "worker_name last_run_at status votes_processed error_message last_success_at")
service_key = _of("service_key", "alone public_key noted_at")
job_runs = _of("job_runs", "run_id job slot worker began_at")
webhooks = _of("webhooks", "webhook_id url events created_at revoked_at")
buckets = _of("buckets", "name level allowed changed_at")
deliveries = _of("deliveries", "delivery_id webhook_id event subject attempts due_at done_at error")
blobs = _of("blobs", "sha256 media_type size_bytes purpose subject created_at")
blob_uses = _of("blob_uses", "purpose subject sha256 created_at")

DERIVED = (runs, branches, notes, votes, turns, wanted_episodes, battles, sessions, evaluators, owners)  # from logs
EVERY = (
    *(tokens, devices, stores, device_stores, op_log, op_quarantine, op_places, audit, owners, evaluators),
    *(sessions, battles, episodes, wanted_episodes, turns, votes, notes, branches, runs, open_battles, cards),
    *(model_stats_by_robot, model_stats_total, snapshots, publications, worker_status, job_runs, blobs, blob_uses),
    *(webhooks, deliveries, buckets, service_key),
)
