"""Everything that a battle leaves on the disk before the vote, as numbers, but for the motion itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from scenes.codec import encode
from scenes.episode import Run
from sync.store import Store

Traces = dict[str, float]
MOTION = frozenset({"size_bytes"})  # columns that tell how long a motion is
_TABLES = ("battle", "turn", "run", "episode", "audit", "outbox", "session")


def traces(store: Store, battle_id: str) -> Traces:
    """By name, as numbers: each column of each row, and of each file all but its size; side by side where of a side."""
    (battle,) = _rows(store, "battle", "battle_id = ?", battle_id)
    (turn,) = _rows(store, "turn", "battle_id = ?", battle_id)
    since = datetime.fromisoformat(battle["created_at"]).timestamp()
    episodes = [turn["left_episode_id"], turn["right_episode_id"]]
    found = _numbers("battle", battle, since) | _numbers("turn", turn, since)
    for number, row in enumerate(_rows(store, "audit", "battle_id = ?", battle_id)):
        found |= _numbers(f"audit {number}", row, since)
    runs = _rows(store, "run", "battle_id = ?", battle_id)
    found["the left run comes first"] = float(runs[0]["side"] == "left")
    runs.sort(key=lambda row: str(row["side"]))
    rows = [_rows(store, "episode", "episode_id = ?", name)[0] for name in episodes]
    found |= _side_by_side("run", *runs, since=since)
    found |= _side_by_side("episode", *({k: v for k, v in row.items() if k not in MOTION} for row in rows), since=since)
    found |= _side_by_side("file", *(_file(store, name) for name in episodes), since=since)
    return found | _around(store)


def unpadded(runs: tuple[Run, Run]) -> Traces:
    """What would be seen if sealed runs were not padded to one length."""
    left, right = (float(len(encode(run))) for run in runs)
    return {"left": left, "right": right, "left - right": left - right}


def motion(store: Store, battle_id: str) -> Traces:
    """How large both episodes are: the motion itself."""
    (turn,) = _rows(store, "turn", "battle_id = ?", battle_id)
    left, right = (len(store.episode_bytes(turn[f"{side}_episode_id"])) for side in ("left", "right"))
    return {"left": left, "right": right, "left - right": left - right}


def _rows(store: Store, table: str, where: str, value: str) -> list[dict[str, Any]]:
    return store._database.rows(f"SELECT rowid AS place, * FROM {table} WHERE {where}", [value])


def _side_by_side(name: str, left: Mapping[str, Any], right: Mapping[str, Any], *, since: float) -> Traces:
    lefts, rights = _numbers("left", left, since), _numbers("right", right, since)
    pairs = zip(lefts.items(), rights.values(), strict=True)
    differences = {f"{name} {key} - right": value - other for (key, value), other in pairs}
    return differences | {f"{name} {key}": value for key, value in (lefts | rights).items()}


def _numbers(name: str, row: Mapping[str, Any], since: float) -> Traces:
    found = {}
    for column, value in row.items():
        found[f"{name} {column}"] = _worth(value, since)
        if isinstance(value, str | bytes):
            found[f"length of {name} {column}"] = float(len(value))
    return found | {f"columns of {name}": float(len(row))}


def _worth(value: object, since: float) -> float:
    """A number as it is, a moment as seconds since the battle began, other texts and bytes as where they sort."""
    if value is None or isinstance(value, int | float):
        return float(value or 0)
    if isinstance(value, bytes):
        return float(int.from_bytes(value[:6], "big"))
    for read in (lambda text: UUID(text).time_low, lambda text: datetime.fromisoformat(text).timestamp() - since):
        try:
            return float(read(str(value)))
        except ValueError:
            continue
    return float(int.from_bytes(str(value).encode()[:6], "big"))


def _file(store: Store, name: str) -> dict[str, float]:
    path = store._episodes.path(name)
    about, beside = path.stat(), [each.name for each in os.scandir(path.parent)]
    everywhere = [file for _, _, files in os.walk(store.folder) for file in files]
    moments = (about.st_mtime_ns, about.st_ctime_ns, about.st_atime_ns, path.parent.stat().st_mtime_ns)
    created = store._database.rows("SELECT max(created_at) AS at FROM turn")[0]["at"]
    since = datetime.fromisoformat(created).timestamp()
    return {
        "inode": about.st_ino,
        "mode": about.st_mode,
        "links": about.st_nlink,
        "among its neighbours": beside.index(path.name),
        "neighbours": len(beside),
        "among all files": everywhere.index(path.name),
    } | {f"moment {number}": moment / 1e9 - since for number, moment in enumerate(moments)}


def _around(store: Store) -> Traces:
    """How many rows, files and bytes there are."""
    counts = {table: store._database.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in _TABLES}
    files = [path for path in store.folder.rglob("*") if path.suffix != ".episode" and path.is_file()]
    sizes = {f"bytes of {path.name}": path.stat().st_size for path in files if "sqlite3" in path.name}
    return {name: float(value) for name, value in (counts | sizes | {"files": len(files)}).items()}
